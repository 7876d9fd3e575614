-- The map of the documents, read-only; `gf` on a line opens what it names.

local M = {}

---@class kinos.Link a name in the map
---@field range lsp.Range
---@field target string a URI, with `#L12` behind it where a line is meant

---The link at the cursor, else the first one in its line.
---@param links kinos.Link[]
---@param encoding string
---@return kinos.Link?
local function at_cursor(links, encoding)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local place = vim.str_utfindex(vim.api.nvim_get_current_line(), encoding, column, false)
  local here = vim.tbl_filter(function(link)
    return link.range.start.line == row - 1
  end, links)
  local under = vim.iter(here):find(function(link)
    return link.range.start.character <= place and place < link.range['end'].character
  end)
  return under or here[1]
end

---@param links kinos.Link[]
---@param encoding string
local function follow(links, encoding)
  local link = at_cursor(links, encoding)
  if not link then
    require('kinos.message').warn('this line names no document')
    return
  end
  local uri, line = link.target:match('^(.-)#L(%d+)$')
  vim.cmd.wincmd('p')
  vim.cmd.edit(vim.fn.fnameescape(vim.uri_to_fname(uri or link.target)))
  if line then
    vim.api.nvim_win_set_cursor(0, { tonumber(line), 0 })
  end
end

---@param call kinos.Call
function M.show(call)
  require('kinos.request').ask(call, 'mapDocument', {}, function(answer)
    local lines = vim.split((answer.text:gsub('\n$', '')), '\n')
    local buffer = require('kinos.view.text').show(call, 'map', lines, 'markdown')
    for _, key in ipairs({ 'gf', '<CR>' }) do
      vim.keymap.set('n', key, function()
        follow(answer.links, call.client.offset_encoding)
      end, { buffer = buffer, desc = 'KinOS: open what the line names' })
    end
  end)
end

return M
