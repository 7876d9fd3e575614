-- Lines that hold ends of lines: a carriage return in the middle, or a NUL, which Neovim hands out as a line feed. LSP counts
-- lines there where Neovim sees none, so that what is said by lines and columns would go elsewhere in the server.

local M = {}

---@type table<integer, true> buffers that have had such a line since they were opened
local odd = {}

---@param buffer integer
---@param first integer from 0
---@param last integer behind the last; -1 is the end
---@return boolean
local function holds_ends(buffer, first, last)
  return vim.iter(vim.api.nvim_buf_get_lines(buffer, first, last, false)):any(function(line)
    return line:find('[\r\n]') ~= nil
  end)
end

---@param buffer integer
---@return string
local function whole(buffer)
  local ending = ({ unix = '\n', dos = '\r\n', mac = '\r' })[vim.bo[buffer].fileformat]
  local text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), ending)
  return vim.bo[buffer].eol and text .. ending or text
end

---@param params lsp.DidChangeTextDocumentParams
---@param buffer integer
---@return boolean
local function changed_lines_hold_ends(params, buffer)
  return vim.iter(params.contentChanges):any(function(change)
    local first = change.range and change.range.start.line or 0
    local _, more = change.text:gsub('[\r\n]', '')
    return holds_ends(buffer, first, change.range and first + more + 1 or -1)
  end)
end

---Whether positions of LSP and of Neovim differ in the buffer.
---@param buffer integer
---@return boolean
function M.is_odd(buffer)
  return odd[buffer] == true
end

---@param method string
---@param params any
local function mend(method, params)
  if method == 'textDocument/didOpen' then
    local buffer = vim.uri_to_bufnr(params.textDocument.uri)
    odd[buffer] = holds_ends(buffer, 0, -1) or nil
  elseif method == 'textDocument/didChange' then
    local buffer = vim.uri_to_bufnr(params.textDocument.uri)
    odd[buffer] = odd[buffer] or changed_lines_hold_ends(params, buffer) or nil
    if odd[buffer] then
      params.contentChanges = { { text = whole(buffer) } }
    end
  end
end

---From now on tell the server the whole text of such a buffer at each change.
---@param client vim.lsp.Client
function M.follow(client)
  local notify = client.notify
  -- Called with and without the client in front.
  client.notify = function(...)
    mend(select(-2, ...))
    return notify(...)
  end
end

return M
