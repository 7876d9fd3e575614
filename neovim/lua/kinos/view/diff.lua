-- What a change makes, or has made, of its files: as a unified diff.

local M = {}

---@param call kinos.Call
---@param change string
function M.show(call, change)
  require('kinos.request').ask(call, 'diff', { change = change }, function(text)
    local view = require('kinos.view.text')
    local buffer = view.show(call, 'diff/' .. change, vim.split(text, '\n'), 'diff')
    vim.b[buffer].kinos = { client = call.client.id, folder = call.folder, change = change }
  end)
end

return M
