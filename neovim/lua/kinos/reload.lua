-- Files that something else has changed on the disk, a second editor's team for instance: buffers without unsaved words
-- follow, as `autoread` has it; the others are left alone, and Neovim asks about them when they are written.

local M = {}

local moment = 100

---@type table<string, uv.uv_fs_event_t> by the folder that is watched
local watched = {}

---@type table<string, true> folders that are about to be looked at
local due = {}

---@param buffer integer
---@return boolean
local function follows(buffer)
  local options = vim.bo[buffer]
  return vim.api.nvim_buf_is_loaded(buffer) and options.buftype == '' and not options.modified
end

---@param directory string
local function look(directory)
  due[directory] = nil
  if not vim.o.autoread or not require('kinos.config').get().reload then
    return
  end
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.api.nvim_buf_get_name(buffer)
    if vim.fs.dirname(name) == directory and follows(buffer) and vim.uv.fs_stat(name) then
      vim.cmd.checktime(buffer)
    end
  end
end

---Follow the file of a buffer. Its folder is watched: a file that is put in the place of another is another one.
---@param buffer integer
function M.follow(buffer)
  local directory = vim.fs.dirname(vim.api.nvim_buf_get_name(buffer))
  if watched[directory] then
    return
  end
  local watch = assert(vim.uv.new_fs_event())
  watched[directory] = watch
  watch:start(directory, {}, function()
    if not due[directory] then
      due[directory] = true
      vim.defer_fn(function()
        look(directory)
      end, moment)
    end
  end)
end

---Watch nothing any more: no KinOS runs here.
function M.forget()
  for directory, watch in pairs(watched) do
    watch:close()
    watched[directory] = nil
  end
end

return M
