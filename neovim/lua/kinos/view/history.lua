-- Every change of a folder, the newest first.

local M = {}

local groups = { proposed = 'DiagnosticWarn', conflicted = 'DiagnosticError', refused = 'DiagnosticError' }

---@param change kinos.Change
---@return string
function M.files(change)
  local paths = vim.tbl_map(function(file)
    return file.path
  end, change.files)
  return #paths > 2 and ('%s, %s and %d more'):format(paths[1], paths[2], #paths - 2) or table.concat(paths, ', ')
end

---@param change kinos.Change
---@return kinos.Line
local function line(change)
  local when = change.time:sub(1, 16):gsub('T', ' ')
  local text = ('%s  %-10s %-14s %s  (%s)'):format(when, change.state, change.agent, change.title, M.files(change))
  local item = require('kinos.view.key').item(change)
  return { text = text, item = item, group = groups[change.state] }
end

---@param folder string
---@return kinos.Line[]
local function lines(folder)
  local shown = vim.iter(require('kinos.picture').changes(folder)):rev():map(line):totable()
  return #shown > 0 and shown or { { text = 'No agent has changed anything here.' } }
end

---@param call kinos.Call
function M.show(call)
  require('kinos.view.live').open(call, { name = 'history', lines = lines, keys = require('kinos.view.key').change })
end

return M
