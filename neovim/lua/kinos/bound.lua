-- The phase and the caps: what they are, and other ones.

local M = {}

local message = require('kinos.message')

---@type table<string, { spent: fun(budget: kinos.status.Budget): number?, cap: string, form: string }>
local caps = {
  usd = {
    spent = function(budget)
      return budget.usd
    end,
    cap = 'usdCap',
    form = '$%.2f',
  },
  tokens = {
    spent = function(budget)
      return budget.tokens
    end,
    cap = 'tokensCap',
    form = '%d tokens',
  },
  runs = {
    spent = function(budget)
      return budget.runs
    end,
    cap = 'runsCap',
    form = '%d runs',
  },
  minutes = {
    spent = function(budget)
      return budget.minutes
    end,
    cap = 'minutesCap',
    form = '%.1f minutes',
  },
  usdPerDay = {
    spent = function(budget)
      return budget.usdToday
    end,
    cap = 'usdPerDay',
    form = '$%.2f today',
  },
}

M.names = { 'usd', 'tokens', 'runs', 'minutes', 'usdPerDay' }

---What is spent, each with its cap.
---@param budget kinos.status.Budget
---@return string
function M.spent(budget)
  local said = {}
  for _, name in ipairs(M.names) do
    local kind = caps[name]
    local spent, cap = kind.spent(budget), budget[kind.cap]
    local of = cap > 0 and ' of ' .. kind.form:format(cap):gsub(' .*', '') or ''
    table.insert(said, (spent and kind.form:format(spent) or 'no price known') .. of)
  end
  return table.concat(said, ', ')
end

---Set caps, given as names and numbers in turn; without any, say what is spent.
---@param call kinos.Call
function M.budget(call)
  local given = {}
  for index = 1, #call.words, 2 do
    local name, number = call.words[index], tonumber(call.words[index + 1])
    if not caps[name] or not number then
      message.failed('say for example :Kinos budget usd 5 runs 100; there are ' .. table.concat(M.names, ', '))
      return
    end
    given[name] = number
  end
  local command = next(given) and 'setBudget' or 'status'
  require('kinos.request').ask(call, command, given, function(status)
    message.say('spent ' .. M.spent(status.budget))
  end)
end

---@param call kinos.Call
function M.phase(call)
  local given = call.words[1] and { phase = call.words[1] } or {}
  require('kinos.request').ask(call, given.phase and 'setPhase' or 'status', given, function(status)
    message.say(('%s: %s'):format(status.phase.name, status.phase.reason))
  end)
end

return M
