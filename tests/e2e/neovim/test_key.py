"""Each key of the views, and each command about a team, pressed in a real Neovim: what comes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.neovim.nvim import Neovim, neovim
from process_tree import alive

REHEARSING = """lua vim.env.KINOS_REHEARSE = '1'"""
"""What is started in such a Neovim costs nothing, however it is started."""
PLAN = "vim.fn.readfile('todolist.md')"


@pytest.fixture
def editor(home: Path, mission: Path) -> Iterator[Neovim]:
    """Neovim with a plan of three headings; what is asked is answered."""
    (mission / "todolist.md").write_text("# Notes\n\nMine.\n\n# To do\n\nNothing yet.\n")
    with neovim(home, mission / "todolist.md", before=[REHEARSING]) as started:
        started.ready()
        started.run("vim.ui.input = function(_, done) done('not my list') end return true")
        yield started


def shows(editor: Neovim, words: str, *, gone: bool = False) -> None:
    """Wait until the buffer has these words, or has them no more."""
    found = f"table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n'):find([==[{words}]==], 1, true)"
    editor.wait(f"({found} ~= nil) == {'false' if gone else 'true'}")


def press(editor: Neovim, key: str, on: str) -> None:
    """Press a key on the line with these words."""
    editor.wait(f"vim.fn.search([==[\\V{on}]==], 'cw') > 0")
    editor.keys(key)


def hear(editor: Neovim, words: str) -> None:
    """Wait until it says so; it has then said nothing."""
    editor.hear(words)
    editor.run("_G.told = {} return true")


@pytest.mark.agents
@pytest.mark.timeout(300)
def test_a_team_and_each_of_its_agents_are_started_held_up_and_stopped_by_command_and_by_key(editor: Neovim) -> None:
    editor.command("Kinos start default")
    hear(editor, "team default started")
    editor.command("Kinos pause")
    hear(editor, "the team is paused")
    editor.command("Kinos resume")
    hear(editor, "the team is running")
    editor.command("Kinos agent stop evaluation")
    hear(editor, "evaluation: stopped")
    editor.command("Kinos agent start evaluation")
    hear(editor, "evaluation: ")
    editor.command("Kinos status")
    shows(editor, "team default: running")
    press(editor, "p", "team default")
    hear(editor, "the team is paused")
    shows(editor, "team default: paused")
    press(editor, "p", "team default")
    hear(editor, "the team is running")
    press(editor, "x", "  management ")
    hear(editor, "management: stopped")
    press(editor, "s", "  management ")
    hear(editor, "management: ")
    team = editor.team()
    assert team
    press(editor, "x", "team default")
    hear(editor, "ended")
    assert alive(team) == []
    shows(editor, "team default: stopped")
    press(editor, "s", "team default")
    hear(editor, "team default started")
    editor.command("Kinos stop")
    hear(editor, "ended")
    editor.command("Kinos stop")
    hear(editor, "no team was running")
    editor.keys("g?")
    shows(editor, "these keys")
    editor.keys("q")
    shows(editor, "team default: stopped")
    editor.keys("q")
    editor.wait("vim.fn.bufname() == 'todolist.md'")


@pytest.mark.agents
@pytest.mark.timeout(300)
def test_a_change_is_seen_edited_accepted_and_taken_back_by_the_keys_of_each_view(editor: Neovim) -> None:
    editor.rehearse_alone("management")
    editor.wait("require('kinos.status').get().waiting == 1")
    editor.command("Kinos stop")
    hear(editor, "ended")
    editor.command("Kinos status")
    on = "(todolist.md)"
    press(editor, "d", on)
    editor.wait("vim.bo.filetype == 'diff'")
    editor.keys("q")
    press(editor, "e", on)
    editor.wait("vim.wo.diff and vim.fn.getline('.'):find('harbour') ~= nil")
    editor.keys("\\q")
    editor.wait("not vim.wo.diff")
    editor.command("Kinos status")
    press(editor, "gf", on)
    editor.wait("vim.fn.bufname() == 'todolist.md' and vim.fn.line('.') == 7")

    # It leads to its first line also when lines have come before it.
    editor.keys("ggOTheirs.<Esc>")
    editor.command("write")
    editor.command("Kinos review")
    editor.wait("vim.bo.buftype == 'quickfix'")
    editor.wait("vim.fn.getqflist()[1].lnum == 8")
    editor.keys("d")
    editor.wait("vim.bo.filetype == 'diff'")
    editor.keys("q")
    editor.command("copen")
    editor.keys("a")
    hear(editor, ": landed")
    editor.wait("#vim.fn.getqflist() == 0")
    editor.wait(f"table.concat({PLAN}):find('harbour') ~= nil")

    editor.command("Kinos review landed")
    editor.wait("#vim.fn.getqflist() == 1 and vim.bo.buftype == 'quickfix'")
    editor.wait("vim.fn.getqflist()[1].lnum == 10")
    editor.keys("u")
    hear(editor, "taken back")
    editor.wait("#vim.fn.getqflist() == 0")
    editor.keys("U")
    hear(editor, "put back")
    editor.wait("#vim.fn.getqflist() == 1")
    editor.keys("gf")
    editor.wait("vim.fn.bufname() == 'todolist.md' and vim.fn.line('.') == 10")

    editor.command("Kinos history")
    press(editor, "u", on)
    hear(editor, "taken back")
    shows(editor, "undone")
    press(editor, "U", on)
    hear(editor, "put back")
    shows(editor, "landed")
    editor.keys("q")


@pytest.mark.agents
@pytest.mark.timeout(300)
def test_a_change_is_rejected_by_key_in_the_list_of_what_waits_and_another_in_diff_mode(editor: Neovim) -> None:
    for waiting, agent in enumerate(("management", "specifications"), start=1):
        editor.rehearse_alone(agent)
        editor.wait(f"require('kinos.status').get().waiting == {waiting}")
    editor.command("Kinos stop")
    hear(editor, "ended")
    editor.command("Kinos review")
    editor.wait("vim.bo.buftype == 'quickfix' and #vim.fn.getqflist() == 2")
    press(editor, "r", "management")
    hear(editor, "the reason reaches the agents")
    editor.wait("#vim.fn.getqflist() == 1")
    press(editor, "e", "specifications")
    editor.wait("vim.wo.diff")
    editor.keys("\\r")
    hear(editor, "the reason reaches the agents")
    editor.wait("not vim.wo.diff and #vim.fn.getqflist() == 0")
    editor.command("Kinos history")
    editor.wait(
        "vim.iter(vim.api.nvim_buf_get_lines(0, 0, -1, false)):all(function(line) return line:find('rejected') end)"
    )
    press(editor, "r", "management")
    editor.hear("does not wait")
