-- The sizes of buffers that are shown somewhere, exact behind each keystroke. Nothing is asked for buffers that nobody shows.

local M = {}

---@class kinos.Size docs/protocol.md has all of it
---@field tokens? integer nil when it cannot be counted
---@field level? 'ok'|'long'|'too-long'
---@field mark string
---@field warn integer tokens
---@field error integer tokens

---@class kinos.Sized a buffer whose size is shown
---@field size? kinos.Size nil before the first answer, and for what has no size
---@field client? integer who was asked last
---@field asking boolean
---@field stale boolean something has happened since it was asked for

---@type table<integer, kinos.Sized> by buffer
local sized = {}

---Ask for the size; what happens while the answer is on its way is asked about once more.
---@param buffer integer
local function ask(buffer)
  local known = sized[buffer]
  local client = known and vim.lsp.get_clients({ name = 'kinos', bufnr = buffer })[1]
  if not known or not client or known.asking then
    return
  end
  known.client, known.asking, known.stale = client.id, true, false
  local params = { uri = vim.uri_from_bufnr(buffer) }
  ---@diagnostic disable-next-line: param-type-mismatch a request of ours
  local sent = client:request('kinos/size', params, function(err, answer)
    known.asking = false
    local size = not err and answer or nil
    if not vim.deep_equal(size, known.size) then
      known.size = size
      vim.api.nvim_exec_autocmds('User', { pattern = 'KinosSize', data = { buffer = buffer } })
      vim.cmd.redrawstatus({ bang = true })
    end
    if known.stale then
      ask(buffer)
    end
  end, buffer)
  known.asking = sent
end

---What is known of the size of a buffer may be old.
---@param buffer integer
local function look(buffer)
  if sized[buffer] then
    sized[buffer].stale = true
    -- After the client has told the server of the change.
    vim.schedule(function()
      ask(buffer)
    end)
  end
end

---@param buffer integer
local function follow(buffer)
  sized[buffer] = { asking = false, stale = true }
  vim.api.nvim_buf_attach(buffer, false, {
    on_lines = function()
      look(buffer)
    end,
    on_reload = function()
      look(buffer)
    end,
    on_detach = function()
      sized[buffer] = nil
    end,
  })
  look(buffer)
end

---The size of a buffer; nil for what has none, and at first, until `User KinosSize` tells it.
---@param buffer integer 0 is the current one
---@return kinos.Size?
function M.of(buffer)
  buffer = buffer == 0 and vim.api.nvim_get_current_buf() or buffer
  if not sized[buffer] and vim.api.nvim_buf_is_loaded(buffer) then
    follow(buffer)
  end
  return sized[buffer] and sized[buffer].size
end

---The buffer's size may be another, or the limits it is held to; without a buffer, those of all.
---@param buffer? integer
function M.renew(buffer)
  vim.iter(buffer and { buffer } or vim.tbl_keys(sized)):each(look)
end

---The client has ended: what it told is not known any more, and it answers no more.
---@param client_id integer
function M.forget(client_id)
  for _, known in pairs(sized) do
    if known.client == client_id then
      known.size, known.asking = nil, false
    end
  end
end

return M
