-- What may follow a subcommand: names that the server knows, asked for when the person presses Tab.

local M = {}

local patience = 2000

---@param call? kinos.Call
---@param name string
---@param take fun(answer: any): string[]
---@return string[]
local function asked(call, name, take)
  local answer = call and require('kinos.request').wait(call, name, {}, patience)
  return answer and take(answer) or {}
end

---@param entries { name: string }[]
---@return string[]
local function names(entries)
  return vim.tbl_map(function(entry)
    return entry.name
  end, entries)
end

---@param call kinos.Call
---@return string[]
function M.teams(call)
  return asked(call, 'teams', function(answer)
    return names(answer.found)
  end)
end

---@param call kinos.Call
---@return string[]
function M.agents(call)
  return asked(call, 'agents', function(answer)
    return names(answer.found)
  end)
end

---Changes in one of these states, the newest first.
---@param ... string
---@return fun(call: kinos.Call): string[]
function M.changes(...)
  local states = { ... }
  return function(call)
    return asked(call, 'history', function(changes)
      local found = vim.tbl_filter(function(change)
        return vim.list_contains(states, change.state)
      end, changes)
      return vim
        .iter(found)
        :rev()
        :map(function(change)
          return change.id
        end)
        :totable()
    end)
  end
end

---Where a number stands.
---@return string[]
function M.none()
  return {}
end

---@return string[]
function M.caps()
  return require('kinos.bound').names
end

return M
