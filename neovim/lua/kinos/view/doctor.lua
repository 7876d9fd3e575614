-- What is installed, reachable and missing, and what mends it.

local M = {}

local marks = { ok = '✓', note = '·', missing = '✗' }

---@param call kinos.Call
function M.show(call)
  local live = call.words[1] == 'live' or nil
  require('kinos.message').say('looking at what is installed')
  require('kinos.request').ask(call, 'doctor', { live = live }, function(answer)
    local lines = { answer.sound and 'Nothing is missing.' or 'Something is missing.', '' }
    for _, finding in ipairs(answer.findings) do
      table.insert(lines, ('%s %-12s %s'):format(marks[finding.verdict], finding.check, finding.text))
      if finding.remedy ~= '' then
        table.insert(lines, '               → ' .. finding.remedy)
      end
    end
    local flat = table.concat(lines, '\n')
    require('kinos.view.text').show(call, 'doctor', vim.split(flat, '\n'))
  end)
end

return M
