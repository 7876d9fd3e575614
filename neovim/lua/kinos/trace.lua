-- Which lines of a buffer an agent changed last: a bar in the sign column, and who it was behind the first of them.

local M = {}

local space = vim.api.nvim_create_namespace('kinos.trace')

---@type table<string, integer> the revision of the changes at the last look, by folder
local looked = {}

---@class kinos.Trace
---@field version integer of the text that the lines are in
---@field change? kinos.Change
---@field lines { first: integer, last: integer }[]

---@param buffer integer
---@param trace kinos.Trace
local function show(buffer, trace)
  if not vim.api.nvim_buf_is_loaded(buffer) or vim.lsp.util.buf_versions[buffer] ~= trace.version then
    return
  end
  vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  for number, lines in ipairs(trace.lines) do
    local who = ('  %s: %s'):format(trace.change.agent, trace.change.title)
    for line = lines.first, lines.last do
      local said = (number == 1 and line == lines.first) and { { who, 'Comment' } } or nil
      local bar = { sign_text = '▎', sign_hl_group = 'Changed', virt_text = said, strict = false }
      vim.api.nvim_buf_set_extmark(buffer, space, line, 0, bar)
    end
  end
end

---Mark the lines of one buffer.
---@param client vim.lsp.Client
---@param buffer integer
function M.mark(client, buffer)
  if not require('kinos.config').get().marks then
    vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
    return
  end
  local call = { client = client, buffer = buffer, words = {} }
  require('kinos.request').ask(call, 'lastEdit', { uri = vim.uri_from_bufnr(buffer) }, function(trace)
    show(buffer, trace)
  end, function()
    -- Closed meanwhile: it is marked when it is opened again.
  end)
end

---Changes may have landed: mark what the windows show.
---@param status kinos.Status
---@param client vim.lsp.Client
function M.look(status, client)
  if looked[status.folder] == status.revision.changes then
    return
  end
  looked[status.folder] = status.revision.changes
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local buffer = vim.api.nvim_win_get_buf(window)
    if vim.lsp.buf_is_attached(buffer, client.id) then
      M.mark(client, buffer)
    end
  end
end

return M
