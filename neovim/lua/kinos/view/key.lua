-- The keys on a change, the same in every view and in the quickfix list.

local M = {}

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
---@param item kinos.Item
local function open_file(call, item)
  local file = item.path and vim.fs.joinpath(call.folder, item.path)
  if file and vim.uv.fs_stat(file) then
    vim.cmd.wincmd('p')
    vim.cmd.edit(vim.fn.fnameescape(file))
  else
    require('kinos.message').say((item.path or 'the file') .. ' is not there yet')
  end
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
    does = 'open the file of the change',
    run = on_change(function(call, _, item)
      open_file(call, item)
    end),
  },
}

return M
