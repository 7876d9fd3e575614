-- What a person does about a change that waits, from a code action.

local M = {}

---Ask why, and reject the change; it goes on waiting when the question is left.
---@param command lsp.Command its argument names the change and its folder
---@param ctx { client_id: integer, bufnr: integer }
function M.reject(command, ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  vim.ui.input({ prompt = 'Why not? ' }, function(reason)
    if reason == nil or client == nil then
      return
    end
    local argument = vim.tbl_extend('force', command.arguments[1], { reason = reason })
    local reject = { title = command.title, command = 'kinos.server.reject', arguments = { argument } }
    client:exec_cmd(reject, { bufnr = ctx.bufnr }, function(err)
      local said = err and err.message or 'rejected; the reason reaches the agents'
      vim.notify('KinOS: ' .. said, err and vim.log.levels.ERROR or vim.log.levels.INFO)
    end)
  end)
end

---@class kinos.Proposed a file of a waiting change
---@field path string
---@field base? string as it is; nil for no file
---@field text? string as it would be
---@field conflict string why it would not land; then `text` has both versions

---@class kinos.Waiting the change that waits: after each write another one
---@field change string
---@field folder string
---@field client vim.lsp.Client

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
  local argument = {
    folder = waiting.folder,
    change = waiting.change,
    texts = { [file.path] = vim.bo[buffer].endofline and text .. '\n' or text },
    bases = file.base and { [file.path] = file.base } or nil,
  }
  local request = { command = 'kinos.server.editChange', arguments = { argument } }
  -- Waited for, since `:wq` goes on to close the buffer.
  local answer, err = waiting.client:request_sync('workspace/executeCommand', request, 10000, buffer)
  local failure = err or (answer and answer.err and answer.err.message)
  if failure or not answer then
    vim.notify('KinOS: ' .. (failure or 'no answer'), vim.log.levels.ERROR)
    return
  end
  waiting.change = answer.result.id
  vim.bo[buffer].modified = false
  vim.notify(('KinOS: your version waits as %s'):format(waiting.change))
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
  if file.conflict ~= '' then
    vim.notify(('KinOS: both versions of %s: %s'):format(file.path, file.conflict), vim.log.levels.WARN)
  end
end

---Show a waiting change beside its files as they are; `:write` puts the person's version in its place.
---@param command lsp.Command its argument names the change and its folder
---@param ctx { client_id: integer, bufnr: integer }
function M.edit(command, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local argument = command.arguments[1]
  local request = { command = 'kinos.server.proposal', arguments = { argument } }
  client:request('workspace/executeCommand', request, function(err, answer)
    if err then
      vim.notify('KinOS: ' .. err.message, vim.log.levels.ERROR)
      return
    end
    local waiting = { change = argument.change, folder = argument.folder, client = client }
    local files = vim.tbl_filter(function(file)
      return file.text ~= nil
    end, answer.files)
    for _, file in ipairs(files) do
      compare(waiting, file)
    end
    if #files < #answer.files then
      -- Files that it deletes or renames are seen in the whole.
      require('kinos.command').review({ command = 'kinos.server.diff', arguments = { argument } }, ctx)
    end
  end, ctx.bufnr)
end

return M
