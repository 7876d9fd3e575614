-- The keys on a change, the same in every view and in the quickfix list.

local M = {}

---What a line about a change is about.
---@param change kinos.Change
---@return kinos.Item
function M.item(change)
  local file = change.files[1]
  return { kind = 'change', key = change.id, path = file and file.path, state = change.state }
end

---@param act fun(call: kinos.Call, change: string, item: kinos.Item)
---@return fun(call: kinos.Call, item: kinos.Item?)
local function on_change(act)
  return function(call, item)
    if item and item.kind == 'change' then
      act(call, item.key, item)
    else
      require('kinos.message').warn('there is no change in this line')
    end
  end
end

---@param act fun(call: kinos.Call, change: string?)
---@return fun(call: kinos.Call, item: kinos.Item?)
local function on_change_or_none(act)
  return function(call, item)
    act(call, item and item.kind == 'change' and item.key or nil)
  end
end

-- The module is loaded once the key is pressed.
---@param module string
---@param name string
---@return fun(call: kinos.Call, change: string?)
local function lazily(module, name)
  return function(call, change)
    require(module)[name](call, change)
  end
end

---@param call kinos.Call
---@param change string
---@param item kinos.Item
local function open_file(call, change, item)
  local file = item.path and vim.fs.joinpath(call.folder, item.path)
  if not file or not vim.uv.fs_stat(file) then
    require('kinos.message').say((item.path or 'the file') .. ' is not there')
    return
  end
  require('kinos.place').find(call, change, item.state, function(lines)
    vim.cmd.wincmd('p')
    vim.cmd.edit(vim.fn.fnameescape(file))
    vim.api.nvim_win_set_cursor(0, { math.min(lines[item.path] or 1, vim.api.nvim_buf_line_count(0)), 0 })
  end)
end

---@type kinos.Key[]
M.change = {
  {
    on = 'a',
    does = 'accept the change',
    run = on_change(lazily('kinos.change', 'accept')),
  },
  {
    on = 'r',
    does = 'reject the change, with a reason',
    run = on_change(lazily('kinos.change', 'reject')),
  },
  {
    on = 'e',
    does = 'edit the waiting change beside its files as they are',
    run = on_change(lazily('kinos.review', 'open')),
  },
  {
    on = 'd',
    does = 'what the change makes of its files',
    run = on_change(lazily('kinos.view.diff', 'show')),
  },
  {
    on = 'u',
    does = 'take the change back; on no change, the last one that landed',
    run = on_change_or_none(lazily('kinos.change', 'undo')),
  },
  {
    on = 'U',
    does = 'put the change back; on no change, the oldest taken back',
    run = on_change_or_none(lazily('kinos.change', 'redo')),
  },
  {
    on = 'gf',
    does = 'open the file of the change where it is changed',
    run = on_change(open_file),
  },
}

---Show what the keys do.
---@param keys kinos.Key[]
local function help(keys)
  local lines = vim.tbl_map(function(key)
    return ('%-5s %s'):format(key.on, key.does)
  end, keys)
  -- Entered, since the view moves its cursor, and that would close it.
  local options = { border = 'rounded', close_events = {} }
  local _, window = vim.lsp.util.open_floating_preview(lines, '', options)
  vim.api.nvim_set_current_win(window)
end

---Map the keys of a view, one that closes it and one that shows them all.
---@param buffer integer
---@param keys kinos.Key[]
---@param press fun(key: kinos.Key)
function M.map(buffer, keys, press)
  local all = vim.list_slice(keys)
  table.insert(all, {
    on = 'q',
    does = 'close',
    run = function()
      vim.cmd.close()
    end,
  })
  table.insert(all, {
    on = 'g?',
    does = 'these keys',
    run = function()
      help(all)
    end,
  })
  for _, key in ipairs(all) do
    vim.keymap.set('n', key.on, function()
      press(key)
    end, { buffer = buffer, nowait = true, desc = 'KinOS: ' .. key.does })
  end
end

return M
