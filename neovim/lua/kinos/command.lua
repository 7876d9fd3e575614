-- `:Kinos`: one table of subcommands, each a command of the server.

local M = {}

local prefix = 'kinos.server.'
local shipped = { 'default', 'coding', 'literature-review', 'book-writing' }

---@param message string
---@param level? integer
local function say(message, level)
  vim.notify('KinOS: ' .. message, level or vim.log.levels.INFO)
end

---@class kinos.Call
---@field client vim.lsp.Client
---@field buffer integer
---@field folder? string
---@field word? string what follows the subcommand

---Ask the server; `done` gets the answer, an error is shown.
---@param call kinos.Call
---@param name string
---@param arguments table
---@param done fun(answer: any)
local function ask(call, name, arguments, done)
  -- An empty table would travel as a list.
  local argument = vim.tbl_extend('force', vim.empty_dict(), { folder = call.folder }, arguments)
  local command = { title = 'KinOS ' .. name, command = prefix .. name, arguments = { argument } }
  call.client:exec_cmd(command, { bufnr = call.buffer }, function(err, answer)
    if err then
      say(err.message, vim.log.levels.ERROR)
    else
      done(answer)
    end
  end)
end

---@param answer { changes: string[], setAside: { id: string, reason: string }[], unsaved: { id: string, paths: string[] }[] }
---@param verb string
local function say_reverted(answer, verb)
  say(#answer.changes == 0 and 'nothing ' .. verb or ('%s %s'):format(verb, table.concat(answer.changes, ', ')))
  for _, aside in ipairs(answer.setAside) do
    say(('%s not: %s'):format(aside.id, aside.reason), vim.log.levels.WARN)
  end
  for _, open in ipairs(answer.unsaved) do
    say(('%s is not saved yet in %s'):format(open.id, table.concat(open.paths, ', ')), vim.log.levels.WARN)
  end
end

---@param text string
---@param filetype? string
local function show(text, filetype)
  vim.cmd.new()
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].bufhidden = 'wipe'
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, '\n'))
  vim.bo[buffer].filetype = filetype or 'markdown'
  vim.bo[buffer].modifiable = false
end

---@param call kinos.Call
---@param rehearse boolean
local function start(call, rehearse)
  local arguments = { team = call.word, rehearse = rehearse or nil }
  ask(call, 'startTeam', arguments, function(answer)
    say(('team %s started%s: %s'):format(answer.team, rehearse and ' a rehearsal' or '', answer.reason))
  end)
end

---@param call kinos.Call
---@return string[]
local function teams(call)
  local own = vim.fn.glob((call.folder or '.') .. '/.kinos/teams/*.toml', false, true)
  return vim.list_extend(
    vim.tbl_map(function(file)
      return vim.fn.fnamemodify(file, ':t:r')
    end, own),
    shipped
  )
end

---@class kinos.Subcommand
---@field run fun(call: kinos.Call)
---@field words? fun(call: kinos.Call): string[] what may follow

---@type table<string, kinos.Subcommand>
local subcommands = {
  start = {
    words = teams,
    run = function(call)
      start(call, false)
    end,
  },
  rehearse = {
    words = teams,
    run = function(call)
      start(call, true)
    end,
  },
  stop = {
    run = function(call)
      ask(call, 'stopTeam', {}, function(answer)
        say(answer.stopped == 0 and 'no team was running' or ('stopped, %d processes ended'):format(answer.stopped))
      end)
    end,
  },
  map = {
    run = function(call)
      ask(call, 'showMap', {}, show)
    end,
  },
  undo = {
    run = function(call)
      ask(call, 'undo', { change = call.word }, function(answer)
        say_reverted(answer, 'taken back')
      end)
    end,
  },
  redo = {
    run = function(call)
      ask(call, 'redo', { change = call.word }, function(answer)
        say_reverted(answer, 'put back')
      end)
    end,
  },
  status = {
    run = function(call)
      ask(call, 'status', {}, function(answer)
        say(table.concat(require('kinos.status').lines(answer), '\n'))
      end)
    end,
  },
}

---@param client vim.lsp.Client
---@param buffer integer
---@param words string[]
---@return kinos.Call
local function call_of(client, buffer, words)
  return { client = client, buffer = buffer, folder = require('kinos.folder').of(client, buffer), word = words[2] }
end

---Names that may stand where the cursor is.
---@param client vim.lsp.Client
---@param buffer integer
---@param line string the command line up to the cursor
---@return string[]
local function complete(client, buffer, line)
  local words = vim.split(line, '%s+')
  local names, typed = vim.tbl_keys(subcommands), words[2] or ''
  if #words > 2 then
    local subcommand = subcommands[words[2]]
    names = subcommand and subcommand.words and subcommand.words(call_of(client, buffer, {})) or {}
    typed = words[3]
  end
  table.sort(names)
  return vim.tbl_filter(function(name)
    return vim.startswith(name, typed)
  end, names)
end

---Show what a waiting change would make of its files, as the lens above them asks.
---@param command lsp.Command
---@param context { client_id: integer, bufnr: integer }
function M.review(command, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local request = { command = command.command, arguments = command.arguments }
  client:request('workspace/executeCommand', request, function(err, answer)
    if err then
      say(err.message, vim.log.levels.ERROR)
    else
      show(answer, 'diff')
    end
  end, context.bufnr)
end

---Make `:Kinos` in a buffer.
---@param client vim.lsp.Client
---@param buffer integer
function M.create(client, buffer)
  vim.api.nvim_buf_create_user_command(buffer, 'Kinos', function(input)
    local subcommand = subcommands[input.fargs[1]]
    if subcommand then
      subcommand.run(call_of(client, buffer, input.fargs))
    else
      say('there is no ' .. input.fargs[1], vim.log.levels.ERROR)
    end
  end, {
    nargs = '+',
    desc = 'KinOS: start, stop and watch agents',
    complete = function(_, line, column)
      return complete(client, buffer, line:sub(1, column))
    end,
  })
end

return M
