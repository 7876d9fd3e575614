-- The last state of each folder, for status lines and for whoever listens to the `User` autocommand `KinosStatus`.

local M = {}

---@type table<string, kinos.Status> by folder
local statuses = {}

---Take a `kinos/status`.
---@param status kinos.Status
function M.receive(status)
  statuses[status.folder] = status
  vim.api.nvim_exec_autocmds('User', { pattern = 'KinosStatus', data = status })
  vim.cmd.redrawstatus()
end

---The state of the folder a buffer belongs to; nil before KinOS has told.
---@param buffer? integer
---@return kinos.Status?
function M.get(buffer)
  buffer = (buffer and buffer ~= 0) and buffer or vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_clients({ name = 'kinos', bufnr = buffer })[1]
  local folder = client and require('kinos.folder').of(client, buffer)
  return folder and statuses[folder]
end

---@param agent kinos.status.Agent
---@return boolean
local function is_awake(agent)
  return agent.state ~= 'asleep' and agent.state ~= 'stopped'
end

---One short text, for example `EXPANSION 34% · 6 agents (rehearsal)`; empty where KinOS does not run.
---@param buffer? integer
---@return string
function M.statusline(buffer)
  local status = M.get(buffer)
  if not status then
    return ''
  end
  local text = ('%s %d%%'):format(status.phase.name, math.floor(status.tokens.percent + 0.5))
  if status.team.state == 'stopped' then
    return text
  end
  local awake = #vim.tbl_filter(is_awake, status.agents)
  local team = status.team.state == 'running' and ('%d agents'):format(awake) or status.team.state
  return ('%s · %s%s'):format(text, team, status.team.rehearsal and ' (rehearsal)' or '')
end

---The whole picture as lines.
---@param status kinos.Status
---@return string[]
function M.lines(status)
  local lines = {
    ('%s: %s'):format(status.phase.name, status.phase.reason),
    ('%d of %d tokens in %d documents: %d long, %d too long'):format(
      status.tokens.total,
      status.tokens.limit,
      status.documents.count,
      status.documents.long,
      status.documents.tooLong
    ),
    status.team.name == '' and 'no team has run here yet' or ('team %s: %s%s'):format(
      status.team.name,
      status.team.state,
      status.team.rehearsal and ' (rehearsal)' or ''
    ),
  }
  if status.team.state ~= 'stopped' then
    for _, agent in ipairs(status.agents) do
      local detail = agent.state == 'failed' and agent.lastError or agent.task
      detail = agent.deferred ~= '' and agent.deferred or detail
      table.insert(lines, ('  %s: %s%s'):format(agent.name, agent.state, detail ~= '' and ', ' .. detail or ''))
    end
  end
  if status.waiting > 0 then
    table.insert(lines, ('%d changes waiting for review'):format(status.waiting))
  end
  return lines
end

return M
