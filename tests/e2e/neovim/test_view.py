"""What Neovim shows of a team, and what a person does there: the story of a review from the start to the undo."""

import os
import signal
from pathlib import Path

import pytest

from e2e.neovim.nvim import Neovim, neovim
from process_tree import alive, command_line, descendants


@pytest.fixture
def folder(mission: Path) -> Path:
    """A mission with a plan that is still to be made, and folders in it."""
    (mission / "docs" / "api").mkdir(parents=True)
    (mission / "docs" / "api" / "alarms.md").write_text("# Alarms\n\n" + "word " * 7000)
    return mission


def shown(words: str) -> str:
    """A Lua expression: whether the current buffer has these words."""
    return f"table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n'):find([==[{words}]==], 1, true) ~= nil"


def to_line(editor: Neovim, words: str) -> None:
    """Put the cursor on the line with these words."""
    editor.wait(f"vim.fn.search([==[\\V{words}]==], 'cw') > 0")


def test_the_map_is_read_only_and_leads_to_what_it_names(home: Path, folder: Path) -> None:
    with neovim(home, folder / "demande.md") as editor:
        editor.ready()
        for words in ("alarms.md (", "alarms.md approaching"):
            editor.command("Kinos map")
            editor.wait(shown("# Project Map"))
            assert not editor.lua("vim.bo.modifiable")
            to_line(editor, words)
            editor.keys("gf")
            editor.wait(f"vim.api.nvim_buf_get_name(0) == '{folder / 'docs' / 'api' / 'alarms.md'}'")
        editor.command("Kinos map")
        to_line(editor, "Headroom")
        editor.keys("gf")
        editor.hear("names no document")
        editor.keys("q")
        editor.wait("vim.bo.buftype == ''")


def test_views_say_that_the_server_was_killed_and_go_on_with_the_next_one(home: Path, folder: Path) -> None:
    with neovim(home, folder / "todolist.md") as editor:
        editor.ready()
        editor.command("Kinos history")
        editor.wait(shown("No agent has changed anything"))
        editor.command("Kinos status")
        editor.wait(shown("no team has run here yet"))
        assert not editor.lua("vim.wo.wrap")
        editor.command("new")  # a window beside it is as the person has it
        assert editor.lua("vim.wo.wrap")
        editor.command("close")
        editor.command("Kinos status")
        (server,) = [pid for pid in descendants(editor.pid) if "lsp" in command_line(pid).split()]
        os.kill(server, signal.SIGKILL)
        editor.wait(shown("The server has ended. :Kinos status starts it again."))
        editor.keys("s")
        editor.hear("the server has ended")
        editor.command("Kinos status")
        editor.wait(shown("no team has run here yet"))
        editor.keys("p")
        editor.hear("No team runs here")
        editor.keys("q")
        editor.wait(shown("No agent has changed anything"))


@pytest.mark.agents
@pytest.mark.timeout(300)
def test_a_change_is_reviewed_rejected_accepted_and_taken_back_from_the_live_view(home: Path, folder: Path) -> None:
    with neovim(home, folder / "todolist.md") as editor:
        editor.ready()
        editor.run("vim.ui.input = function(options, done) done('not my list') end return true")
        editor.command("Kinos")
        editor.wait(shown("no team has run here yet"))
        editor.command("Kinos rehearse default")
        editor.wait(shown("team default: running (rehearsal)"))
        editor.wait("vim.lsp.status():find('KinOS: team default', 1, true) ~= nil")
        editor.wait(shown("(specifications.md)"))
        to_line(editor, "management ")
        editor.keys("x")
        editor.hear("management: stopped")
        team = editor.team()
        assert team
        editor.command("1")
        editor.keys("x")
        editor.hear("processes ended")
        assert alive(team) == []
        editor.wait(shown("team default: stopped"))
        # What waits is reviewed after the team, too.
        waiting = editor.lua("require('kinos.status').get().waiting")
        to_line(editor, "(specifications.md)")
        editor.keys("d")
        editor.wait("vim.bo.filetype == 'diff'")
        assert any(line.startswith("+++") for line in editor.lines())
        editor.keys("q")
        editor.wait(shown("Waiting for review"))
        to_line(editor, "(specifications.md)")
        editor.keys("r")
        editor.hear("rejected; the reason reaches the agents")
        editor.wait(f"require('kinos.status').get().waiting == {waiting - 1}")
        editor.command("Kinos history")
        editor.wait(shown("rejected"))


@pytest.mark.agents
@pytest.mark.timeout(300)
def test_waiting_changes_are_in_the_quickfix_list_and_in_diff_mode(home: Path, folder: Path) -> None:
    with neovim(home, folder / "todolist.md") as editor:
        editor.ready()
        editor.command("Kinos review")
        editor.hear("no change waits for review")
        editor.rehearse_alone("management")
        editor.wait("require('kinos.status').get().waiting == 1")
        editor.command("Kinos review")
        editor.wait("vim.bo.buftype == 'quickfix'")
        (entry,) = editor.lua("vim.fn.getqflist()")
        assert entry["text"].startswith("management: ")
        editor.keys("e")
        editor.wait("vim.wo.diff and vim.api.nvim_buf_get_name(0):find('^kinos://') ~= nil")
        (change,) = editor.lua("vim.fn.getcompletion('Kinos accept ', 'cmdline')")
        assert change == editor.lua("vim.b.kinos.change")
        editor.keys("GoMine.<Esc>")
        editor.wait("vim.bo.modified")
        editor.keys("\\a")
        editor.hear(":write first")
        editor.command("write")
        editor.hear("your version waits")
        editor.wait("vim.fn.getqflist()[1].user_data.change == vim.b.kinos.change")
        editor.keys("\\a")
        editor.hear(": landed")
        editor.wait("not vim.wo.diff and #vim.fn.getqflist() == 0")
        editor.wait("vim.iter(vim.fn.readfile('todolist.md')):any(function(line) return line == 'Mine.' end)")
        editor.command("Kinos undo")
        editor.hear("taken back")
        editor.wait("vim.iter(vim.fn.readfile('todolist.md')):all(function(line) return line ~= 'Mine.' end)")
        editor.command("Kinos redo")
        editor.hear("put back")
        editor.command("Kinos history")
        editor.wait(shown("landed"))
