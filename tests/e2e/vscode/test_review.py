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


OFFICE = "# The office\n\nIt is open from the the morning to five.\n"
MINE = "# The office\n\nIt opens at dawn.\n"
BOTH = "# The office\n\nIt opens at dawn, and is open to five.\n"


@pytest.fixture
def office(folder: Path) -> Path:
    """The mission with a slip of the pen in one document and another that is too long, and a team that mends and splits them."""
    rules = "".join(
        f"## Berth {number}\n\n"
        + "".join(f"Rule {number}.{rule}: boat {rule} keeps its lights on until it has left.\n\n" for rule in range(30))
        for number in range(1, 16)
    )
    for name, text in {
        "office.md": OFFICE,
        "rules.md": f"# Rules\n\n{rules}",
        ".kinos/teams/office.toml": 'summary = "keeps"\n[[agents]]\nname = "redacteur"\n[[agents]]\nname = "documentaliste"\n',
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_change_in_conflict_and_one_of_several_files_are_decided_as_the_person_wants(
    office: Path, window: Window
) -> None:
    window.status(r"EXPANSION \d+%")
    window.open_view("KinOS")
    window.open_file(office / "demande.md")
    window.click_lens("Start team")
    window.choices("redacteur, documentaliste")
    window.choose("office")
    for row in ("redacteur", "3 files", r"index\.md"):
        window.tree_row("Changes", row)
    window.click_lens("Stop team")
    window.notification("The team is stopped")
    what_fits_no_more_lands_as_the_person_decides(window, office / "office.md")
    several_files_land_and_go_back_as_one(window, office)


def what_fits_no_more_lands_as_the_person_decides(window: Window, document: Path) -> None:
    window.open_file(document)
    window.press("Control+A")
    window.type(MINE)
    window.press("Control+S")
    window.tree_row("Changes", r"in conflict · redacteur · office\.md")
    window.click_lens("^Review “Mend")
    window.notification("line 3 has been edited meanwhile. Both versions stand on the right")
    window.diff(r"^It opens at dawn\.$", "<<<<<<< the file now")
    window.screenshot("review-conflict")
    window.run_command("Notifications: Clear All Notifications")
    window.run_command("KinOS: Accept Change")
    window.notification("edited meanwhile")
    assert document.read_text(encoding="utf-8") == MINE

    window.run_command("KinOS: Edit Change")
    window.diff_edited()
    window.press("Control+A")
    window.type(BOTH)
    window.press("Control+S")
    window.see(".editor-group-container.active .tab.active:not(.dirty)", r"office\.md: “Mend")
    window.see_gone(".pane:has(> .pane-header[aria-label^='Changes']) .monaco-list-row", "in conflict")
    window.diff(r"^It opens at dawn\.$", "and is open to five")
    window.screenshot("review-conflict-decided")
    window.open_file(document)
    window.click_lens("^Accept$")
    window.tree_row("Changes", "Landed")
    assert document.read_text(encoding="utf-8") == BOTH
    assert history(document.parent)["landed"]["agent"] == "redacteur"


def several_files_land_and_go_back_as_one(window: Window, folder: Path) -> None:
    before = written(folder)
    window.click_row("Changes", "3 files")
    for path, wanted in (("rules.md", r"rules-berth-6\.md"), (r"rules-berth-6\.md", "Part of")):
        window.click_row("Changes", rf"^{path}(edited|created)")
        window.active_tab(f"{path}: “Split")
        window.see(".monaco-diff-editor .editor.modified .view-line", wanted)
    window.screenshot("review-several-files")
    # What was shown of a change is gone after a reload, without a word of an error.
    window.reload()
    window.status(r"EXPANSION \d+%")
    window.tree_row("Changes", "3 files")
    assert window.texts(".monaco-diff-editor") == []
    window.click_row("Changes", "3 files", action="Accept Change")
    window.tree_row("Changes", r"Landed2")
    assert set(written(folder)) - set(before) == {"rules-berth-6.md", "rules-berth-11.md"}
    window.click_row("Changes", "3 files", action="Undo Change")
    window.notification("Taken back: 1 change")
    assert written(folder) == before


def written(folder: Path) -> dict[str, str]:
    """The documents that lie in the folder itself, but for the map, which says when it was made."""
    return {
        path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md") if "(readonly)" not in path.name
    }


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
    window.diff_edited("harbour")
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
