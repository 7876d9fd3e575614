"""The first five minutes: from an empty window to a team that rehearses on a sample."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.vscode.vscode_host import Host
from e2e.vscode.vscode_process import VSCode
from e2e.vscode.vscode_window import Window

REHEARSING = r"EXPANSION \d+%.* [1-9]\d* agents? \(rehearsal\)"
GUIDE = ".gettingStartedContainer"


@pytest.fixture
def window(host: Host, editor: VSCode, screenshots: Path) -> Iterator[Window]:
    """VS Code's window with nothing open in it."""
    with Window.opened(host, editor, None, screenshots) as opened:
        yield opened


def test_a_new_user_is_led_to_a_rehearsal_on_a_sample(window: Window) -> None:
    window.open_view("KinOS")
    window.welcome("works on a folder of documents.*Open Folder.*rehearse on a sample")
    window.screenshot("welcome")
    window.run_command("KinOS: Get Started")
    window.see(GUIDE, "First Steps with KinOS.*See how big your documents are.*Say what you want")
    window.screenshot("walkthrough")
    window.click(f"{GUIDE} .monaco-button", text="^Show Map$")
    window.notification("No folder is open")
    window.click(f"{GUIDE} .step-title", text="Rehearse on a sample")
    window.click(f"{GUIDE} .monaco-button", text="^Rehearse on a Sample$")
    window.status(REHEARSING)
    window.active_tab(r"demande\.md")
    window.tree_row("Agents", "management")
    window.tree_row("Changes", "Waiting for you")
    window.screenshot("sample")
    window.run_command("KinOS: Stop Team")
    window.notification("The team is stopped")
