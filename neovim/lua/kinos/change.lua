-- What a person does about changes: accept, reject with a reason, take back, put back.

local M = {}

local message = require('kinos.message')

---@param call kinos.Call
---@param name string
---@param arguments table
---@param done fun(answer: any)
local function ask(call, name, arguments, done)
  require('kinos.request').ask(call, name, arguments, done)
end

---The change that a command is about: the one named, else the one that the buffer shows, else the only one that waits.
---@param call kinos.Call
---@param named? string
---@param done fun(change: string)
function M.meant(call, named, done)
  local shown = vim.b[call.buffer].kinos
  local change = named or (shown and shown.change)
  if change then
    done(change)
    return
  end
  ask(call, 'history', {}, function(changes)
    local waiting = require('kinos.picture').waiting(changes)
    if #waiting == 1 then
      done(waiting[1].id)
    elseif #waiting == 0 then
      message.say('no change waits for review')
    else
      message.warn(('%d changes wait: name one, or see :Kinos review'):format(#waiting))
    end
  end)
end

---@param call kinos.Call
---@param change string
---@param done? fun()
function M.accept(call, change, done)
  ask(call, 'accept', { change = change }, function(answer)
    local why = answer.reason ~= '' and ': ' .. answer.reason or ''
    message.say(('%s: %s%s'):format(answer.title, answer.state, why))
    if done then
      done()
    end
  end)
end

---Without a reason the person is asked for one; the change goes on waiting when that question is left.
---@param call kinos.Call
---@param change string
---@param reason? string
---@param done? fun()
function M.reject(call, change, reason, done)
  if reason == nil then
    vim.ui.input({ prompt = 'Why not? ' }, function(given)
      if given ~= nil then
        M.reject(call, change, given, done)
      end
    end)
    return
  end
  ask(call, 'reject', { change = change, reason = reason }, function()
    message.say(reason == '' and 'rejected' or 'rejected; the reason reaches the agents')
    if done then
      done()
    end
  end)
end

---@param answer { changes: string[], setAside: { id: string, reason: string }[], unsaved: { id: string, paths: string[] }[] }
---@param verb string
local function say_reverted(answer, verb)
  message.say(#answer.changes == 0 and 'nothing ' .. verb or ('%s %s'):format(verb, table.concat(answer.changes, ', ')))
  for _, aside in ipairs(answer.setAside) do
    message.warn(('%s not: %s'):format(aside.id, aside.reason))
  end
  for _, open in ipairs(answer.unsaved) do
    message.warn(('%s is not saved yet in %s'):format(open.id, table.concat(open.paths, ', ')))
  end
end

---Take a change back; without one, the last that landed.
---@param call kinos.Call
---@param change? string
function M.undo(call, change)
  ask(call, 'undo', { change = change }, function(answer)
    say_reverted(answer, 'taken back')
  end)
end

---Put a change back; without one, the oldest that was taken back.
---@param call kinos.Call
---@param change? string
function M.redo(call, change)
  ask(call, 'redo', { change = change }, function(answer)
    say_reverted(answer, 'put back')
  end)
end

return M
