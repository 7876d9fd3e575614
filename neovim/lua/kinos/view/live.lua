-- A view that follows what it shows: lines, each perhaps about something that the keys act on.

local M = {}

---@class kinos.Line
---@field text string
---@field item? kinos.Item what the line is about
---@field group? string a highlight group for all of it

---@class kinos.Item
---@field kind 'agent'|'change'
---@field key string an agent's name, a change's id
---@field path? string a file of it, relative to the folder
---@field state? string of a change

---@class kinos.Key
---@field on string
---@field does string for a person to read
---@field run fun(call: kinos.Call, item: kinos.Item?)

---@class kinos.Live
---@field name string
---@field lines fun(folder: string): kinos.Line[]
---@field keys kinos.Key[]

---@type kinos.Line[]
local ended = { { text = 'The server has ended. :Kinos status starts it again.', group = 'DiagnosticError' } }

local space = vim.api.nvim_create_namespace('kinos.view')

---@type table<integer, table<integer, kinos.Item>> by buffer and line
local items = {}

---@param buffer integer
---@param key string
---@return integer? line
local function line_of(buffer, key)
  for line, item in pairs(items[buffer]) do
    if item.key == key then
      return line
    end
  end
end

---@param buffer integer
---@param lines kinos.Line[]
local function highlight(buffer, lines)
  vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  for number, line in ipairs(lines) do
    if line.group then
      vim.api.nvim_buf_set_extmark(buffer, space, number - 1, 0, { end_col = #line.text, hl_group = line.group })
    end
  end
end

---Show the lines as they are now; each cursor stays with what it was on.
---@param buffer integer
---@param lines kinos.Line[]
local function render(buffer, lines)
  local windows, known = vim.fn.win_findbuf(buffer), items[buffer] or {}
  local on = {}
  for _, window in ipairs(windows) do
    local item = known[vim.api.nvim_win_get_cursor(window)[1]]
    on[window] = item and item.key
  end
  items[buffer] = {}
  for number, line in ipairs(lines) do
    items[buffer][number] = line.item
  end
  local texts = vim.tbl_map(function(line)
    -- A task in one line, whatever an agent has written.
    return (line.text:gsub('[\r\n]', ' '))
  end, lines)
  require('kinos.view.text').fill(buffer, texts)
  highlight(buffer, lines)
  for window, key in pairs(on) do
    local line = line_of(buffer, key)
    if line then
      vim.api.nvim_win_set_cursor(window, { line, 0 })
    end
  end
end

---@param buffer integer
---@return kinos.Item?
local function at_cursor(buffer)
  return items[buffer][vim.api.nvim_win_get_cursor(0)[1]]
end

---@param buffer integer
---@param folder string
---@param again fun()
local function follow(buffer, folder, again)
  local group = vim.api.nvim_create_augroup('kinos.view.' .. buffer, {})
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = { 'KinosStatus', 'KinosChanges', 'KinosEnded' },
    callback = function(event)
      if event.data.folder == folder then
        again()
      end
    end,
  })
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = group,
    buffer = buffer,
    callback = function()
      items[buffer] = nil
      vim.schedule(function()
        pcall(vim.api.nvim_del_augroup_by_id, group)
      end)
    end,
  })
end

---@param call kinos.Call
---@param live kinos.Live
function M.open(call, live)
  -- The server says whether there is a folder, and what is the matter if there is none.
  require('kinos.request').ask(call, 'status', {}, function(status)
    call.folder = status.folder
    require('kinos.picture').receive(status, call.client.id)
    local buffer = require('kinos.view.text').open(call, live.name)
    vim.wo[0][0].wrap = false
    local function again()
      if vim.api.nvim_buf_is_loaded(buffer) then
        local is_known = require('kinos.picture').status(call.folder) ~= nil
        render(buffer, is_known and live.lines(call.folder) or ended)
      end
    end
    follow(buffer, call.folder, again)
    require('kinos.view.key').map(buffer, live.keys, function(key)
      key.run(call, at_cursor(buffer))
    end)
    again()
  end)
end

return M
