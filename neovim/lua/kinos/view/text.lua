-- Text to read in a window of its own: the map, a diff, what the doctor found.

local M = {}

---@param name string
---@return integer buffer shown in the current window
local function window(name)
  local known = vim.fn.bufnr('^' .. vim.fn.escape(name, '[]*?{}\\,') .. '$')
  local there = known ~= -1 and vim.fn.bufwinid(known) or -1
  if there ~= -1 then
    vim.api.nvim_set_current_win(there)
    return known
  end
  vim.cmd.new()
  local buffer = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_name(buffer, name)
  return buffer
end

---Make a window for a text, or come back to the one there is.
---@param call kinos.Call
---@param name string what it is, `map`: with the folder its name
---@return integer buffer
function M.open(call, name)
  local buffer = window(('kinos://%s/%s'):format(name, call.folder or ''))
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].buflisted = false
  vim.b[buffer].kinos = { client = call.client.id, folder = call.folder }
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer, nowait = true, desc = 'KinOS: close' })
  return buffer
end

---@param buffer integer
---@param lines string[]
function M.fill(buffer, lines)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
end

---@param call kinos.Call
---@param name string
---@param lines string[]
---@param filetype? string
---@return integer buffer
function M.show(call, name, lines, filetype)
  local buffer = M.open(call, name)
  M.fill(buffer, lines)
  if filetype then
    vim.bo[buffer].filetype = filetype
  end
  return buffer
end

return M
