-- For plugin managers that call `setup`; whoever sets `vim.g.kinos` needs none of it.

local M = {}

---@param options? kinos.Config any part of it
function M.setup(options)
  vim.g.kinos = options or vim.g.kinos
  vim.lsp.enable('kinos', require('kinos.config').get().enabled)
  for _, client in ipairs(require('kinos.client').all()) do
    require('kinos.attach').configured(client)
  end
end

return M
