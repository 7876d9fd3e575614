"""Review in the diff editor, and undo: what a person decides is on the disk and in the history."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.vscode.vscode_host import run
from e2e.vscode.vscode_process import KIN
from e2e.vscode.vscode_window import Window

CREW = ("management", "specifications", "testeur")
BEFORE = "# To do\n\nNothing yet.\n"
MARK = ".editor-instance .view-overlays [class*='TextEditorDecorationType']"


@pytest.fixture
def settings() -> dict[str, object]:
    return {"kinos.rehearse": True}


@pytest.fixture
def folder(tmp_path: Path, settings: dict[str, object]) -> Path:
    """A mission in which each of the crew has one thing to do, one of them in a document that is there."""
    folder = tmp_path / "harbour"
    for name, text in {
        "README.md": "# Harbour\n\nIt has a quay and an office.\n",
        "demande.md": "# Request\n\n- Write a guide to the harbour.\n- List its opening hours.\n",
        "todolist.md": BEFORE,
        ".kinos/teams/crew.toml": 'summary = "writes"\n' + "".join(f'[[agents]]\nname = "{name}"\n' for name in CREW),
        ".vscode/settings.json": json.dumps(settings),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def history(folder: Path) -> dict[str, dict[str, Any]]:
    """The last change of each state, from the terminal."""
    told = json.loads(run([str(KIN), "history", "--json", "-C", str(folder)]).stdout)
    return {change["state"]: change for change in told}


def test_changes_are_edited_accepted_rejected_and_taken_back_both_ways(window: Window, folder: Path) -> None:
    todo = folder / "todolist.md"
    window.status(r"EXPANSION \d+%")
    window.open_file(todo)
    window.open_view("KinOS")
    window.start_team("crew")
    for agent in CREW:
        window.tree_row("Changes", agent)

    window.click_row("Changes", "management")
    window.diff("Nothing yet", "harbour")
    window.screenshot("review-diff")
    window.run_command("KinOS: Edit Change")
    window.diff_edited()
    window.press("Control+End")
    window.type("A word of mine.\n")
    window.press("Control+S")
    window.tree_row("Changes", "Waiting for you")
    window.see(".editor-group-container.active .tab.active:not(.dirty)", "todolist")
    window.click('.editor-actions .action-label[aria-label^="Accept Change"]')
    window.click(".pane-header[aria-label^='History']")
    window.tree_row("History", r"landed · management · todolist\.md")
    landed = todo.read_text(encoding="utf-8")
    assert "harbour" in landed
    assert landed.endswith("A word of mine.\n")

    looked_at = window.active_tab(r"“.*” by (specifications|testeur)")
    window.screenshot("review-next")
    window.run_command("KinOS: Reject Change…")
    window.question("Why not")
    window.answer("not now")
    window.tree_row("History", "rejected")
    window.active_tab(rf"“.*” by {'testeur' if 'by specifications' in looked_at else 'specifications'}")
    window.run_command("KinOS: Accept Change")
    window.see_gone(".pane:has(> .pane-header[aria-label^='Changes']) .monaco-list-row", "Waiting for you")
    told = history(folder)
    assert told["rejected"]["reason"] == "not now"
    assert all((folder / file["path"]).exists() for file in told["landed"]["files"])
    assert not any((folder / file["path"]).exists() for file in told["rejected"]["files"])

    window.open_file(todo)
    window.see(MARK, "")
    window.screenshot("review-marks")
    window.press("Control+Z")
    window.editor_without("harbour")
    window.press("Control+S")
    window.tree_row("History", r"undone · management · todolist\.md")
    assert todo.read_text(encoding="utf-8") == BEFORE
    window.click_row("History", "undone · management", action="Redo Change")
    window.tree_row("History", r"landed · management · todolist\.md")
    assert todo.read_text(encoding="utf-8") == landed
    window.click_row("Changes", r"management · todolist\.md", action="Undo Change")
    window.tree_row("History", r"undone · management · todolist\.md")
    assert todo.read_text(encoding="utf-8") == BEFORE
    assert history(folder)["undone"]["agent"] == "management"
    window.screenshot("review-undone")

    window.run_command("KinOS: Show Map")
    window.editor(r"todolist\.md")
    window.see(".editor-instance .detected-link", r"README\.md")
    window.screenshot("map-links")
