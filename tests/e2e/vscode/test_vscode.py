"""The packed extension with the real server in a real VS Code, driven by a real browser."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.vscode.vscode_host import Host, packed, prepare, run
from e2e.vscode.vscode_window import VSCode, Window, vscode
from process_tree import alive, command_line, descendants, wait_for_end

pytestmark = pytest.mark.timeout(600)

COUNTED = r"^\s*EXPANSION [1-9]\d*%$"
REHEARSING = r"EXPANSION \d+% · [1-9]\d* agents? \(rehearsal\)"


@pytest.fixture(scope="session")
def host() -> Host:
    return prepare()


@pytest.fixture(scope="session")
def vsix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, built and packed with its own scripts."""
    return packed(tmp_path_factory.mktemp("vsix") / "kinos.vsix")


@pytest.fixture(scope="session")
def home(host: Host, vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean home folder with the packed extension installed."""
    home = tmp_path_factory.mktemp("home")
    folders = ["--extensions-dir", str(home / "extensions"), "--user-data-dir", str(home / "data")]
    run([*host.code_server, "--install-extension", str(vsix), *folders], environment={"HOME": str(home)})
    return home


@pytest.fixture
def editor(host: Host, home: Path) -> Iterator[VSCode]:
    """VS Code, which finds `kin` on its PATH where the interpreter of these tests has it."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with vscode(host, home, path) as started:
        yield started


@pytest.fixture
def settings() -> dict[str, object]:
    """The workspace's settings; a test that needs some parametrizes this."""
    return {}


@pytest.fixture
def folder(tmp_path: Path, settings: dict[str, object]) -> Path:
    """A workspace with a request, a short document, one above 6,000 tokens and one above 12,000."""
    folder = tmp_path / "gateway"
    for name in ("docs", ".vscode"):
        (folder / name).mkdir(parents=True)
    for name, text in {
        "README.md": "# Gateway\n\nIt passes messages on. See [the queue](docs/queue.md).\n",
        "demande.md": "Describe the gateway for its operators, in documents short enough to read.\n",
        "docs/queue.md": chapters("Queue", 10),
        "docs/operation.md": chapters("Operation", 20),
        ".vscode/settings.json": json.dumps(settings),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def chapters(title: str, count: int) -> str:
    """About 900 tokens a chapter."""
    rules = range(1, 31)
    return f"# {title}\n\n" + "".join(
        f"## {title} {number}\n\n"
        + "".join(
            f"Rule {number}.{rule}: tenant {rule} keeps a message until it has confirmed it.\n\n" for rule in rules
        )
        for number in range(1, count + 1)
    )


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Where the window's pictures go: `$KINOS_SCREENSHOTS`, else the test's own folder."""
    chosen = Path(os.environ.get("KINOS_SCREENSHOTS") or tmp_path / "screenshots")
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


@pytest.fixture
def window(host: Host, editor: VSCode, folder: Path, screenshots: Path) -> Iterator[Window]:
    """VS Code's window on the workspace, with its README open."""
    with Window.opened(host, editor, folder, screenshots) as opened:
        yield opened


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
    kin = Path(sys.executable).parent / "kin"
    (file,) = json.loads(run([str(kin), "tokens", "--json", str(path)]).stdout)["files"]
    tokens: int = file["tokens"]
    return tokens


def test_the_map_is_shown_as_a_document(window: Window) -> None:
    window.status(COUNTED)
    window.run_command("KinOS: Show Map")
    window.editor(r"operation\.md.*🔴")
    window.screenshot("map")


@pytest.mark.parametrize("settings", [{"kinos.rehearse": True}])
def test_a_team_started_from_the_palette_is_seen_and_leaves_no_process_when_stopped(
    window: Window, editor: VSCode, folder: Path
) -> None:
    window.status(COUNTED)
    server = editor.server(folder)
    idle = set(programs(server).values())
    window.run_command("KinOS: Start Team")
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
    window.run_command("KinOS: Start Team")
    window.notification("key")
    window.screenshot("no-key")
    window.press_button("Rehearse")
    window.status(REHEARSING)


@pytest.mark.parametrize("settings", [{"kinos.rehearse": True}])
def test_no_process_outlives_vs_code(window: Window, editor: VSCode, folder: Path) -> None:
    window.status(COUNTED)
    server = editor.server(folder)
    window.run_command("KinOS: Start Team")
    window.status(REHEARSING)
    family = [server, *descendants(server)]
    os.kill(editor.pid, signal.SIGTERM)
    assert wait_for_end(family, seconds=30) == []


@pytest.mark.parametrize("settings", [{"kinos.server.command": "/nowhere/kin"}])
def test_a_missing_server_is_said_with_what_to_do(window: Window) -> None:
    said = window.notification("/nowhere/kin")
    assert "kinos.server.command" in said
    window.screenshot("no-server")
