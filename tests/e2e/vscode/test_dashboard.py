"""The dashboard in a real VS Code: its numbers are the server's, everything in it can be reached by keyboard, nothing leaves."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.vscode.vscode_host import Host, run
from e2e.vscode.vscode_process import KIN, VSCode
from e2e.vscode.vscode_window import PATIENCE, WEBVIEW, Window

COUNTED = r"^\s*EXPANSION [1-9]\d*%"

FIELDS = """
Object.fromEntries([...document.querySelectorAll('[data-field]')].map((each) => [each.dataset.field, each.value]))
"""
CELLS = """
Object.fromEntries(
  [...document.querySelectorAll('.cell')].map(({ dataset }) => [dataset.path, [Number(dataset.tokens), dataset.level]])
)
"""
LINE = "Number(document.querySelector('.line circle').dataset.total)"
FOCUSED = "document.activeElement?.dataset.path ?? ''"
OUTLINE = "getComputedStyle(document.activeElement).outlineStyle"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def settings() -> dict[str, object]:
    return {"kinos.rehearse": True, "workbench.colorTheme": "Default Dark Modern"}


@pytest.fixture
def machine_settings() -> dict[str, object]:
    return {"kinos.landing.mode": "auto"}


def says(value: str, wanted: Any) -> bool:
    """Whether the value of an element of the page is this value of JSON."""
    return value == wanted if isinstance(wanted, str) else json.loads(value) == wanted


def state(folder: Path) -> dict[str, Any]:
    """The object of `kinos/state`, from the engine in the editor by way of a terminal."""
    told: dict[str, Any] = json.loads(run([str(KIN), "status", "--json", "-C", str(folder)]).stdout)
    return told


def told(status: dict[str, Any], field: str) -> Any:
    """What the status has at the place that the page names, `agents.NAME.field` for an agent's."""
    if field.startswith("agents."):
        _, agent, own = field.split(".")
        return next(each for each in status["agents"] if each["name"] == agent)[own]
    value: Any = status
    for key in field.split("."):
        value = value[key]
    return value


def wrong(window: Window, folder: Path) -> dict[str, tuple[str, Any]]:
    """What the page shows and the server says where they differ. While a team works the two are not asked at once."""
    before, page, after = state(folder), window.webview_value(FIELDS), state(folder)
    assert {"tokens.total", "documents.count", "phase.name", "budget.usd", "waiting"} <= set(page)
    return {
        field: (value, told(after, field))
        for field, value in page.items()
        if not any(says(value, told(status, field)) for status in (before, after))
    }


def is_right(window: Window, folder: Path) -> None:
    """The page comes to show what the server says: figures, and every document with its size and level."""
    end = time.monotonic() + PATIENCE
    while differing := wrong(window, folder):
        assert time.monotonic() < end, f"the page and the server differ: {differing}"
    while (cells := window.webview_value(CELLS)) != (wanted := sizes(folder)):
        assert time.monotonic() < end, f"the map shows {cells} instead of {wanted}"


def sizes(folder: Path) -> dict[str, list[Any]]:
    """By the document's path, its tokens and level, as they are now: a team changes them meanwhile."""
    told = json.loads(run([str(KIN), "map", "--json", "-C", str(folder)]).stdout)["documents"]
    return {each["path"]: [each["tokens"], each["level"]] for each in told}


def focus_cell(window: Window) -> str:
    """Goes through the page by the Tab key until a cell of the map has the focus; its path."""
    window.click_in_webview("h2#map")
    for _ in range(5):
        if path := window.webview_value(FOCUSED):
            return str(path)
        window.press("Tab")
    raise AssertionError("no cell of the map can be reached by the Tab key")


def theme(folder: Path, name: str) -> None:
    """Another colour theme, by the workspace's settings."""
    file = folder / ".vscode/settings.json"
    file.write_text(
        json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"workbench.colorTheme": name}), encoding="utf-8"
    )


@pytest.fixture
def window(host: Host, editor: VSCode, folder: Path, screenshots: Path) -> Iterator[Window]:
    """VS Code's window on the workspace, which opens again what was open in it."""
    with Window.opened(host, editor, folder, screenshots, file="") as opened:
        yield opened


def show(window: Window) -> None:
    """Shows the dashboard with a map in it."""
    window.run_command("KinOS: Show Dashboard")
    window.webview(".cell[data-path='docs/operation.md']", r"operation\.md")


def test_the_dashboard_shows_what_the_server_says_while_a_team_works_and_after_a_reload(
    window: Window, folder: Path
) -> None:
    window.status(COUNTED)
    show(window)
    is_right(window, folder)
    window.webview("section .empty", "No team has run here yet")
    window.screenshot("dashboard-before")

    # A cell opens its document: by a click, and by keyboard alone.
    window.click_in_webview(".cell[data-path='docs/operation.md']")
    window.active_tab("operation")
    show(window)
    first = focus_cell(window)
    window.press("ArrowRight")
    second = window.webview_value(FOCUSED)
    assert second not in ("", first)
    assert window.webview_value(OUTLINE) == "solid"
    window.press("Enter")
    window.active_tab(Path(second).stem)

    # While a team works, and once it has stopped.
    show(window)
    window.start_team()
    window.webview(".mark[data-kind='landed']")
    is_right(window, folder)
    window.webview(".spend tbody tr", "management")
    window.screenshot("dashboard-team")
    window.run_command("KinOS: Stop Team")
    window.webview("[data-field='team.state']", "stopped")
    is_right(window, folder)
    changes = json.loads(run([str(KIN), "history", "--json", "-C", str(folder)]).stdout)
    landed = len({each["cycle"] for each in changes if each["state"] == "landed"})
    window.see("[data-count='landed']", f"^{landed}$", frames=WEBVIEW)
    assert window.webview_value(LINE) == state(folder)["tokens"]["total"]

    # What the person chose is there again after a reload, without a command.
    window.click_in_webview(".choice span", "All sessions")
    window.click_in_webview("[data-table='map'] summary")
    window.webview("[data-table='map'] tbody tr", r"docs/operation\.md")
    window.until_kept(r"tables\W+map\W")
    window.reload()
    window.webview("[data-table='map'] tbody tr", r"docs/operation\.md")
    window.webview(".spend tbody tr", "management")
    assert window.webview_value("document.querySelector('.choice input:checked').value") == "all"
    is_right(window, folder)

    # It follows the theme while it is open.
    seen = {window.webview_value(BACKGROUND)}
    for number, (name, kind) in enumerate(
        (("Default Light Modern", "vscode-light"), ("Default High Contrast", "vscode-high-contrast")), 2
    ):
        theme(folder, name)
        window.webview(f"body.{kind} .cell")
        seen.add(window.webview_value(BACKGROUND))
        assert len(seen) == number
        window.screenshot(f"dashboard-{kind.removeprefix('vscode-')}")

    assert [said for said in window.console() if "Content Security Policy" in said] == []
    assert window.requests_outside() == []


def test_each_folder_of_a_window_is_shown_with_what_it_lacks(
    host: Host, editor: VSCode, folder: Path, screenshots: Path
) -> None:
    empty = folder.parent / "empty"
    empty.mkdir()
    file = folder.parent / "both.code-workspace"
    file.write_text(json.dumps({"folders": [{"path": "gateway"}, {"path": "empty"}]}), encoding="utf-8")
    with Window.opened(host, editor, file, screenshots, file="") as window:
        window.status(COUNTED)
        show(window)
        window.webview("h1", "gateway")
        is_right(window, folder)
        window.select_in_webview("select[name=folder]", "empty")
        window.webview("h1", "^empty$")
        window.webview(".empty", "no Markdown document here yet")
        window.webview(".empty", "No team has run here yet")
        window.webview(".empty", "No agent has finished a cycle yet")
        assert window.webview_value(CELLS) == {}
        assert wrong(window, empty) == {}
        window.screenshot("dashboard-empty")
        (empty / "new.md").write_text("# New\n\nA document that comes.\n", encoding="utf-8")
        window.webview(".cell", r"new\.md")
        is_right(window, empty)
        window.until_kept(r"folder\W[^,]*/empty\W+period")
        window.reload()
        window.webview("h1", "^empty$")
        window.select_in_webview("select[name=folder]", "gateway")
        window.webview(".cell", r"operation\.md")
        is_right(window, folder)
