-- The client configuration of KinOS for Neovim 0.11 and later: `vim.lsp.enable('kinos')`.

---@type vim.lsp.Config
return {
  cmd = { 'kin', 'lsp' },
  filetypes = { 'markdown' },
  root_markers = { '.kinos', 'demande.md', '.git' },
  -- An agent's edit is for the text as it is now: what is typed must not reach the server late.
  flags = { debounce_text_changes = 0 },
  -- Neovim 0.11 makes edits that name the version they are for, but does not say so.
  capabilities = {
    workspace = { workspaceEdit = { documentChanges = true } },
    experimental = { commands = { commands = { 'kinos.editChange', 'kinos.rejectChange' } } },
  },
  handlers = {
    ['kinos/status'] = function(_, status)
      require('kinos.status').receive(status)
    end,
    ['workspace/applyEdit'] = function(err, params, ctx)
      return require('kinos.edit').apply(err, params, ctx)
    end,
  },
  commands = {
    ['kinos.editChange'] = function(command, context)
      require('kinos.review').edit(command, context)
    end,
    ['kinos.rejectChange'] = function(command, context)
      require('kinos.review').reject(command, context)
    end,
  },
  on_init = function(client)
    require('kinos.attach').follow(client)
  end,
  on_attach = function(client, buffer)
    require('kinos.command').create(client, buffer)
  end,
  on_exit = function(_, _, client_id)
    require('kinos.attach').forget(client_id)
  end,
}
