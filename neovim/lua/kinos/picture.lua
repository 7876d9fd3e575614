-- What is known of each folder: its last state, and the sizes and changes that belong to it, asked for once somebody shows
-- them and again when the state says that they may be others.

local M = {}

---@class kinos.Document a document of a folder
---@field path string
---@field tokens? integer
---@field level? 'ok'|'long'|'too-long'

---@class kinos.Change what an agent made; docs/protocol.md has all of it
---@field id string
---@field agent string
---@field title string
---@field why string
---@field time string
---@field state string
---@field reason string
---@field files { path: string, kind: string }[]

---@class kinos.Part something of a folder that is asked for
---@field answer any the last answer
---@field asking boolean
---@field revision? integer that of the state for which it was asked

---@class kinos.Picture
---@field status kinos.Status
---@field client integer
---@field parts table<string, kinos.Part>

---@type table<string, kinos.Picture> by folder
local pictures = {}

local parts = {
  documents = { command = 'documents', event = 'KinosDocuments', interval = 500 },
  changes = { command = 'history', event = 'KinosChanges', interval = 100 },
}

---@param pattern string
---@param data any
local function emit(pattern, data)
  vim.api.nvim_exec_autocmds('User', { pattern = pattern, data = data })
  vim.cmd.redrawstatus()
end

---@param folder string
---@param name 'documents'|'changes'
local function refresh(folder, name)
  local picture, kind = pictures[folder], parts[name]
  local part = picture.parts[name]
  local client = vim.lsp.get_client_by_id(picture.client)
  local revision = picture.status.revision[name]
  if not client or part.asking or part.revision == revision then
    return
  end
  part.asking, part.revision = true, revision
  local function ended(answer)
    part.answer = answer or part.answer
    emit(kind.event, { folder = folder })
    vim.defer_fn(function()
      part.asking = false
      refresh(folder, name)
    end, kind.interval)
  end
  local call = { client = client, buffer = 0, folder = folder, words = {} }
  require('kinos.request').ask(call, kind.command, {}, ended, function()
    ended(nil)
  end)
end

---Take a `kinos/status`.
---@param status kinos.Status
---@param client_id integer
function M.receive(status, client_id)
  local known = pictures[status.folder]
  pictures[status.folder] = { status = status, client = client_id, parts = known and known.parts or {} }
  for name in pairs(pictures[status.folder].parts) do
    refresh(status.folder, name)
  end
  emit('KinosStatus', status)
end

---The client has ended: nothing is known of its folders any more.
---@param client_id integer
function M.forget(client_id)
  for folder, picture in pairs(pictures) do
    if picture.client == client_id then
      pictures[folder] = nil
    end
  end
end

---@param folder string
---@return kinos.Status?
function M.status(folder)
  return pictures[folder] and pictures[folder].status
end

---@param folder string
---@param name 'documents'|'changes'
---@return any? answer the last one; nil before the first, which `User KinosDocuments` or `KinosChanges` tells
local function part(folder, name)
  local picture = pictures[folder]
  if not picture then
    return nil
  end
  if not picture.parts[name] then
    picture.parts[name] = { asking = false }
    vim.schedule(function()
      refresh(folder, name)
    end)
  end
  return picture.parts[name].answer
end

---Every change of the folder, the oldest first.
---@param folder string
---@return kinos.Change[]
function M.changes(folder)
  return part(folder, 'changes') or {}
end

---Those of the changes that wait for a person.
---@param changes kinos.Change[]
---@return kinos.Change[]
function M.waiting(changes)
  return vim.tbl_filter(function(change)
    return change.state == 'proposed'
  end, changes)
end

---The size of the document at `path`, relative to the folder.
---@param folder string
---@param path string
---@return kinos.Document?
function M.document(folder, path)
  local answer = part(folder, 'documents')
  if answer and not answer.by_path then
    answer.by_path = {}
    for _, document in ipairs(answer.documents) do
      answer.by_path[document.path] = document
    end
  end
  return answer and answer.by_path[path]
end

return M
