-- What the person is told.

local M = {}

---@param message string
function M.say(message)
  vim.notify('KinOS: ' .. message, vim.log.levels.INFO)
end

---@param message string
function M.warn(message)
  vim.notify('KinOS: ' .. message, vim.log.levels.WARN)
end

---@param message string
function M.failed(message)
  vim.notify('KinOS: ' .. message, vim.log.levels.ERROR)
end

---`1 change`, `2 changes`.
---@param number integer
---@param one string
---@return string
function M.counted(number, one)
  return ('%d %s%s'):format(number, one, number == 1 and '' or 's')
end

return M
