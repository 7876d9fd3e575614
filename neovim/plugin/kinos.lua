-- Starts KinOS for Markdown files, unless `vim.g.kinos_enabled` is false.

if vim.g.loaded_kinos then
  return
end
vim.g.loaded_kinos = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('KinOS needs Neovim 0.11 or later.', vim.log.levels.WARN)
elseif vim.g.kinos_enabled ~= false then
  vim.lsp.enable('kinos')
end
