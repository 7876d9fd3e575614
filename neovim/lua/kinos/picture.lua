-- What is known of each folder: its last state, and its changes, asked for once somebody shows them and again when the state
-- says that they may be others.

local M = {}

---@class kinos.Change what an agent made; docs/protocol.md has all of it
---@field id string
---@field agent string
---@field title string
---@field why string
---@field time string
---@field state string
---@field reason string
---@field files { path: string, kind: string }[]

---@class kinos.Past the changes of a folder, once they are asked for
---@field changes kinos.Change[] the last answer
---@field asking boolean
---@field revision? integer that of the state for which they were asked

---@class kinos.Picture
---@field status kinos.Status
---@field client integer
---@field past? kinos.Past nil while nobody shows it

---@type table<string, kinos.Picture> by folder
local pictures = {}

---How long they are not asked for again (milliseconds).
local interval = 100

---@param pattern string
---@param data any
local function emit(pattern, data)
  vim.api.nvim_exec_autocmds('User', { pattern = pattern, data = data })
  vim.cmd.redrawstatus()
end

---@param folder string
local function refresh(folder)
  local picture = pictures[folder]
  local past = picture and picture.past
  local client = picture and vim.lsp.get_client_by_id(picture.client)
  if not past or not client or past.asking or past.revision == picture.status.revision.changes then
    return
  end
  past.asking, past.revision = true, picture.status.revision.changes
  ---@param changes? kinos.Change[]
  local function ended(changes)
    past.changes = changes or past.changes
    emit('KinosChanges', { folder = folder })
    vim.defer_fn(function()
      past.asking = false
      refresh(folder)
    end, interval)
  end
  local call = { client = client, buffer = 0, folder = folder, words = {} }
  require('kinos.request').ask(call, 'history', {}, ended, function()
    ended(nil)
  end)
end

---Take a `kinos/status`.
---@param status kinos.Status
---@param client_id integer
function M.receive(status, client_id)
  local known = pictures[status.folder]
  pictures[status.folder] = { status = status, client = client_id, past = known and known.past }
  refresh(status.folder)
  if not known or known.status.revision.documents ~= status.revision.documents then
    require('kinos.size').renew()
  end
  emit('KinosStatus', status)
end

---The client has ended: nothing is known of its folders any more.
---@param client_id integer
function M.forget(client_id)
  for folder, picture in pairs(pictures) do
    if picture.client == client_id then
      pictures[folder] = nil
      emit('KinosEnded', { folder = folder })
    end
  end
end

---The client that tells of the folder.
---@param folder string
---@return vim.lsp.Client?
function M.client(folder)
  return pictures[folder] and vim.lsp.get_client_by_id(pictures[folder].client)
end

---@param folder string
---@return kinos.Status?
function M.status(folder)
  return pictures[folder] and pictures[folder].status
end

---Every change of the folder, the oldest first; none before the first answer, which `User KinosChanges` tells.
---@param folder string
---@return kinos.Change[]
function M.changes(folder)
  local picture = pictures[folder]
  if not picture then
    return {}
  end
  if not picture.past then
    picture.past = { changes = {}, asking = false }
    vim.schedule(function()
      refresh(folder)
    end)
  end
  return picture.past.changes
end

---Those of the changes that wait for a person.
---@param changes kinos.Change[]
---@return kinos.Change[]
function M.waiting(changes)
  return vim.tbl_filter(function(change)
    return change.state == 'proposed'
  end, changes)
end

return M
