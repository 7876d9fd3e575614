"""KinOS as a person sees it, in a Neovim in a terminal: the screen is read back."""

from pathlib import Path

import pytest

from e2e.neovim.terminal import terminal
from process_tree import command_line, wait_for_end, wait_for_start


@pytest.fixture
def folder(mission: Path) -> Path:
    """A mission with a document that is too long, and a plan that is still to be made."""
    (mission / ".kinos").mkdir()
    (mission / "long.md").write_text("# Tide\n\n" + "word " * 5985 + "\n")
    return mission


def test_sizes_appear_and_clear_on_the_screen_while_one_types(home: Path, folder: Path) -> None:
    with terminal(home, folder / "long.md") as window:
        window.see("✓ 6.0k tokens, of 6k")  # the lens
        window.see("# Tide 6.0k tokens")  # the hint
        window.see("long.md  ")
        window.see("EXPANSION 5% · 6.0k ✓")  # the status line
        window.type("ggA", " and more" * 20)
        window.see("tokens, above 6000")
        window.see("6.0k ⚠️")
        window.type("Escape", "u")
        window.see("tokens, above 6000", gone=True)
        window.type(":Kinos st", "Tab")
        screen = window.see("status")
        assert all(name in screen for name in ("start", "stop"))
        window.type("Escape")
        window.say("Kinos phase convergence")
        window.see("KinOS: CONVERGENCE")
        window.see("CONVERGENCE 5% ·")


@pytest.mark.agents
@pytest.mark.timeout(300)
def test_a_team_is_started_watched_reviewed_undone_and_left_on_the_screen(home: Path, folder: Path) -> None:
    with terminal(home, folder / "todolist.md") as window:
        window.see("EXPANSION 5%")
        window.say("Kinos rehearse default")
        window.see("agents (rehearsal)")
        window.see("KinOS: team default")  # vim.lsp.status()
        window.say("Kinos")
        window.see("Waiting for review")
        window.see("(todolist.md)")
        window.type("g?")
        window.see("these keys")
        window.type("q")
        window.see("these keys", gone=True)
        window.type("/(todolist.md)", "Enter", "a")
        window.see(": landed")
        window.say("Kinos undo")
        window.see("taken back")
        window.say("Kinos review")
        window.type("r")
        window.see("Why not?")
        window.type("not now", "Enter")
        window.see("the reason reaches the agents")
        window.say("Kinos stop")
        window.see("processes ended")
        window.say("Kinos rehearse")
        window.see("team default: running (rehearsal)")
        below = wait_for_start(window.pid, "kinos.worker", 60)
        assert any("kinos.worker" in command_line(process) for process in below)
        window.say("qa!")
        assert wait_for_end(below, 5) == []


AUTOMATIC = """
vim.env.KINOS_REHEARSE = '1'
vim.g.kinos = { settings = { landing = { mode = 'auto' } } }
"""


@pytest.mark.agents
@pytest.mark.timeout(300)
def test_words_typed_meanwhile_and_an_agents_edit_are_both_on_the_screen_and_a_second_editor_says_who_works(
    home: Path, folder: Path
) -> None:
    (home / "2").mkdir()
    with (
        terminal(home, folder / "todolist.md", AUTOMATIC) as first,
        terminal(home / "2", folder / "demande.md", AUTOMATIC) as second,
    ):
        first.see("EXPANSION 5%")
        second.see("EXPANSION 5%")
        first.type("O", "My own words.", "\x0f", ":Kinos agent start management", "Enter")
        # Back in insert mode, as somebody who stopped to think.
        screen = first.see("Write a guide to the harbour")
        assert "-- INSERT --" in screen
        assert "My own words." in screen
        second.say("Kinos")
        second.see("held by")
        second.say("Kinos rehearse")
        second.see("works on")
        first.say("Kinos stop")
        first.see("ended")
        first.type("u")
        assert "My own words." in first.see("Write a guide to the harbour", gone=True)
        first.type("u")
        first.see("My own words.", gone=True)
        assert (folder / "todolist.md").read_text() == "# To do\n\nNothing yet.\n"
