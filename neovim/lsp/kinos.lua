-- The client configuration of KinOS for Neovim 0.11 and later: `vim.lsp.enable('kinos')`.

---@type vim.lsp.Config
return {
  cmd = { 'kin', 'lsp' },
  filetypes = { 'markdown' },
  root_markers = { '.kinos', 'demande.md', '.git' },
  -- An agent's edit is for the text as it is now: what is typed must not reach the server late.
  flags = { debounce_text_changes = 0 },
  capabilities = {
    workspace = {
      -- Neovim 0.11 makes edits that name the version they are for, but does not say so.
      workspaceEdit = { documentChanges = true },
      codeLens = { refreshSupport = true },
    },
    experimental = { commands = { commands = { 'kinos.editChange', 'kinos.rejectChange' } } },
  },
  handlers = {
    ['kinos/status'] = function(_, status, ctx)
      require('kinos.picture').receive(status, ctx.client_id)
    end,
    ['workspace/applyEdit'] = function(err, params, ctx)
      return require('kinos.edit').apply(err, params, ctx)
    end,
    ['client/registerCapability'] = function(err, params, ctx)
      local answer = vim.lsp.handlers['client/registerCapability'](err, params, ctx)
      require('kinos.lens').offered(ctx.client_id)
      return answer
    end,
    ['workspace/codeLens/refresh'] = function(_, _, ctx)
      return require('kinos.lens').renew(ctx.client_id)
    end,
  },
  commands = {
    ['kinos.editChange'] = function(command, context)
      require('kinos.lens').edit(command, context)
    end,
    ['kinos.rejectChange'] = function(command, context)
      require('kinos.lens').reject(command, context)
    end,
    ['kinos.server.diff'] = function(command, context)
      require('kinos.lens').diff(command, context)
    end,
  },
  before_init = function(params, config)
    require('kinos.attach').configure(params, config)
  end,
  on_init = function(client)
    require('kinos.sync').follow(client)
    require('kinos.attach').follow(client)
    require('kinos.client').ready(client)
  end,
  on_attach = function(client, buffer)
    require('kinos.lens').show(client, buffer)
    require('kinos.trace').mark(client, buffer)
    require('kinos.reload').follow(buffer)
    require('kinos.size').renew(buffer)
  end,
  on_exit = function(_, _, client_id)
    vim.schedule(function()
      require('kinos.attach').forget(client_id)
      require('kinos.picture').forget(client_id)
      require('kinos.size').forget(client_id)
      require('kinos.client').forget(client_id)
    end)
  end,
}
