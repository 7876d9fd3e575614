-- The component `kinos` of lualine. Its option `parts` says what it shows: { 'kinos', parts = { 'phase', 'agents' } }.

local M = require('lualine.component'):extend()

function M:init(options)
  M.super.init(self, options)
  vim.api.nvim_create_autocmd('User', {
    group = vim.api.nvim_create_augroup('kinos.lualine', {}),
    pattern = { 'KinosStatus', 'KinosSize' },
    callback = function()
      require('lualine').refresh()
    end,
  })
end

function M:update_status()
  -- lualine's texts are read as a status line, where a percent sign begins an item.
  return (require('kinos.status').statusline(0, self.options.parts):gsub('%%', '%%%%'))
end

return M
