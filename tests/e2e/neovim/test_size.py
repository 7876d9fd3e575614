"""The size of a buffer in the status line: exact behind each keystroke, and light."""

import os
import signal
from pathlib import Path

from e2e.neovim.nvim import Neovim, neovim
from process_tree import command_line, descendants

LISTEN = """
  local client = vim.lsp.get_clients({ name = 'kinos' })[1]
  local request = client.request
  _G.asked = {}
  client.request = function(self, method, params, ...)
    table.insert(_G.asked, params.command or method)
    return request(self, method, params, ...)
  end
  return true
"""
"""Keep what the server is asked from now on."""

TELL_NOTHING = "vim.lsp.get_clients({ name = 'kinos' })[1].handlers['kinos/status'] = function() end return true"
"""States of the folder, which come a quarter of a second later, tell no size."""


def shows(editor: Neovim, text: str, buffer: str = "0") -> None:
    editor.wait(f"require('kinos.status').statusline({buffer}, {{ 'size' }}) == '{text}'")


def test_the_size_follows_each_keystroke_in_insert_mode_and_only_this_document_is_asked_about(
    home: Path, mission: Path
) -> None:
    (mission / "a.md").write_text("word" + " word" * 599 + "\n")
    with neovim(home, mission / "a.md", options={"settings": {"tokens.warn": 609}}) as editor:
        editor.ready()
        shows(editor, "600 ✓")
        editor.run(LISTEN)
        editor.run(TELL_NOTHING)
        editor.keys("A")
        for word, size in ((" word", "601 ✓"), (" word" * 8, "609 ✓"), (" word", "610 ⚠️")):
            editor.keys(word)
            shows(editor, size)
        assert editor.lua("vim.fn.mode()") == "i"
        editor.keys("<Esc>u")
        shows(editor, "600 ✓")
        assert "kinos/size" in editor.lua("_G.asked")
        assert "kinos.server.documents" not in editor.lua("_G.asked")


def test_each_buffer_has_its_own_size_and_what_is_not_counted_has_none(home: Path, mission: Path) -> None:
    (mission / "tool.py").write_text("print()\n")
    with neovim(home, mission / "demande.md", mission / "tool.py") as editor:
        editor.ready()
        first = editor.lua("vim.api.nvim_get_current_buf()")
        shows(editor, "25 ✓")
        editor.command("edit todolist.md")
        editor.ready()
        shows(editor, "11 ✓")
        shows(editor, "25 ✓", str(first))
        editor.run(LISTEN)
        editor.command("edit tool.py")
        editor.ready()
        shows(editor, "")
        editor.wait("vim.list_contains(_G.asked, 'kinos/size')")
        shows(editor, "")


def test_another_limit_changes_the_mark(home: Path, mission: Path) -> None:
    with neovim(home, mission / "demande.md", options={}) as editor:
        editor.ready()
        shows(editor, "25 ✓")
        editor.run("require('kinos').setup({ settings = { tokens = { warn = 5, error = 10 } } }) return true")
        shows(editor, "25 🔴")


def test_a_server_that_is_killed_before_it_answered_leaves_no_size_and_the_next_one_tells_it(
    home: Path, mission: Path
) -> None:
    with neovim(home, mission / "demande.md") as editor:
        editor.ready()
        shows(editor, "25 ✓")
        (server,) = [pid for pid in descendants(editor.pid) if "lsp" in command_line(pid).split()]
        os.kill(server, signal.SIGSTOP)
        editor.run(LISTEN)
        editor.keys("A word<Esc>")
        editor.wait("vim.list_contains(_G.asked, 'kinos/size')")
        os.kill(server, signal.SIGKILL)
        shows(editor, "")
        editor.wait("#vim.lsp.get_clients({ name = 'kinos' }) == 0")
        editor.command("Kinos phase")
        shows(editor, "26 ✓")
