-- Files that something else has changed on the disk, a second editor's team for instance: buffers without unsaved words
-- follow, as `autoread` has it; the others are left alone, and Neovim asks about them when they are written.

local M = {}

---@type table<string, integer> the revision of the documents at the last look, by folder
local looked = {}

---@param status kinos.Status
function M.look(status)
  local revision = status.revision.documents + status.revision.changes
  if looked[status.folder] == revision or not vim.o.autoread or not require('kinos.config').get().reload then
    return
  end
  looked[status.folder] = revision
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local name, options = vim.api.nvim_buf_get_name(buffer), vim.bo[buffer]
    local plain = vim.api.nvim_buf_is_loaded(buffer) and options.buftype == '' and not options.modified
    if plain and require('kinos.folder').contains(status.folder, name) and vim.uv.fs_stat(name) then
      vim.cmd.checktime(buffer)
    end
  end
end

return M
