"""KinOS in a real Emacs with Eglot, set up by `kin setup emacs`: what is shown, what can be done, and nothing left afterwards."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.emacs.emacs import Emacs, emacs
from e2e.lsp import scenario
from process_tree import alive, descendants, wait_for_end

LONG = "word " * 7000 + "\n"
CONNECTED = "(eglot-current-server)"
PAGE = Path(__file__).parents[3] / "docs" / "editors" / "emacs.md"
COMMANDS = "\n".join(
    text for text in re.findall(r"```elisp\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL) if "(defun " in text
)
"""What the page adds for people who give commands."""


def set_up(home: Path) -> Path:
    """A person's home folder, in which Emacs was set up by our own command."""
    home.mkdir()
    bin_folder = Path(sys.executable).parent
    subprocess.run(
        [bin_folder / "kin", "setup", "emacs", "--write"], check=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, timeout=60,
        env={"HOME": str(home), "PATH": os.pathsep.join([str(bin_folder), os.environ["PATH"]])},
    )  # fmt: skip
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mission in which each of a crew of three has something to do, and a long document."""
    folder = scenario.mission(tmp_path / "mission")
    (folder / "long.md").write_text(LONG)
    return folder


@pytest.fixture
def editor(tmp_path: Path, folder: Path) -> Iterator[Emacs]:
    """Emacs with the long document open, and the commands of our page."""
    with emacs(set_up(tmp_path / "home"), folder / "long.md", more=[f"(progn {COMMANDS})"]) as started:
        started.wait(CONNECTED)
        yield started


def waiting(editor: Emacs) -> list[dict[str, Any]]:
    """The changes that wait for the person."""
    return [change for change in editor.lisp('(kinos-command "history")') or [] if change["state"] == "proposed"]


def visit(editor: Emacs, file: Path) -> None:
    """Open a file with C-x C-f."""
    editor.keys("\x18\x06\x01\x0b" + f"{file}\r")
    editor.wait(f'(equal (file-name-nondirectory (or buffer-file-name "")) "{file.name}")')
    editor.wait(CONNECTED)


def test_a_document_has_its_diagnostic_while_it_is_long_and_the_size_can_be_ignored(editor: Emacs) -> None:
    editor.wait("(flymake-diagnostics)")
    (shown,) = editor.diagnostics()
    assert "7001 tokens, above 6000" in shown
    editor.keys("\x18h\x17")  # all of it is killed
    editor.wait("(null (flymake-diagnostics))")
    editor.keys("\x19")  # and yanked back
    editor.wait("(flymake-diagnostics)")
    editor.keys("\x1b<")
    editor.choose("Ignore the size of this document")
    editor.wait("(null (flymake-diagnostics))")
    assert editor.text().startswith("<!-- kinos: ignore-size -->")
    editor.keys("\x1f")  # undo
    editor.wait("(flymake-diagnostics)")
    assert editor.text() == LONG


def test_commands_are_given_and_their_answers_shown_as_the_page_says(editor: Emacs) -> None:
    assert editor.lisp('(plist-get (plist-get (kinos-command "setPhase" :phase "convergence") :phase) :pinned)')
    editor.meta_x("kinos-map")
    editor.wait('(equal (buffer-name) "*KinOS map*")')
    assert editor.text().startswith("# Project Map")
    assert "long.md (7.0k tokens) ⚠️" in editor.text()
    assert editor.messages().count("error") == 0


@pytest.mark.agents
@pytest.mark.timeout(240)
def test_a_team_is_rehearsed_reviewed_and_stopped_without_leaving_emacs(editor: Emacs, folder: Path) -> None:
    editor.lisp("(setq eglot-confirm-server-edits 'summary)")  # newer ones ask about open buffers only when told to
    visit(editor, folder / "todolist.md")
    editor.lisp('(progn (kinos-command "startTeam" :team "crew" :rehearse t :landing "review" :background t) t)')
    editor.wait('(>= (plist-get (kinos-command "status") :waiting) 3)')
    by_agent = {change["agent"]: change for change in waiting(editor)}
    accept = {agent: f"Accept “{change['title']}” ({agent})" for agent, change in by_agent.items()}

    # An edit of an open document asks the person. They have typed, and say no: nothing changes, and it waits still.
    editor.keys("\x1b>mine\r")
    editor.wait('(string-match-p "mine" (buffer-string))')
    editor.choose(accept["management"])
    editor.ask("Server wants to")
    editor.keys("n")
    editor.hear("KinOS: The editor did not take the change of todolist.md")
    assert editor.text() == "# To do\n\nNothing yet.\nmine\n"
    assert by_agent["management"]["id"] in {change["id"] for change in waiting(editor)}

    # They say yes: both are there, and one undo takes back what the agent wrote alone.
    editor.choose(accept["management"])
    editor.ask("Server wants to")
    editor.keys("y")
    editor.wait('(string-match-p "Write a guide to the harbour" (buffer-string))')
    assert "mine\n" in editor.text()
    editor.wait('(= (plist-get (kinos-command "status") :waiting) 2)')
    editor.keys("\x1f")
    editor.wait('(not (string-match-p "Write a guide to the harbour" (buffer-string)))')
    assert editor.text() == "# To do\n\nNothing yet.\nmine\n"

    # A buffer that is left without being saved takes what landed there along.
    editor.lisp("(progn (set-buffer-modified-p nil) (kill-buffer) t)")
    editor.wait(CONNECTED)
    assert "discarded by the person" in {change["state"] for change in editor.lisp('(kinos-command "history")')}

    # A new document is decided about at the request, as is the team.
    visit(editor, folder / "demande.md")
    created = by_agent["evaluation"]["files"][0]["path"]
    editor.choose(accept["evaluation"])
    editor.wait(f'(file-exists-p "{folder / created}")')
    editor.wait('(= (plist-get (kinos-command "status") :waiting) 1)')
    editor.choose(f"Undo “{by_agent['evaluation']['title']}” (evaluation)")
    editor.wait(f'(not (file-exists-p "{folder / created}"))')
    team = editor.team()
    assert team
    editor.choose("Stop the team")
    editor.wait('(equal (plist-get (plist-get (kinos-command "status") :team) :state) "stopped")')
    assert wait_for_end(team, 5) == []


@pytest.mark.agents
def test_leaving_in_the_middle_of_a_run_leaves_no_process(editor: Emacs) -> None:
    editor.lisp('(progn (kinos-command "startTeam" :team "crew" :rehearse t :landing "review") t)')
    processes = descendants(editor.pid)
    assert editor.team()
    editor.quit()
    assert wait_for_end(processes, 5) == []
    assert alive(processes) == []
