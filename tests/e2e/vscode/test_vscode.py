"""The packed extension with the real server in a real VS Code, driven by a real browser."""

import json
import os
import signal
from pathlib import Path

import pytest

from e2e.vscode.vscode_host import run
from e2e.vscode.vscode_process import KIN, VSCode
from e2e.vscode.vscode_window import Window
from process_tree import alive, command_line, descendants, wait_for_end

COUNTED = r"^\s*EXPANSION [1-9]\d*%$"
REHEARSING = r"EXPANSION \d+% · [1-9]\d* agents? \(rehearsal\)"


def test_sizes_of_closed_documents_and_the_phase_are_shown(window: Window, folder: Path) -> None:
    window.status(COUNTED)
    window.run_command("Problems: Focus on Problems View")
    for name, code in (("queue.md", "document-long"), ("operation.md", "document-too-long")):
        row = window.problem(rf"\(?{code}\)?")
        assert str(size(folder / "docs" / name)) in row.replace(",", "")
    window.screenshot("sizes")
    window.status_tooltip(r"1 long and 1 too long")
    window.screenshot("status-tooltip")


def size(path: Path) -> int:
    """The document's size in tokens, from the terminal's front end."""
    (file,) = json.loads(run([str(KIN), "tokens", "--json", str(path)]).stdout)["files"]
    tokens: int = file["tokens"]
    return tokens


def test_the_map_is_shown_as_a_document(window: Window) -> None:
    window.status(COUNTED)
    window.run_command("KinOS: Show Map")
    window.editor(r"operation\.md.*🔴")
    window.screenshot("map")
    window.run_command("View: Close Editor")
    window.click_status_link("Map")
    window.active_tab("Project Map")
    window.click_status_link("Budget")
    window.choices(r"Cycles\d+ of 200 spent")


@pytest.mark.parametrize("settings", [{"kinos.rehearse": True}])
def test_a_team_started_from_the_palette_is_seen_and_leaves_no_process_when_stopped(
    window: Window, editor: VSCode, folder: Path
) -> None:
    window.status(COUNTED)
    server = editor.server(folder)
    idle = set(programs(server).values())
    window.start_team()
    window.status(REHEARSING)
    window.status_tooltip(r"planning|editing|queued|landing|resting")
    window.screenshot("team")
    team = [pid for pid, program in programs(server).items() if program not in idle]
    assert team, "a running team has processes"

    window.run_command("KinOS: Stop Team")
    window.notification(r"[1-9]\d* process(es)? ended")
    assert alive(team) == []
    assert set(programs(server).values()) <= idle
    window.status(COUNTED)
    window.screenshot("team-stopped")


def programs(server: int) -> dict[int, str]:
    """The command line of each process below the server; one for counting sizes may be there without a team."""
    return {pid: command_line(pid) for pid in descendants(server)}


def test_without_a_key_a_rehearsal_is_offered_and_starts(window: Window) -> None:
    window.status(COUNTED)
    window.start_team()
    window.notification("key")
    window.screenshot("no-key")
    window.press_button("Rehearse")
    window.status(REHEARSING)


@pytest.mark.parametrize("settings", [{"kinos.rehearse": True}])
def test_no_process_outlives_vs_code(window: Window, editor: VSCode, folder: Path) -> None:
    window.status(COUNTED)
    server = editor.server(folder)
    window.start_team()
    window.status(REHEARSING)
    family = [server, *descendants(server)]
    os.kill(editor.pid, signal.SIGTERM)
    assert wait_for_end(family, seconds=30) == []


@pytest.mark.parametrize("settings", [{"kinos.server.command": "/nowhere/kin"}])
def test_a_missing_server_is_said_with_what_to_do(window: Window) -> None:
    said = window.notification("/nowhere/kin")
    assert "kinos.server.command" in said
    window.screenshot("no-server")
    window.open_view("KinOS")
    window.welcome("server is not running.*Start It Again")
