"""The palette's commands in a real VS Code: what each asks, what it does, and what it says when it cannot."""

import json
from pathlib import Path

import pytest

from e2e.vscode.vscode_host import run
from e2e.vscode.vscode_process import KIN, VSCode
from e2e.vscode.vscode_window import SIZE_ITEM, Window

COUNTED = r"^\s*EXPANSION [1-9]\d*%"
REHEARSING = r"EXPANSION \d+%.* [1-9]\d* agents? \(rehearsal\)"


@pytest.mark.parametrize("settings", [{"kinos.rehearse": True}])
@pytest.mark.parametrize("machine_settings", [{"kinos.landing.mode": "auto"}])
def test_a_team_is_led_from_the_palette_alone(window: Window, folder: Path) -> None:
    window.status(COUNTED)
    window.run_command("KinOS: Start Team")
    first, *others = window.choices("specifications, production, testeur")
    assert "proposed: the folder holds mostly documents" in first
    assert len(others) == 3
    window.screenshot("palette-teams")
    window.choose("default")
    window.status(REHEARSING)

    window.run_command("KinOS: Stop Agent")
    window.choices("duplication")
    window.choose("duplication")
    window.notification("duplication is stopped")
    window.run_command("KinOS: Start Agent")
    assert not [row for row in window.choices("duplication") if row.startswith("management")]
    window.choose("duplication")
    window.notification("duplication was started")

    window.run_command("KinOS: Pause Team")
    window.status("paused")
    window.run_command("KinOS: Resume Team")
    window.status(REHEARSING)

    window.run_command("KinOS: Set Phase")
    window.choices("as it is now: .*below")
    window.choose("CONVERGENCE")
    window.status("CONVERGENCE")
    window.run_command("KinOS: Set Phase")
    window.choices("as it is now")
    window.choose("By size")
    window.status("EXPANSION")

    window.run_command("KinOS: Set Budget")
    window.choices(r"Cycles\d+ of 200 spent")
    window.screenshot("palette-budget")
    window.choose("Cycles")
    window.question("The new cap")
    window.answer("150")
    window.notification(r"Cycles: \d+ of 150 spent")

    window.run_command("KinOS: Stop Team")
    window.notification("The team is stopped")
    the_work_is_read_taken_back_and_put_back(window)
    its_files_are_edited(window, folder)


def the_work_is_read_taken_back_and_put_back(window: Window) -> None:
    window.run_command("KinOS: Show History")
    window.editor(r"management · landed · rehearsal")
    window.screenshot("palette-history")
    window.run_command("KinOS: Undo…")
    window.choices("The last change.*landed")
    window.screenshot("palette-undo")
    window.choose("The last change")
    window.notification("Taken back: 1 change")
    window.editor("undone")
    window.run_command("KinOS: Redo…")
    window.choices("The oldest undone change")
    window.choose("The oldest undone change")
    window.notification("Put back: 1 change")
    window.editor_without("undone")


def its_files_are_edited(window: Window, folder: Path) -> None:
    window.run_command("KinOS: Edit Agent Prompt")
    window.choices("management")
    window.choose("management")
    window.active_tab("management.md")
    window.notification("own copy of the prompt of management")
    window.run_command("KinOS: Edit Team")
    window.choices("coding")
    window.choose("coding")
    window.active_tab("coding.toml")
    assert {file.name for file in (folder / ".kinos").rglob("*.*")} >= {"management.md", "coding.toml"}


KEY = "sk-ant-api03-this-is-a-secret-of-the-tests"
VARIABLE = "KINOS_ANTHROPIC_API_KEY"


def test_what_cannot_be_done_is_said_with_what_helps_and_a_key_stays_a_secret(
    window: Window, editor: VSCode, folder: Path
) -> None:
    window.status(COUNTED)
    window.run_command("KinOS: Check Set-up")
    window.editor("In VS Code: the command .KinOS: Set API Key")
    window.screenshot("palette-setup")
    window.run_command("KinOS: Undo…")
    window.notification("No agent has changed anything here")
    window.run_command("KinOS: New Mission")
    window.choose("In this folder: gateway")
    window.notification("demande.md is there already")

    window.start_team()
    window.notification("key")
    window.press_button("Set API Key")
    window.choose("Claude (Anthropic)")
    window.question("KinOS writes it to no file and no log")
    window.answer(KEY)
    window.notification("The key is stored")
    assert variables(editor.server(folder))[VARIABLE] == KEY
    window.reload()
    window.status(COUNTED)
    assert {variables(server)[VARIABLE] for server in editor.servers(folder)} == {KEY}
    assert [path for path in (*files(editor.home), *files(folder)) if KEY.encode() in path.read_bytes()] == []

    window.run_command("KinOS: Set API Key")
    window.choices("Claude.*stored")
    window.choose("Claude (Anthropic)")
    window.question("an empty answer removes it")
    window.press("Enter")
    window.notification("The key is removed")
    assert VARIABLE not in variables(editor.servers(folder)[-1])
    (folder / ".kinos").mkdir()
    (folder / ".kinos" / "config.toml").write_text('[check]\ncommand = ["make", "test"]\n', encoding="utf-8")
    window.run_command("KinOS: Approve What This Folder Brings")
    window.choices(r"check\.command = .*make")
    window.screenshot("palette-approve")
    window.tick('check.command = ["make", "test"]')
    window.press("Enter")
    window.notification("Approved: 1 of 1")


def variables(process: int) -> dict[str, str]:
    """The environment that a process was started with."""
    words = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_size_of_the_document_is_seen_while_one_types(window: Window, folder: Path) -> None:
    window.status(COUNTED)
    window.size(r"^✓ 0\.0k tokens$")
    window.open_file(folder / "docs/queue.md")
    window.size(rf"^⚠️ {size(folder / 'docs/queue.md') / 1000:.1f}k tokens$")
    assert "⚠️" in window.explorer("queue.md", "long: .*k tokens").badge
    window.screenshot("palette-long")
    window.type("A new rule for every tenant. " * 600)
    window.size("^🔴 1[2-9]")
    window.explorer("queue.md", "too long")
    window.language_status(r"too long, above 12,000")
    window.hover(SIZE_ITEM)
    window.see(".workbench-hover", r"tokens: too long, above 12,000 \(claude-")
    window.screenshot("palette-too-long")


def size(path: Path) -> int:
    """The document's size in tokens, from the terminal's front end."""
    (file,) = json.loads(run([str(KIN), "tokens", "--json", str(path)]).stdout)["files"]
    tokens: int = file["tokens"]
    return tokens
