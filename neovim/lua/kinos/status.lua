-- The state of a buffer's folder in one line, for status lines of any kind.

local M = {}

---@param buffer? integer
---@return integer
local function number(buffer)
  return (buffer and buffer ~= 0) and buffer or vim.api.nvim_get_current_buf()
end

---@param buffer integer
---@return string?
local function folder_of(buffer)
  local client = require('kinos.client').find(buffer)
  return client and require('kinos.folder').of(client, buffer)
end

---The state of the folder a buffer belongs to; nil before KinOS has told.
---@param buffer? integer
---@return kinos.Status?
function M.get(buffer)
  local folder = folder_of(number(buffer))
  return folder and require('kinos.picture').status(folder)
end

---`840`, from a thousand on `4.2k`, as everywhere in KinOS.
---@param tokens integer
---@return string
function M.tokens(tokens)
  return tokens < 1000 and tostring(tokens) or ('%.1fk'):format(tokens / 1000)
end

---The size of a buffer's document with its mark, `7.0k ⚠️`; empty for what is not counted.
---@param buffer? integer
---@return string
function M.size(buffer)
  local size = require('kinos.size').of(number(buffer))
  if not size then
    return ''
  end
  return size.tokens and ('%s %s'):format(M.tokens(size.tokens), size.mark) or size.mark
end

---@param agent kinos.status.Agent
---@return boolean
local function is_awake(agent)
  return agent.state ~= 'asleep' and agent.state ~= 'stopped'
end

---@param status kinos.Status
---@return string
local function agents(status)
  local team = status.team
  if team.state == 'stopped' then
    return team.heldBy ~= '' and 'held by ' .. team.heldBy or ''
  end
  local awake = #vim.tbl_filter(is_awake, status.agents)
  local said = team.state == 'running' and ('%d agent%s'):format(awake, awake == 1 and '' or 's') or team.state
  return said .. (team.rehearsal and ' (rehearsal)' or '')
end

---@param status kinos.Status
---@return string
local function spend(status)
  local spent = status.budget.usd
  return (spent and spent > 0) and ('$%.2f'):format(spent) or ''
end

---@alias kinos.StatusPart 'phase'|'size'|'agents'|'waiting'|'spend'

---@type table<kinos.StatusPart, fun(status: kinos.Status, buffer: integer): string>
local texts = {
  phase = function(status)
    return ('%s %d%%'):format(status.phase.name, math.floor(status.tokens.percent + 0.5))
  end,
  size = function(_, buffer)
    return M.size(buffer)
  end,
  agents = agents,
  waiting = function(status)
    return status.waiting > 0 and ('%d waiting'):format(status.waiting) or ''
  end,
  spend = spend,
}

---@type kinos.StatusPart[]
M.parts = { 'phase', 'size', 'agents', 'waiting', 'spend' }

---One short text, `EXPANSION 34% · 7.0k ⚠️ · 6 agents · 2 waiting · $0.12`; empty where KinOS does not run.
---@param buffer? integer
---@param parts? kinos.StatusPart[] which, in this order; all without
---@return string
function M.statusline(buffer, parts)
  buffer = number(buffer)
  local status = M.get(buffer)
  if not status then
    return ''
  end
  local shown = vim.tbl_map(function(part)
    return texts[part](status, buffer)
  end, parts or M.parts)
  return table.concat(
    vim.tbl_filter(function(text)
      return text ~= ''
    end, shown),
    ' · '
  )
end

return M
