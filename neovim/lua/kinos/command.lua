-- `:Kinos`: every subcommand in one table.

local M = {}

---@class kinos.Subcommand
---@field does string for a person to read
---@field form? string what may follow, for a person to read
---@field run fun(call: kinos.Call)
---@field words? (fun(call: kinos.Call): string[])[] what may stand at each place behind it

---@param ... string
---@return (fun(call: kinos.Call): string[])[]
local function completion(...)
  return vim.tbl_map(function(name)
    return function(call)
      return require('kinos.completion')[name](call)
    end
  end, { ... })
end

---@param ... string
---@return (fun(call: kinos.Call): string[])[]
local function changes(...)
  local states = { ... }
  return {
    function(call)
      return require('kinos.completion').changes(unpack(states))(call)
    end,
  }
end

---@param ... string
---@return fun(): string[]
local function fixed(...)
  local words = { ... }
  return function()
    return words
  end
end

---@param act fun(call: kinos.Call, change: string)
---@return fun(call: kinos.Call)
local function on_change(act)
  return function(call)
    require('kinos.change').meant(call, call.words[1], function(change)
      act(call, change)
    end)
  end
end

---@type table<string, kinos.Subcommand>
M.subcommands = {
  start = {
    does = 'start a team; without a name the last one, else one that fits the folder',
    form = '[team]',
    words = completion('teams'),
    run = function(call)
      require('kinos.team').start(call, call.words[1])
    end,
  },
  rehearse = {
    does = 'start a team with the rule-based rehearsal model: no key, no cost',
    form = '[team]',
    words = completion('teams'),
    run = function(call)
      require('kinos.team').start(call, call.words[1], true)
    end,
  },
  stop = {
    does = 'stop the team and say how many processes ended',
    run = function(call)
      require('kinos.team').stop(call)
    end,
  },
  agent = {
    does = 'start or stop one agent',
    form = 'start|stop NAME',
    words = { fixed('start', 'stop'), completion('agents')[1] },
    run = function(call)
      local verb, name = call.words[1], call.words[2]
      if (verb == 'start' or verb == 'stop') and name then
        require('kinos.team').agent(call, verb, name)
      else
        require('kinos.message').failed('say :Kinos agent start NAME, or stop NAME')
      end
    end,
  },
  pause = {
    does = 'let no further cycle begin',
    run = function(call)
      require('kinos.team').pause(call)
    end,
  },
  resume = {
    does = 'let a paused team go on',
    run = function(call)
      require('kinos.team').resume(call)
    end,
  },
  status = {
    does = 'the phase, the team, its agents and what waits, live, with keys to act on them',
    run = function(call)
      require('kinos.view.status').show(call)
    end,
  },
  map = {
    does = 'the map of the documents; gf opens what a line names',
    run = function(call)
      require('kinos.view.map').show(call)
    end,
  },
  history = {
    does = 'every change, the newest first, live, with keys to act on them',
    run = function(call)
      require('kinos.view.history').show(call)
    end,
  },
  undo = {
    does = 'take a change back; without an id the last that landed',
    form = '[change]',
    words = changes('landed', 'landed, unsaved'),
    run = function(call)
      require('kinos.change').undo(call, call.words[1])
    end,
  },
  redo = {
    does = 'put a change back; without an id the oldest that was taken back',
    form = '[change]',
    words = changes('undone'),
    run = function(call)
      require('kinos.change').redo(call, call.words[1])
    end,
  },
  review = {
    does = 'a waiting change in diff mode; without an id all of them in the quickfix list, or those that have landed',
    form = '[change|landed]',
    words = {
      function(call)
        return vim.list_extend({ 'landed' }, require('kinos.completion').changes('proposed')(call))
      end,
    },
    run = function(call)
      local named = call.words[1]
      if named and named ~= 'landed' then
        require('kinos.review').open(call, named)
      else
        require('kinos.view.quickfix').show(call, named or 'waiting')
      end
    end,
  },
  diff = {
    does = 'what a change makes of its files, as a unified diff',
    form = '[change]',
    words = changes('proposed', 'landed', 'undone'),
    run = on_change(function(call, change)
      require('kinos.view.diff').show(call, change)
    end),
  },
  accept = {
    does = 'accept a waiting change; without an id the one that is shown',
    form = '[change]',
    words = changes('proposed'),
    run = on_change(function(call, change)
      require('kinos.change').accept(call, change)
    end),
  },
  reject = {
    does = 'reject a waiting change; the reason, asked for if it is not given, reaches the agents',
    form = '[change [reason]]',
    words = changes('proposed'),
    run = on_change(function(call, change)
      local reason = #call.words > 1 and table.concat(call.words, ' ', 2) or nil
      require('kinos.change').reject(call, change, reason)
    end),
  },
  prompt = {
    does = "open an agent's prompt, copied into this folder first if it is a shipped one",
    form = 'NAME',
    words = completion('agents'),
    run = function(call)
      require('kinos.file').prompt(call)
    end,
  },
  team = {
    does = "open a team's file, copied into this folder first if it is a shipped one",
    form = 'NAME',
    words = completion('teams'),
    run = function(call)
      require('kinos.file').team(call)
    end,
  },
  phase = {
    does = 'say the phase and why, or set it',
    form = '[expansion|convergence|auto]',
    words = { fixed('expansion', 'convergence', 'auto') },
    run = function(call)
      require('kinos.bound').phase(call)
    end,
  },
  budget = {
    does = 'say what is spent, or set caps; 0 is none',
    form = '[CAP NUMBER …]',
    words = completion('caps', 'none', 'caps', 'none', 'caps', 'none', 'caps', 'none', 'caps'),
    run = function(call)
      require('kinos.bound').budget(call)
    end,
  },
  new = {
    does = 'make a mission: a folder with a request to fill in',
    form = '[folder]',
    words = {},
    run = function(call)
      require('kinos.file').new(call)
    end,
  },
  trust = {
    does = 'show what the folder brings beyond what it may set freely, and approve it, or take every approval back',
    form = '[revoke]',
    words = { fixed('revoke') },
    run = function(call)
      require('kinos.trust').show(call)
    end,
  },
  doctor = {
    does = 'what is installed, reachable and missing; live also makes one minimal call, which costs',
    form = '[live]',
    words = { fixed('live') },
    run = function(call)
      require('kinos.view.doctor').show(call)
    end,
  },
  log = {
    does = 'open the log',
    run = function(call)
      require('kinos.file').log(call)
    end,
  },
}

---@param client vim.lsp.Client
---@param buffer integer
---@param words string[]
---@return kinos.Call
local function call_of(client, buffer, words)
  return { client = client, buffer = buffer, folder = require('kinos.folder').of(client, buffer), words = words }
end

---Do what `:Kinos` says.
---@param words string[]
function M.run(words)
  local name = words[1] or 'status'
  local subcommand = M.subcommands[name]
  if not subcommand then
    local meant = vim.fn.matchfuzzy(vim.tbl_keys(M.subcommands), name)[1]
    local known = meant and ('did you mean %s?'):format(meant) or 'see :help kinos-commands'
    require('kinos.message').failed(('there is no %s: %s'):format(name, known))
    return
  end
  local buffer = vim.api.nvim_get_current_buf()
  require('kinos.client').with(buffer, function(client)
    subcommand.run(call_of(client, buffer, vim.list_slice(words, 2)))
  end)
end

---Names that may stand where the cursor is.
---@param line string the command line up to the cursor
---@return string[]
function M.complete(line)
  local words = vim.split(vim.trim(line:gsub('^.-Kinos', '', 1)), '%s+')
  if line:match('%s$') and words[1] ~= '' then
    table.insert(words, '')
  end
  local place, typed = #words, words[#words]
  local found = {}
  if place == 1 then
    found = vim.tbl_keys(M.subcommands)
    table.sort(found)
  elseif words[1] == 'new' then
    return vim.fn.getcompletion(typed, 'dir')
  else
    local subcommand = M.subcommands[words[1]]
    local known = subcommand and subcommand.words and subcommand.words[place - 1]
    local client = known and require('kinos.client').find(0)
    if known then
      found = known(client and call_of(client, vim.api.nvim_get_current_buf(), {}) or nil)
    end
  end
  return vim.tbl_filter(function(name)
    return vim.startswith(name, typed)
  end, found)
end

return M
