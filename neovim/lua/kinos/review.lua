-- What a person does about a change that waits, from a code action.

local M = {}

---Ask why, and reject the change; it goes on waiting when the question is left.
---@param command lsp.Command its argument names the change and its folder
---@param ctx { client_id: integer, bufnr: integer }
function M.reject(command, ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  vim.ui.input({ prompt = 'Why not? ' }, function(reason)
    if reason == nil or client == nil then
      return
    end
    local argument = vim.tbl_extend('force', command.arguments[1], { reason = reason })
    local reject = { title = command.title, command = 'kinos.server.reject', arguments = { argument } }
    client:exec_cmd(reject, { bufnr = ctx.bufnr }, function(err)
      local said = err and err.message or 'rejected; the reason reaches the agents'
      vim.notify('KinOS: ' .. said, err and vim.log.levels.ERROR or vim.log.levels.INFO)
    end)
  end)
end

return M
