-- Start, stop and hold up a team or an agent.

local M = {}

local message = require('kinos.message')

---@param call kinos.Call
---@param name string
---@param arguments? table
---@param done fun(answer: any)
local function ask(call, name, arguments, done)
  require('kinos.request').ask(call, name, arguments, done)
end

---Start a team; without a name the last one, else one that fits the folder.
---@param call kinos.Call
---@param team? string
---@param rehearse? boolean with the rule-based rehearsal model: no key, no cost
function M.start(call, team, rehearse)
  ask(call, 'startTeam', { team = team, rehearse = rehearse or nil }, function(answer)
    local how = rehearse and ' a rehearsal' or ''
    message.say(('team %s started%s: %s'):format(answer.team, how, answer.reason))
  end)
end

---@param call kinos.Call
function M.stop(call)
  ask(call, 'stopTeam', {}, function(answer)
    local ended = answer.stopped == 1 and '1 process' or ('%d processes'):format(answer.stopped)
    message.say(answer.stopped == 0 and 'no team was running' or ('stopped, %s ended'):format(ended))
  end)
end

---@param status kinos.Status
local function say_state(status)
  local reason = status.team.reason
  message.say(('the team is %s%s'):format(status.team.state, reason ~= '' and ': ' .. reason or ''))
end

---@param call kinos.Call
function M.pause(call)
  ask(call, 'pauseTeam', {}, function(status)
    say_state(status)
  end)
end

---@param call kinos.Call
function M.resume(call)
  ask(call, 'resumeTeam', {}, function(status)
    say_state(status)
  end)
end

---Start or stop one agent. Beside a rehearsal it rehearses too.
---@param call kinos.Call
---@param verb 'start'|'stop'
---@param name string
function M.agent(call, verb, name)
  local status = call.folder and require('kinos.picture').status(call.folder)
  local rehearse = verb == 'start' and status and status.team.state ~= 'stopped' and status.team.rehearsal or nil
  local arguments = { agent = name, rehearse = rehearse or nil }
  ask(call, verb == 'start' and 'startAgent' or 'stopAgent', arguments, function(answer)
    message.say(('%s: %s'):format(answer.agent, answer.state))
  end)
end

return M
