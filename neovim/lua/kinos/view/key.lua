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
    run = on_change(function(call, change)
      require('kinos.change').accept(call, change)
    end),
  },
  {
    on = 'r',
    does = 'reject the change, with a reason',
    run = on_change(function(call, change)
      require('kinos.change').reject(call, change)
    end),
  },
  {
    on = 'e',
    does = 'edit the waiting change beside its files as they are',
    run = on_change(function(call, change)
      require('kinos.review').open(call, change)
    end),
  },
  {
    on = 'd',
    does = 'what the change makes of its files',
    run = on_change(function(call, change)
      require('kinos.view.diff').show(call, change)
    end),
  },
  {
    on = 'u',
    does = 'take the change back; on no change, the last one that landed',
    run = function(call, item)
      require('kinos.change').undo(call, item and item.kind == 'change' and item.key or nil)
    end,
  },
  {
    on = 'U',
    does = 'put the change back; on no change, the oldest taken back',
    run = function(call, item)
      require('kinos.change').redo(call, item and item.kind == 'change' and item.key or nil)
    end,
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
