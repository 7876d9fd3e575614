-- What goes on in a folder, as it goes on: the phase, the team, its agents, the changes that wait.

local M = {}

local groups = { failed = 'DiagnosticError', stopped = 'Comment', asleep = 'Comment', resting = 'Comment' }

---@param status kinos.Status
---@return kinos.Line[]
local function head(status)
  local tokens, documents, team = status.tokens, status.documents, status.team
  local size = ('%d of %d tokens in %s: %d long, %d too long'):format(
    tokens.total,
    tokens.limit,
    require('kinos.message').counted(documents.count, 'document'),
    documents.long,
    documents.tooLong
  )
  local state = team.name == '' and 'no team has run here yet'
    or ('team %s: %s%s'):format(team.name, team.state, team.rehearsal and ' (rehearsal)' or '')
  local why = team.reason ~= '' and ', ' .. team.reason or ''
  local lines = {
    { text = ('%s: %s'):format(status.phase.name, status.phase.reason), group = 'Title' },
    { text = size },
    { text = state .. why },
  }
  if team.heldBy ~= '' then
    table.insert(lines, { text = 'held by ' .. team.heldBy, group = 'DiagnosticWarn' })
  end
  if team.name ~= '' then
    table.insert(lines, { text = 'spent ' .. require('kinos.bound').spent(status.budget) })
  end
  return lines
end

---@param agent kinos.status.Agent
---@return kinos.Line
local function agent_line(agent)
  local said = agent.state == 'failed' and agent.lastError or agent.task
  said = agent.deferred ~= '' and agent.deferred or said
  said = said ~= '' and said or agent.lastResult
  local text = ('  %-18s %-9s %s'):format(agent.name, agent.state, said)
  return {
    text = vim.trim(text) == '' and text or (text:gsub('%s+$', '')),
    group = groups[agent.state],
    item = { kind = 'agent', key = agent.name, path = agent.files[1] },
  }
end

---@param change kinos.Change
---@return kinos.Line
local function change_line(change)
  local text = ('  %-18s %s  (%s)'):format(change.agent, change.title, require('kinos.view.history').files(change))
  local item = require('kinos.view.key').item(change)
  return { text = text, item = item, group = 'DiagnosticWarn' }
end

---@param lines kinos.Line[]
---@param title string
---@param more kinos.Line[]
local function add(lines, title, more)
  vim.list_extend(lines, { { text = '' }, { text = title, group = 'Title' } })
  vim.list_extend(lines, more)
end

---@param folder string
---@return kinos.Line[]
local function lines(folder)
  local picture = require('kinos.picture')
  local status = assert(picture.status(folder))
  local shown = head(status)
  if #status.agents > 0 then
    add(shown, 'Agents', vim.tbl_map(agent_line, status.agents))
  end
  local waiting = picture.waiting(picture.changes(folder))
  if #waiting > 0 then
    add(shown, 'Waiting for review', vim.tbl_map(change_line, waiting))
  end
  vim.list_extend(shown, { { text = '' }, { text = 'g? keys', group = 'Comment' } })
  return shown
end

---@param verb 'start'|'stop'
---@return fun(call: kinos.Call, item: kinos.Item?)
local function turn(verb)
  return function(call, item)
    if item and item.kind == 'agent' then
      require('kinos.team').agent(call, verb, item.key)
    else
      require('kinos.team')[verb](call)
    end
  end
end

---@type kinos.Key[]
local own = {
  { on = 's', does = 'start the agent; on no agent, the team', run = turn('start') },
  { on = 'x', does = 'stop the agent; on no agent, the team', run = turn('stop') },
  {
    on = 'p',
    does = 'pause the team, or let it go on',
    run = function(call)
      local status = require('kinos.picture').status(call.folder)
      local paused = status and status.team.state == 'paused'
      require('kinos.team')[paused and 'resume' or 'pause'](call)
    end,
  },
}

---@param call kinos.Call
function M.show(call)
  local keys = vim.list_extend(vim.list_slice(own), require('kinos.view.key').change)
  require('kinos.view.live').open(call, { name = 'status', lines = lines, keys = keys })
end

return M
