"""The pictures in the extension's README are of the real thing: taken here, and renewed with `make pictures`."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from e2e.vscode.vscode_host import EXTENSION
from e2e.vscode.vscode_window import Window

SAMPLE = Path(__file__).parents[3] / "examples/workspace"
NAMES = ("team", "review", "dashboard")
WIDTH, HEIGHT = 1280, 800
MOST_BYTES = 150_000
FREQUENT = 96
SHOWN = r"Keep the paragraph.*from design/tidal-model\.md.*duplication"
"""The row of the change that the review is shown with."""
PLAIN: dict[str, object] = {
    "kinos.rehearse": True,
    "breadcrumbs.enabled": False,
    "editor.minimap.enabled": False,
    "editor.fontSize": 12,
    "remote.autoForwardPorts": False,
    "window.commandCenter": False,
    "workbench.layoutControl.enabled": False,
}


@pytest.fixture
def settings() -> dict[str, object]:
    return PLAIN


@pytest.fixture
def folder(tmp_path: Path, settings: dict[str, object]) -> Path:
    """The sample workspace."""
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "tide"))
    (folder / ".vscode").mkdir()
    (folder / ".vscode/settings.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def test_the_pictures_of_the_readme_are_taken_of_the_real_thing(
    window: Window, folder: Path, screenshots: Path
) -> None:
    window.browser.call("resize", width=WIDTH, height=HEIGHT)
    window.status("EXPANSION [1-9]")
    window.open_view("KinOS")
    window.open_file(folder / "docs/operations/handbook.md")
    window.lens("tokens")
    window.start_team()
    window.tree_row("Changes", "Waiting for you")
    window.tree_row("Agents", "planning|queued|editing|landing|resting")
    picture(window, "team")

    window.tree_row("Changes", SHOWN)
    window.run_command("KinOS: Stop Team")
    window.status("EXPANSION [^·]*$")
    window.click_row("Changes", SHOWN)
    window.click_row("Changes", r"^tidal-model\.md")
    window.diff("carries one of four", "measurements")
    picture(window, "review")

    window.run_command("View: Close All Editors")
    window.run_command("KinOS: Show Dashboard")
    window.webview(".cell[data-path='docs/operations/handbook.md']", "handbook")
    window.webview(".spend tbody tr", "duplication")
    window.run_command("View: Toggle Primary Side Bar Visibility")
    window.see(".monaco-workbench.nosidebar", "")
    picture(window, "dashboard")

    if chosen := os.environ.get("KINOS_PICTURES"):
        for name in NAMES:
            shrink(screenshots / f"{name}.png", Path(chosen) / f"{name}.png")
    for name in NAMES:
        assert size(screenshots / f"{name}.png") == (WIDTH, HEIGHT)


def test_the_readme_shows_these_pictures_and_they_are_small() -> None:
    readme = (EXTENSION / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"!\[[^\]]+\]\(media/([^)]+)\.png\)", readme) == list(NAMES)
    for name in NAMES:
        committed = EXTENSION / f"media/{name}.png"
        assert size(committed) == (WIDTH, HEIGHT)
        assert committed.stat().st_size < MOST_BYTES


def picture(window: Window, name: str) -> None:
    """As the person sees it who has read all messages and points at nothing."""
    window.run_command("Notifications: Clear All Notifications")
    window.see_gone(".notifications-toasts .notification-list-item", "")
    window.see_gone(".workbench-hover", "")
    window.screenshot(name)


def shrink(picture: Path, target: Path) -> None:
    """In 256 colours: the most frequent ones as they are, and some near all others, those of small marks among them."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    counted = image.getcolors(WIDTH * HEIGHT)
    frequent = [part for _, color in sorted(counted, reverse=True)[:FREQUENT] for part in color]
    others = image.quantize(256 - FREQUENT, Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*frequent, *others])
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(target, optimize=True)


def size(picture: Path) -> tuple[int, int]:
    """Its width and height in pixels."""
    with Image.open(picture) as opened:
        return opened.size
