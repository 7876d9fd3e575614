-- Commands of the server, by their names without the prefix.

local M = {}

local prefix = 'kinos.server.'

---@class kinos.Call what a command of a person is about
---@field client vim.lsp.Client
---@field buffer integer
---@field folder? string
---@field words string[] what follows the subcommand

---@param call kinos.Call
---@param name string
---@param arguments? table
---@return lsp.ExecuteCommandParams
local function params(call, name, arguments)
  -- An empty table would travel as a list.
  local argument = vim.tbl_extend('force', vim.empty_dict(), { folder = call.folder }, arguments or {})
  return { command = prefix .. name, arguments = { argument } }
end

---The client that is asked: the one of the call, or the one that has come in its place.
---@param call kinos.Call
---@return vim.lsp.Client
local function asked_of(call)
  if call.client:is_stopped() and call.folder then
    call.client = require('kinos.picture').client(call.folder) or call.client
  end
  return call.client
end

---Ask; `done` gets the answer. An error is shown, or given to `failed`.
---@param call kinos.Call
---@param name string
---@param arguments? table
---@param done? fun(answer: any)
---@param failed? fun(message: string)
function M.ask(call, name, arguments, done, failed)
  local asked = asked_of(call):request('workspace/executeCommand', params(call, name, arguments), function(err, answer)
    if err then
      (failed or require('kinos.message').failed)(err.message)
    elseif done then
      done(answer)
    end
  end)
  if not asked then
    (failed or require('kinos.message').failed)('the server has ended: :Kinos status starts it again')
  end
end

---Ask, and wait for the answer for a moment: only where Neovim itself waits, as for completion, or `:wq`.
---@param call kinos.Call
---@param name string
---@param arguments? table
---@param milliseconds integer
---@return any? answer
---@return string? why there is none
function M.wait(call, name, arguments, milliseconds)
  local request = params(call, name, arguments)
  local done, err = asked_of(call):request_sync('workspace/executeCommand', request, milliseconds, call.buffer)
  if not done then
    return nil, err or 'no answer'
  end
  return done.result, done.err and done.err.message
end

return M
