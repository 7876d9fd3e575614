-- The server that a buffer's folder has, started where there is none yet: a team can be started from any window.

local M = {}

---@type table<integer, fun(client: vim.lsp.Client)[]> what waits until a client has been initialized
local waiting = {}

---Every KinOS that runs here.
---@return vim.lsp.Client[]
function M.all()
  return vim.lsp.get_clients({ name = 'kinos' })
end

---@param buffer integer
---@return string
local function place_of(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  return (name ~= '' and vim.bo[buffer].buftype == '') and name or vim.fn.getcwd() .. '/'
end

---The client whose folder holds the buffer's file, or what the buffer shows; where there is but one client, that.
---@param buffer integer
---@return vim.lsp.Client?
function M.find(buffer)
  local shown = vim.b[buffer].kinos
  local known = shown and vim.lsp.get_client_by_id(shown.client)
  if known then
    return known
  end
  local attached = vim.lsp.get_clients({ name = 'kinos', bufnr = buffer })[1]
  if attached then
    return attached
  end
  local folder, place, all = require('kinos.folder'), place_of(buffer), M.all()
  local holds = vim.iter(all):find(function(client)
    return vim.iter(folder.all(client)):any(function(each)
      return folder.contains(each, place)
    end)
  end)
  return holds or (#all == 1 and all[1] or nil)
end

---@param buffer integer
---@return integer? client_id
local function start(buffer)
  local config = vim.deepcopy(vim.lsp.config.kinos)
  local place = place_of(buffer)
  config.root_dir = vim.fs.root(place, config.root_markers) or vim.fs.dirname(place)
  return vim.lsp.start(config, { attach = false })
end

---The client of the buffer, started if need be; `done` gets it once it can be asked.
---@param buffer integer
---@param done fun(client: vim.lsp.Client)
function M.with(buffer, done)
  local found = M.find(buffer)
  local id = found and found.id or start(buffer)
  local client = id and vim.lsp.get_client_by_id(id)
  if client and client.initialized then
    done(client)
  elseif id then
    waiting[id] = waiting[id] or {}
    table.insert(waiting[id], done)
  else
    require('kinos.message').failed('the server could not be started: see :checkhealth kinos')
  end
end

---The client can be asked.
---@param client vim.lsp.Client
function M.ready(client)
  local all = waiting[client.id] or {}
  waiting[client.id] = nil
  for _, done in ipairs(all) do
    vim.schedule(function()
      done(client)
    end)
  end
end

---The client has ended.
---@param client_id integer
function M.forget(client_id)
  if waiting[client_id] then
    waiting[client_id] = nil
    require('kinos.message').failed('the server ended before it could be asked: see :checkhealth kinos')
  end
end

return M
