-- The changes that wait for review in the quickfix list, which follows them.

local M = {}

local title = 'KinOS: waiting for review'

---@type { id: integer, call: kinos.Call }? the list
local list

---@param folder string
---@param changes kinos.Change[]
---@return vim.quickfix.entry[]
local function entries(folder, changes)
  local found = {}
  for _, change in ipairs(require('kinos.picture').waiting(changes)) do
    for _, file in ipairs(change.files) do
      table.insert(found, {
        filename = vim.fs.joinpath(folder, file.path),
        lnum = 1,
        text = ('%s: %s (%s)'):format(change.agent, change.title, file.kind),
        user_data = { change = change.id, path = file.path },
      })
    end
  end
  return found
end

---Whether the list that is shown now is ours.
---@return boolean
local function is_ours()
  return list ~= nil and vim.fn.getqflist({ id = 0 }).id == list.id
end

local function refresh()
  local known = list and vim.fn.getqflist({ id = list.id }).id == list.id
  if list and known then
    local changes = require('kinos.picture').changes(list.call.folder)
    vim.fn.setqflist({}, 'r', { id = list.id, title = title, items = entries(list.call.folder, changes) })
  else
    list = nil
  end
end

---@return kinos.Item?
local function item()
  local entry = vim.fn.getqflist()[vim.fn.line('.')]
  local data = entry and entry.user_data
  return data and { kind = 'change', key = data.change, path = data.path } or nil
end

---@param buffer integer
local function map_keys(buffer)
  for _, key in ipairs(require('kinos.view.key').change) do
    if key.on ~= 'gf' then
      vim.keymap.set('n', key.on, function()
        if list and is_ours() then
          key.run(list.call, item())
        else
          vim.api.nvim_feedkeys(key.on, 'n', false)
        end
      end, { buffer = buffer, nowait = true, desc = 'KinOS: ' .. key.does })
    end
  end
end

---@param call kinos.Call
function M.show(call)
  -- From now on they are known, and followed.
  require('kinos.picture').changes(call.folder)
  require('kinos.request').ask(call, 'history', {}, function(changes)
    local found = entries(call.folder, changes)
    if #found == 0 then
      require('kinos.message').say('no change waits for review')
      return
    end
    local group = vim.api.nvim_create_augroup('kinos.quickfix', {})
    vim.api.nvim_create_autocmd('User', { group = group, pattern = 'KinosChanges', callback = refresh })
    vim.fn.setqflist({}, ' ', { title = title, items = found })
    list = { id = vim.fn.getqflist({ id = 0 }).id, call = call }
    vim.cmd.copen()
    map_keys(vim.api.nvim_get_current_buf())
  end)
end

return M
