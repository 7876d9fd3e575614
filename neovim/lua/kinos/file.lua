-- Files that a person is led to: a new mission, prompts and teams, the log.

local M = {}

local message = require('kinos.message')

---Make a mission: a folder with a request to fill in, which the server opens.
---@param call kinos.Call
function M.new(call)
  local into = call.words[1] and vim.fn.fnamemodify(vim.fn.expand(call.words[1]), ':p') or call.folder
  require('kinos.request').ask(call, 'newMission', { into = into or vim.fn.getcwd() }, function(answer)
    message.say(('a mission: fill in %s, then :Kinos start'):format(vim.uri_to_fname(answer.uri)))
  end)
end

---@param call kinos.Call
---@param command 'editPrompt'|'editTeam'
---@param key 'agent'|'team'
---@param name? string
local function edit(call, command, key, name)
  if not name then
    message.failed(('name the %s'):format(key))
    return
  end
  require('kinos.request').ask(call, command, { [key] = name }, function(answer)
    if answer.created then
      message.say(('%s is a copy of the shipped one, for this folder'):format(vim.uri_to_fname(answer.uri)))
    end
  end)
end

---@param call kinos.Call
function M.prompt(call)
  edit(call, 'editPrompt', 'agent', call.words[1])
end

---@param call kinos.Call
function M.team(call)
  edit(call, 'editTeam', 'team', call.words[1])
end

---@param call kinos.Call
function M.log(call)
  require('kinos.request').ask(call, 'log', {}, function(answer)
    if not answer.written then
      message.say('nothing is logged yet in ' .. vim.uri_to_fname(answer.uri))
      return
    end
    vim.cmd.split(vim.fn.fnameescape(vim.uri_to_fname(answer.uri)))
    vim.bo.readonly = true
    vim.bo.modifiable = false
    vim.bo.autoread = true
    vim.cmd.normal({ 'G', bang = true })
  end)
end

return M
