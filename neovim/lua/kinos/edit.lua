-- Edits of agents in open buffers: all of them or none, each an undo step of its own, and saved where nothing was unsaved.

local M = {}

---Those of its changes that are edits of texts: others make files.
---@param edit lsp.WorkspaceEdit
---@return lsp.TextDocumentEdit[]
local function text_edits(edit)
  return vim.tbl_filter(function(change)
    return change.textDocument ~= nil
  end, edit.documentChanges or {})
end

---@param edit lsp.WorkspaceEdit
---@return integer[] buffers
local function targets(edit)
  local uris = vim.tbl_keys(edit.changes or {})
  for _, change in ipairs(text_edits(edit)) do
    table.insert(uris, change.textDocument.uri)
  end
  return vim.tbl_map(vim.uri_to_bufnr, uris)
end

---Neovim itself checks the version of the first document only. A closed one has none.
---@param edit lsp.WorkspaceEdit
---@return string? why the edit does not fit any more
local function stale(edit)
  for _, change in ipairs(text_edits(edit)) do
    local buffer, version = vim.uri_to_bufnr(change.textDocument.uri), change.textDocument.version
    if version and vim.lsp.util.buf_versions[buffer] ~= version then
      return vim.api.nvim_buf_get_name(buffer) .. ' has been changed meanwhile.'
    end
    if require('kinos.sync').is_odd(buffer) then
      local name = vim.api.nvim_buf_get_name(buffer)
      return name .. ' has carriage returns or NULs inside of lines, where Neovim counts lines otherwise than LSP.'
    end
  end
end

---Begin a new undo step, so that undoing the edit does not take what was typed before.
---@param buffer integer
local function break_undo(buffer)
  if vim.api.nvim_buf_is_loaded(buffer) then
    vim.api.nvim_buf_call(buffer, function()
      vim.cmd('let &g:undolevels = &g:undolevels')
    end)
  end
end

---@param buffer integer
local function save(buffer)
  if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].modified then
    vim.api.nvim_buf_call(buffer, function()
      vim.cmd('silent! update')
    end)
  end
end

---The handler of `workspace/applyEdit`. A buffer that had no unsaved words before is saved afterwards, if the person's `save`
---says so.
---@param err lsp.ResponseError?
---@param params lsp.ApplyWorkspaceEditParams
---@param ctx lsp.HandlerContext
---@return lsp.ApplyWorkspaceEditResult
function M.apply(err, params, ctx)
  local reason = stale(params.edit)
  if reason then
    return { applied = false, failureReason = reason }
  end
  local buffers = targets(params.edit)
  local clean = vim.tbl_filter(function(buffer)
    return not vim.bo[buffer].modified
  end, buffers)
  vim.iter(buffers):each(break_undo)
  -- Without the label, which Neovim would print as a message each time.
  local result = vim.lsp.handlers['workspace/applyEdit'](err, { edit = params.edit }, ctx)
  vim.iter(buffers):each(break_undo)
  if require('kinos.config').get().save then
    vim.schedule(function()
      vim.iter(clean):each(save)
    end)
  end
  return result
end

return M
