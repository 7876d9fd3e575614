-- What `.kinos/` of a folder brings beyond tightening: shown value by value, and approved by a person's word only.

local M = {}

local message = require('kinos.message')

---@class kinos.Demand
---@field mark string stands for exactly this value in exactly this folder
---@field what string
---@field value string
---@field file string
---@field approved boolean

---@param answer { found: kinos.Demand[], refused: string[] }
---@return string[]
local function lines(answer)
  local shown = { 'Beyond what a folder may set freely, this one brings:', '' }
  for _, demand in ipairs(answer.found) do
    table.insert(shown, ('  %s = %s'):format(demand.what, demand.value))
    table.insert(shown, ('      %s  (%s)'):format(demand.file, demand.approved and 'approved' or 'not approved'))
  end
  for _, problem in ipairs(answer.refused) do
    table.insert(shown, 'Left aside: ' .. problem)
  end
  return shown
end

---@param call kinos.Call
---@param left kinos.Demand[]
local function approve(call, left)
  vim.ui.input({ prompt = 'Let all of this count in ' .. call.folder .. '? Type yes to approve it: ' }, function(answer)
    if answer == nil or answer:lower() ~= 'yes' then
      message.say('nothing was approved')
      return
    end
    -- Exactly what was shown: a value that has changed since approves nothing.
    local marks = vim.tbl_map(function(demand)
      return demand.mark
    end, left)
    require('kinos.request').ask(call, 'trust', { approve = marks }, function()
      message.say('approved, and it counts from now on; a changed value is asked for again')
    end)
  end)
end

---Show what the folder brings, and ask; `:Kinos trust revoke` takes every approval back.
---@param call kinos.Call
function M.show(call)
  if call.words[1] == 'revoke' then
    require('kinos.request').ask(call, 'trust', { revoke = true }, function()
      message.say('every approval of this folder was taken back')
    end)
    return
  end
  require('kinos.request').ask(call, 'trust', {}, function(answer)
    if #answer.found == 0 and #answer.refused == 0 then
      message.say('this folder brings nothing that would need your approval')
      return
    end
    require('kinos.view.text').show(call, 'trust', lines(answer))
    local left = vim.tbl_filter(function(demand)
      return not demand.approved
    end, answer.found)
    if #left > 0 then
      vim.cmd.redraw()
      approve(call, left)
    end
  end)
end

return M
