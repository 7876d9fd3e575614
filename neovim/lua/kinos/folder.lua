-- Which of the client's workspace folders a buffer belongs to.

local M = {}

---@param path string
---@param folder string
---@return boolean
function M.contains(folder, path)
  return vim.startswith(path, (folder:gsub('/*$', '/')))
end

---The paths of the client's folders.
---@param client vim.lsp.Client
---@return string[]
function M.all(client)
  return vim.tbl_map(function(folder)
    return vim.uri_to_fname(folder.uri)
  end, client.workspace_folders or {})
end

---The deepest folder that contains the buffer's file; without one, the only folder there is.
---@param client vim.lsp.Client
---@param buffer integer
---@return string?
function M.of(client, buffer)
  local path, found = vim.api.nvim_buf_get_name(buffer), nil
  local folders = M.all(client)
  for _, folder in ipairs(folders) do
    if M.contains(folder, path) and #folder > #(found or '') then
      found = folder
    end
  end
  return found or (#folders == 1 and folders[1] or nil)
end

return M
