-- Changes in the quickfix list, which follows them: those that wait for review, or those that have landed. Each file of one
-- is an entry that leads to the first line of the change.

local M = {}

---@alias kinos.Kind 'waiting'|'landed'

---Landed changes that are shown, the latest ones.
local most = 50

---@type table<kinos.Kind, { title: string, none: string, choose: fun(changes: kinos.Change[]): kinos.Change[] }>
local kinds = {
  waiting = {
    title = 'KinOS: waiting for review',
    none = 'no change waits for review',
    choose = function(changes)
      return require('kinos.picture').waiting(changes)
    end,
  },
  landed = {
    title = 'KinOS: landed, the newest first',
    none = 'no change has landed here',
    choose = function(changes)
      return vim
        .iter(changes)
        :rev()
        :filter(function(change)
          return require('kinos.place').is_there(change.state)
        end)
        :take(most)
        :totable()
    end,
  },
}

---@type { id: integer, call: kinos.Call, kind: kinos.Kind, turn: integer }? the list; a turn is one that it has taken to follow
local list

---@alias kinos.Places table<string, table<string, integer>> lines by change and path

---@param folder string
---@param changes kinos.Change[]
---@param places kinos.Places
---@return vim.quickfix.entry[]
local function entries(folder, changes, places)
  local found = {}
  for _, change in ipairs(changes) do
    for _, file in ipairs(change.files) do
      table.insert(found, {
        filename = vim.fs.joinpath(folder, file.path),
        lnum = (places[change.id] or {})[file.path] or 1,
        text = ('%s: %s (%s)'):format(change.agent, change.title, file.kind),
        user_data = { change = change.id, path = file.path, state = change.state },
      })
    end
  end
  return found
end

---Find the places that are not known yet, one change after the other.
---@param call kinos.Call
---@param changes kinos.Change[]
---@param places kinos.Places is added to
---@param done fun()
local function locate(call, changes, places, done)
  local change = vim.iter(changes):find(function(each)
    return places[each.id] == nil
  end)
  if not change then
    done()
    return
  end
  require('kinos.place').find(call, change.id, change.state, function(lines)
    places[change.id] = lines
    locate(call, changes, places, done)
  end)
end

---What the list has of places: Neovim moves them with the lines of buffers.
---@param items vim.quickfix.entry[]
---@return kinos.Places
local function known_places(items)
  local places = {}
  for _, item in ipairs(items) do
    local data = item.user_data
    places[data.change] = places[data.change] or {}
    places[data.change][data.path] = item.lnum
  end
  return places
end

---Whether the list that is shown now is ours.
---@return boolean
local function is_ours()
  return list ~= nil and vim.fn.getqflist({ id = 0 }).id == list.id
end

---Put other entries into the list; the one that is current stays it.
---@param items vim.quickfix.entry[]
local function replace(items)
  local known = vim.fn.getqflist({ id = list.id, items = true, idx = 0 })
  local current = known.items[known.idx]
  local place
  for index, each in ipairs(items) do
    if current and vim.deep_equal(each.user_data, current.user_data) then
      place = index
    end
  end
  place = place or math.max(1, math.min(known.idx, #items))
  vim.fn.setqflist({}, 'r', { id = list.id, title = kinds[list.kind].title, items = items, idx = place })
end

local function refresh()
  if not list or vim.fn.getqflist({ id = list.id }).id ~= list.id then
    list = nil
    return
  end
  local shown, call = list, list.call
  local changes = kinds[shown.kind].choose(require('kinos.picture').changes(call.folder))
  local places = known_places(vim.fn.getqflist({ id = shown.id, items = true }).items)
  shown.turn = shown.turn + 1
  local turn = shown.turn
  locate(call, changes, places, function()
    if list == shown and shown.turn == turn then
      replace(entries(call.folder, changes, places))
    end
  end)
end

---@return kinos.Item?
local function item()
  local entry = vim.fn.getqflist()[vim.fn.line('.')]
  local data = entry and entry.user_data
  return data and { kind = 'change', key = data.change, path = data.path, state = data.state } or nil
end

---@param buffer integer
local function map_keys(buffer)
  local key = require('kinos.view.key')
  key.map(buffer, key.change, function(pressed)
    if list and is_ours() then
      pressed.run(list.call, item())
    else
      vim.api.nvim_feedkeys(pressed.on, 'n', false)
    end
  end)
end

---@param call kinos.Call
---@param kind kinos.Kind
function M.show(call, kind)
  -- From now on they are known, and followed.
  require('kinos.picture').changes(call.folder)
  require('kinos.request').ask(call, 'history', {}, function(history)
    local changes, places = kinds[kind].choose(history), {}
    if #changes == 0 then
      require('kinos.message').say(kinds[kind].none)
      return
    end
    locate(call, changes, places, function()
      local group = vim.api.nvim_create_augroup('kinos.quickfix', {})
      vim.api.nvim_create_autocmd('User', { group = group, pattern = 'KinosChanges', callback = refresh })
      vim.fn.setqflist({}, ' ', { title = kinds[kind].title, items = entries(call.folder, changes, places) })
      list = { id = vim.fn.getqflist({ id = 0 }).id, call = call, kind = kind, turn = 0 }
      vim.cmd.copen()
      map_keys(vim.api.nvim_get_current_buf())
    end)
  end)
end

return M
