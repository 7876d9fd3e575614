"""The KinOS view: agents, changes, documents and history, live."""

from pathlib import Path

import pytest

from e2e.vscode.vscode_window import Window

COUNTED = r"EXPANSION [1-9]\d*%"


@pytest.mark.parametrize("settings", [{"kinos.rehearse": True}])
def test_the_view_shows_documents_by_size_then_agents_at_work_and_what_they_wait_for(
    window: Window, folder: Path
) -> None:
    window.status(COUNTED)
    window.open_view("KinOS")
    window.see(".welcome-view-content", "Start Team")
    window.tree_row("Documents", r"operation\.md.*k tokens")
    sizes = [row for row in window.tree_rows("Documents") if "tokens" in row]
    assert [row.split(".md")[0] for row in sizes[:2]] == ["operation", "queue"]
    window.screenshot("view-documents")
    window.click_row("Documents", "queue")
    window.active_tab(r"queue\.md")

    window.start_team()
    window.tree_row("Agents", r"management.*(resting|planning|queued|editing|landing)")
    window.tree_row("Changes", "Waiting for you")
    window.screenshot("view-team")
    window.click_row("Agents", "management")
    window.tree_row("Agents", r"Spent.*tokens")
    window.click_row("Agents", "management", action="Stop Agent")
    window.tree_row("Agents", r"^management.*stopped")
    window.click_row("Agents", "management", action="Start Agent")
    window.tree_row("Agents", r"^management.*(resting|planning|queued|editing|landing)")
    window.click(".pane-header[aria-label^='History']")
    window.tree_row("History", "waiting")
    window.screenshot("view-agent")
