-- `:Kinos`, and KinOS for Markdown files, unless `enabled` of `vim.g.kinos` is false.

if vim.g.loaded_kinos then
  return
end
vim.g.loaded_kinos = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('KinOS needs Neovim 0.11 or later; this is an older one, so KinOS does not start.', vim.log.levels.WARN)
  return
end

vim.api.nvim_create_user_command('Kinos', function(input)
  require('kinos.command').run(input.fargs)
end, {
  nargs = '*',
  desc = 'KinOS: start, stop and watch agents',
  complete = function(_, line, column)
    return require('kinos.command').complete(line:sub(1, column))
  end,
})

if require('kinos.config').get().enabled then
  vim.lsp.enable('kinos')
end
