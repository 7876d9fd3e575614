-- What a person sets in `vim.g.kinos`, over the defaults. Read anew each time, so that it counts from when it is set.

local M = {}

---@class kinos.Config
---@field enabled boolean start for Markdown files by itself
---@field save boolean save a buffer without unsaved words once an agent's edit has landed in it
---@field reload boolean read a buffer without unsaved words anew when its file has changed on the disk
---@field hints boolean sizes of sections, as virtual text behind their headings
---@field lenses boolean lines above a document with its size and what can be done
---@field marks boolean a bar beside the lines that an agent changed last, and who it was
---@field settings kinos.Settings settings of the server; those left out are as in `kinos.default`

---@type kinos.Config
M.defaults = { enabled = true, save = true, reload = true, hints = true, lenses = true, marks = true, settings = {} }

---@return kinos.Config
function M.get()
  local given = vim.g.kinos
  return vim.tbl_extend('force', M.defaults, type(given) == 'table' and given or {})
end

---@param path string
---@param value any
---@param known any
---@param wrong string[]
local function compare(path, value, known, wrong)
  if known == nil then
    table.insert(wrong, ('%s is not known'):format(path))
  elseif known ~= vim.NIL and type(value) ~= type(known) then
    table.insert(wrong, ('%s must be a %s, not a %s'):format(path, type(known), type(value)))
  elseif type(value) == 'table' and type(known) == 'table' and not vim.islist(known) and next(known) ~= nil then
    for key, inner in pairs(value) do
      compare(('%s.%s'):format(path, key), inner, known[key], wrong)
    end
  end
end

---What is wrong with `vim.g.kinos`, a sentence each. The server looks at the values of settings itself.
---@return string[]
function M.mistakes()
  local given = vim.g.kinos
  if given == nil then
    return {}
  elseif type(given) ~= 'table' then
    return { 'vim.g.kinos must be a table, not a ' .. type(given) }
  end
  local known = vim.tbl_extend('force', M.defaults, { settings = require('kinos.default') })
  local wrong = {}
  for key, value in pairs(given) do
    compare('vim.g.kinos.' .. key, value, known[key], wrong)
  end
  table.sort(wrong)
  return wrong
end

return M
