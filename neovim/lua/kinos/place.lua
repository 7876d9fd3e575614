-- Where a change is in its files: the first line of it, in the text as it is now.

local M = {}

---@class kinos.Contents a file of a change before and after it, line feeds only; nil for no such file
---@field path string
---@field before? string
---@field after? string

---@param state string
---@return boolean whether what the change made of its files is in them
function M.is_there(state)
  return state == 'landed' or state == 'landed, unsaved'
end

---@param path string
---@return string? text as the person sees it; nil for no such file
local function now(path)
  local buffer = vim.fn.bufnr('^' .. vim.fn.escape(path, '[]*?{}\\,') .. '$')
  if buffer ~= -1 and vim.api.nvim_buf_is_loaded(buffer) then
    return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
  end
  local file = io.open(path, 'rb')
  if not file then
    return nil
  end
  local text = file:read('*a')
  file:close()
  return (text:gsub('\r\n?', '\n'))
end

---@param old string
---@param new string
---@return [integer, integer, integer, integer][] hunks line from 1 and number of lines, in `old` and in `new`
local function hunks(old, new)
  local function whole(text)
    return (text == '' or text:sub(-1) == '\n') and text or text .. '\n'
  end
  local found = vim.diff(whole(old), whole(new), { result_type = 'indices', algorithm = 'histogram' })
  return found --[[@as [integer, integer, integer, integer][] ]]
end

---@param start integer
---@param count integer
---@return integer line where a hunk is; where it has no lines, `start` is the line before
local function line_of(start, count)
  return count == 0 and start + 1 or start
end

---@param line integer from 1 in `old`
---@param old string
---@param new string
---@return integer line of `new` that has come of it
local function moved(line, old, new)
  local by = 0
  for _, hunk in ipairs(hunks(old, new)) do
    local first, count, there, more = unpack(hunk)
    if line < line_of(first, count) then
      break
    elseif line < line_of(first, count) + count then
      return line_of(there, more)
    end
    by = by + more - count
  end
  return line + by
end

---@param text string
---@return integer
local function lines_in(text)
  return select(2, text:gsub('\n', '')) + (text:sub(-1) == '\n' and 0 or 1)
end

---@param text string
---@param first integer
---@param count integer
---@return integer line the first of these that is not blank, else the first
local function written(text, first, count)
  local lines = vim.split(text, '\n')
  for line = first, first + count - 1 do
    if lines[line]:find('%S') then
      return line
    end
  end
  return first
end

---The first line of a change in a file, from 1; it is 1 too where the file or what the change made of it is not there.
---@param file kinos.Contents
---@param state string of the change
---@param text? string the file as it is now
---@return integer
function M.line(file, state, text)
  local before, after = file.before or '', file.after or ''
  local hunk = hunks(before, after)[1]
  if not hunk or not text then
    return 1
  end
  local line, known = line_of(hunk[1], hunk[2]), before
  if M.is_there(state) then
    line, known = written(after, line_of(hunk[3], hunk[4]), hunk[4]), after
  end
  return math.max(1, math.min(moved(line, known, text), lines_in(text)))
end

---Find the places of a change; `done` gets the lines by the path in the folder, none of them for a change that is not known.
---@param call kinos.Call
---@param change string
---@param state string
---@param done fun(lines: table<string, integer>)
function M.find(call, change, state, done)
  local lines = {}
  require('kinos.request').ask(call, 'contents', { change = change }, function(answer)
    for _, file in ipairs(answer.files) do
      lines[file.path] = M.line(file, state, now(vim.fs.joinpath(call.folder, file.path)))
    end
    done(lines)
  end, function()
    done(lines)
  end)
end

return M
