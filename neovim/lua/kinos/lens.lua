-- What the lenses and code actions of a document do here: the editor's side of commands that ask the person.

local M = {}

---@param command lsp.Command its argument names the change and its folder
---@param ctx { client_id: integer, bufnr: integer }
---@return kinos.Call
---@return string change
local function meant(command, ctx)
  local argument = command.arguments[1]
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local folder = argument.folder and vim.uri_to_fname(argument.folder)
  return { client = client, buffer = ctx.bufnr, folder = folder, words = {} }, argument.change
end

---Ask why, and reject the change.
---@param command lsp.Command
---@param ctx { client_id: integer, bufnr: integer }
function M.reject(command, ctx)
  local call, change = meant(command, ctx)
  require('kinos.change').reject(call, change)
end

---Show a waiting change beside its files as they are.
---@param command lsp.Command
---@param ctx { client_id: integer, bufnr: integer }
function M.edit(command, ctx)
  local call, change = meant(command, ctx)
  require('kinos.review').open(call, change)
end

---Show what a change makes of its files.
---@param command lsp.Command
---@param ctx { client_id: integer, bufnr: integer }
function M.diff(command, ctx)
  local call, change = meant(command, ctx)
  require('kinos.view.diff').show(call, change)
end

---@param buffer integer
function M.refresh(buffer)
  if vim.api.nvim_buf_is_loaded(buffer) then
    vim.lsp.codelens.refresh({ bufnr = buffer })
  end
end

---The handler of `workspace/codeLens/refresh`, which Neovim 0.11 does not have: ask again for what is shown.
---@param client_id integer
---@return vim.NIL
function M.renew(client_id)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local buffer = vim.api.nvim_win_get_buf(window)
    if vim.lsp.buf_is_attached(buffer, client_id) and require('kinos.config').get().lenses then
      M.refresh(buffer)
    end
  end
  return vim.NIL
end

---Show sizes behind headings and lenses in a Markdown buffer, as far as the person wants them.
---@param client vim.lsp.Client
---@param buffer integer
function M.show(client, buffer)
  local config = require('kinos.config').get()
  if vim.bo[buffer].filetype ~= 'markdown' then
    return
  end
  if config.hints and client:supports_method('textDocument/inlayHint', buffer) then
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  end
  if config.lenses and client:supports_method('textDocument/codeLens', buffer) then
    M.refresh(buffer)
    vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
      group = vim.api.nvim_create_augroup('kinos.lens.' .. buffer, {}),
      buffer = buffer,
      callback = function()
        M.refresh(buffer)
      end,
    })
  end
end

---The server offers more now: what it offers of lenses and hints comes after the buffers were attached.
---@param client_id integer
function M.offered(client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  for buffer in pairs(client and client.attached_buffers or {}) do
    M.show(client, buffer)
  end
end

return M
