-- `:checkhealth kinos`: what is missing, and how to mend it.

local M = {}

local health = vim.health

---@return string[] the program with its arguments, without the `lsp` that makes it a server
local function program()
  local command = vim.lsp.config.kinos.cmd
  return vim.list_slice(command, 1, #command - 1)
end

---@param arguments string[]
---@return vim.SystemCompleted?
local function ran(arguments)
  local ok, done = pcall(function()
    return vim.system(vim.list_extend(program(), arguments), { text = true }):wait(60000)
  end)
  return ok and done or nil
end

local function editor()
  health.start('Neovim')
  if vim.fn.has('nvim-0.11') == 0 then
    health.error('this Neovim is older than 0.11', 'Install Neovim 0.11 or later: https://neovim.io')
    return false
  end
  health.ok('Neovim ' .. tostring(vim.version()))
  if vim.o.autoread then
    health.ok("'autoread' is on: buffers follow what changes on the disk")
  else
    health.warn("'autoread' is off: what others change on the disk is not seen", ':set autoread')
  end
  return true
end

local function configuration()
  health.start('Configuration')
  local mistakes = require('kinos.config').mistakes()
  for _, mistake in ipairs(mistakes) do
    health.error(mistake, 'See :help kinos-config')
  end
  if #mistakes == 0 then
    health.ok('vim.g.kinos is sound')
  end
  if not require('kinos.config').get().enabled then
    health.warn('KinOS does not start by itself', "vim.g.kinos = { enabled = true }, or :lua vim.lsp.enable('kinos')")
  end
end

---@return boolean
local function server()
  health.start('Server')
  local name = program()[1]
  if not name or vim.fn.executable(name) == 0 then
    local remedy = { "pipx install 'kinos[agents]', or: uv tool install 'kinos[agents]'" }
    table.insert(remedy, "or name it: vim.lsp.config('kinos', { cmd = { '/path/to/kin', 'lsp' } })")
    health.error(('there is no `%s` on the PATH'):format(name or 'kin'), remedy)
    return false
  end
  local done = ran({ '--version' })
  if not done or done.code ~= 0 then
    health.error(
      ('`%s` does not run: %s'):format(name, done and vim.trim(done.stderr) or 'no answer'),
      'Install it anew'
    )
    return false
  end
  health.ok(vim.trim(done.stdout))
  local clients = require('kinos.client').all()
  if #clients == 0 then
    health.warn('it does not run here', 'Open a Markdown file below .kinos, demande.md or .git, or say :Kinos status')
  end
  for _, client in ipairs(clients) do
    local buffers = require('kinos.message').counted(#vim.lsp.get_buffers_by_client_id(client.id), 'buffer')
    health.ok(('it runs for %s, with %s'):format(client.root_dir or 'no folder', buffers))
  end
  return true
end

---@param client? vim.lsp.Client
local function doctor(client)
  health.start('What the server needs')
  local folder = client and require('kinos.folder').all(client)[1] or vim.fn.getcwd()
  local done = ran({ 'doctor', '--json', '-C', folder })
  local ok, answer = pcall(vim.json.decode, done and done.stdout or '')
  if not ok or type(answer) ~= 'table' then
    health.error('kin doctor gave no answer', done and vim.trim(done.stderr) or nil)
    return
  end
  for _, finding in ipairs(answer.findings) do
    local tell = ({ ok = health.ok, note = health.warn, missing = health.error })[finding.verdict]
    tell(('%s: %s'):format(finding.check, finding.text), finding.remedy ~= '' and finding.remedy or nil)
  end
end

function M.check()
  if not editor() then
    return
  end
  configuration()
  if server() then
    doctor(require('kinos.client').all()[1])
  end
end

return M
