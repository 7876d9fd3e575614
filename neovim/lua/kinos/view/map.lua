-- The map of the documents, read-only; `gf` on a line opens what it names.

local M = {}

---@param line string
---@return integer? depth of an entry of the tree, in characters
---@return string? name
local function entry(line)
  local before, name = line:match('^(.-)📄 (.-) %(')
  if not name then
    before, name = line:match('^(.-)📁 (.-)/?$')
  end
  return before and vim.fn.strchars(before), name
end

---What a warning names: by its path, or by its name where there is but one of it.
---@param lines string[]
---@param named string
---@return string
local function found(lines, named)
  for number, line in ipairs(lines) do
    local depth, name = entry(line)
    if depth and name == named then
      return M.path(lines, number) or named
    end
  end
  return named
end

---The path of what a line of the map names, relative to the folder.
---@param lines string[]
---@param number integer of the line, from 1
---@return string?
function M.path(lines, number)
  local line = lines[number]
  local suggested = line:match('^%- (.-): ')
  local warned = line:match('^⚠️ (.-) approaching limit') or line:match('^🔴 (.-) needs consolidation')
  if suggested or warned then
    return suggested or found(lines, warned)
  end
  local depth, name = entry(line)
  local path = name
  for above = number - 1, 1, -1 do
    local other, folder = entry(lines[above])
    if depth and other and other < depth then
      depth = other
      path = other > 0 and ('%s/%s'):format(folder, path) or path
    end
  end
  return path
end

---@param folder string
local function follow(folder)
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  local path = M.path(lines, vim.api.nvim_win_get_cursor(0)[1])
  local file = path and vim.fs.joinpath(folder, path)
  if file and vim.uv.fs_stat(file) then
    vim.cmd.wincmd('p')
    vim.cmd.edit(vim.fn.fnameescape(file))
  else
    require('kinos.message').warn('this line names no document')
  end
end

---@param call kinos.Call
function M.show(call)
  require('kinos.request').ask(call, 'showMap', {}, function(text)
    local buffer = require('kinos.view.text').show(call, 'map', vim.split(vim.trim(text), '\n'), 'markdown')
    for _, key in ipairs({ 'gf', '<CR>' }) do
      vim.keymap.set('n', key, function()
        follow(call.folder)
      end, { buffer = buffer, desc = 'KinOS: open what the line names' })
    end
  end)
end

return M
