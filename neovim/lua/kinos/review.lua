-- A change that waits, in diff mode beside its files as they are. What is written there waits in its place.

local M = {}

local message = require('kinos.message')

---@class kinos.Proposed a file of a waiting change
---@field path string
---@field base? string as it is; nil for no file
---@field text? string as it would be
---@field conflict string why it would not land; then `text` has both versions

---@class kinos.Waiting the change that waits: after each write another one
---@field change string
---@field call kinos.Call
---@field buffers integer[] those that show it

---Close what shows the change.
---@param waiting kinos.Waiting
local function close(waiting)
  for _, buffer in ipairs(waiting.buffers) do
    if vim.api.nvim_buf_is_valid(buffer) then
      vim.api.nvim_buf_delete(buffer, { force = true })
    end
  end
end

---@param waiting kinos.Waiting
local function mark(waiting)
  for _, buffer in ipairs(waiting.buffers) do
    if vim.api.nvim_buf_is_valid(buffer) then
      local call = waiting.call
      vim.b[buffer].kinos = { client = call.client.id, folder = call.folder, change = waiting.change }
    end
  end
end

---@param waiting kinos.Waiting
---@return boolean whether somebody wrote here what was not put in its place yet
local function is_written(waiting)
  return vim.iter(waiting.buffers):any(function(buffer)
    return vim.api.nvim_buf_is_valid(buffer) and vim.bo[buffer].modified
  end)
end

---@param waiting kinos.Waiting
local function accept(waiting)
  if is_written(waiting) then
    message.warn('you have changed it: :write first, then accept')
    return
  end
  require('kinos.change').accept(waiting.call, waiting.change, function()
    close(waiting)
  end)
end

---@param waiting kinos.Waiting
local function reject(waiting)
  require('kinos.change').reject(waiting.call, waiting.change, nil, function()
    close(waiting)
  end)
end

---@param text string
---@param filetype? string
---@param name string
---@return integer buffer in the current window
local function scratch(text, filetype, name)
  local buffer = vim.api.nvim_create_buf(false, true)
  local whole = text:sub(-1) == '\n'
  vim.api.nvim_buf_set_name(buffer, name)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(whole and text:sub(1, -2) or text, '\n'))
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].endofline = whole
  vim.bo[buffer].filetype = filetype or ''
  vim.api.nvim_win_set_buf(0, buffer)
  vim.cmd.diffthis()
  return buffer
end

---Put what is in the buffer in the place of the change that waits; it waits in turn.
---@param buffer integer
---@param waiting kinos.Waiting
---@param file kinos.Proposed
local function write(buffer, waiting, file)
  local text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
  local arguments = {
    change = waiting.change,
    texts = { [file.path] = vim.bo[buffer].endofline and text .. '\n' or text },
    bases = file.base and { [file.path] = file.base } or nil,
  }
  -- Waited for, since `:wq` goes on to close the buffer.
  local made, failure = require('kinos.request').wait(waiting.call, 'editChange', arguments, 10000)
  if failure or not made then
    message.failed(failure or 'no answer')
    return
  end
  waiting.change = made.id
  mark(waiting)
  vim.bo[buffer].modified = false
  message.say(('your version waits as %s'):format(waiting.change))
end

---@param buffer integer
---@param waiting kinos.Waiting
local function map_keys(buffer, waiting)
  local keys = { a = { accept, 'accept the change' }, r = { reject, 'reject the change' }, q = { close, 'close' } }
  for key, does in pairs(keys) do
    vim.keymap.set('n', '<LocalLeader>' .. key, function()
      does[1](waiting)
    end, { buffer = buffer, desc = 'KinOS: ' .. does[2] })
  end
end

---A tab page with a file as it is and as it would be, which can be edited.
---@param waiting kinos.Waiting
---@param file kinos.Proposed
local function compare(waiting, file)
  local filetype = vim.filetype.match({ filename = file.path })
  vim.cmd.tabnew()
  vim.bo.bufhidden = 'wipe'
  local base = scratch(file.base or '', filetype, ('kinos://%s/now/%s'):format(waiting.change, file.path))
  vim.bo[base].modifiable = false
  vim.cmd('rightbelow vsplit')
  local buffer = scratch(file.text, filetype, ('kinos://%s/%s'):format(waiting.change, file.path))
  vim.bo[buffer].buftype = 'acwrite'
  vim.bo[buffer].modified = false
  vim.api.nvim_create_autocmd('BufWriteCmd', {
    buffer = buffer,
    callback = function()
      write(buffer, waiting, file)
    end,
  })
  for _, each in ipairs({ base, buffer }) do
    table.insert(waiting.buffers, each)
    map_keys(each, waiting)
  end
  local sides = { path = file.path, before = file.base, after = file.text }
  vim.api.nvim_win_set_cursor(0, { require('kinos.place').line(sides, 'landed', file.text), 0 })
  if file.conflict ~= '' then
    message.warn(('both versions of %s: %s'):format(file.path, file.conflict))
  end
end

---Show a waiting change beside its files as they are; `:write` puts the person's version in its place.
---@param call kinos.Call
---@param change string
function M.open(call, change)
  require('kinos.request').ask(call, 'proposal', { change = change }, function(answer)
    local waiting = { change = change, call = call, buffers = {} }
    local files = vim.tbl_filter(function(file)
      return file.text ~= nil
    end, answer.files)
    for _, file in ipairs(files) do
      compare(waiting, file)
    end
    mark(waiting)
    if #files < #answer.files then
      -- Files that it deletes or renames are seen in the whole.
      require('kinos.view.diff').show(call, change)
    end
  end)
end

return M
