-- Agents edit files of any kind. So once KinOS runs for a folder, every file of it that is open here is synchronised, not
-- only Markdown: then an edit reaches the buffer and never the file under it.

local folder = require('kinos.folder')

local M = {}

---Hand the server the person's settings, at the start and whenever it asks.
---@param params lsp.InitializeParams
---@param config vim.lsp.ClientConfig
function M.configure(params, config)
  local settings = require('kinos.config').get().settings
  if next(settings) == nil then
    return
  end
  local given = params.initializationOptions or {}
  params.initializationOptions = vim.tbl_deep_extend('force', given, { settings = settings })
  config.settings = vim.tbl_deep_extend('force', config.settings or {}, { kinos = settings })
end

---The person has other settings now.
---@param client vim.lsp.Client
function M.configured(client)
  local settings = require('kinos.config').get().settings
  client.settings = vim.tbl_extend('force', client.settings or {}, { kinos = settings })
  client:notify('workspace/didChangeConfiguration', { settings = client.settings })
end

---@param client_id integer
---@return string
local function group_name(client_id)
  return 'kinos.attach.' .. client_id
end

---@param client vim.lsp.Client
---@param buffer integer
local function attach(client, buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  local is_file = vim.bo[buffer].buftype == '' and path ~= '' and vim.api.nvim_buf_is_loaded(buffer)
  local inside = vim.iter(folder.all(client)):any(function(each)
    return folder.contains(each, path)
  end)
  if is_file and inside and not vim.lsp.buf_is_attached(buffer, client.id) then
    vim.lsp.buf_attach_client(buffer, client.id)
  end
end

---Attach the client to every open file of its folders, and to those that are opened later.
---@param client vim.lsp.Client
function M.follow(client)
  local function later(buffer)
    -- After Neovim's own autocommand, which detaches a client from filetypes it was not configured for.
    vim.schedule(function()
      if vim.api.nvim_buf_is_valid(buffer) and not client:is_stopped() then
        attach(client, buffer)
      end
    end)
  end
  local group = vim.api.nvim_create_augroup(group_name(client.id), {})
  vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile', 'FileType' }, {
    group = group,
    callback = function(event)
      later(event.buf)
    end,
  })
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = 'KinosStatus',
    callback = function(event)
      require('kinos.trace').look(event.data, client)
    end,
  })
  vim.iter(vim.api.nvim_list_bufs()):each(later)
end

---The client has ended.
---@param client_id integer
function M.forget(client_id)
  pcall(vim.api.nvim_del_augroup_by_name, group_name(client_id))
  if #require('kinos.client').all() == 0 then
    require('kinos.reload').forget()
  end
end

return M
