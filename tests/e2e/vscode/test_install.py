"""The packed extension on a clean home, where nothing of KinOS is installed: it sets itself up, and says what it lacks."""

import hashlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from e2e.vscode.vscode_host import Host, run
from e2e.vscode.vscode_process import KIN, VSCode, vscode
from e2e.vscode.vscode_window import Window
from process_tree import command_line, descendants, wait_for_end

COUNTED = r"^\s*EXPANSION [1-9]\d*%"
STARTING = r"^\s*KinOS$"
REHEARSING = r"EXPANSION \d+%.* [1-9]\d* agents? \(rehearsal\)"
TOOLS = ("bash", "cat", "chmod", "dirname", "env", "ls", "mkdir", "ps", "sh", "sleep", "uname", "which")
"""What VS Code's own scripts use."""

OLD = """#!/bin/sh
echo '["/old/python3", [3, 9, 2], true, ""]'
"""
# It takes its time as the real one does: VS Code shows no more than three messages that come at once.
FULL = """#!/bin/sh
case "$*" in *ensurepip*) echo "[\\"$0\\", [3, 12, 1], true, \\"\\"]"; exit;; esac
sleep 1
echo "OSError: [Errno 28] No space left on device" >&2
exit 1
"""
SLOW = """#!/bin/sh
case "$*" in *ensurepip*) echo "[\\"$0\\", [3, 12, 1], true, \\"\\"]"; exit;; esac
mkdir -p "$4/bin"
sleep 1
echo "Half of it is there"
sleep 600
"""
BARE = """#!/bin/sh
echo "[\\"$0\\", [3, 12, 1], false, \\"\\"]"
"""
RIGHT = """#!/bin/sh
exec {python} "$@"
"""
# In place of a download of 600 MB: environments of this uv are the one of these tests, which has all that agents need.
UV = """#!/bin/sh
for folder; do :; done
case "$1 $2" in
  "venv "*)
    mkdir -p "$folder/bin"
    printf '#!/bin/sh\\nexec {tests} "$@"\\n' > "$folder/bin/python"
    chmod +x "$folder/bin/python";;
  "pip install") echo "Downloading aider-chat";;
  "python find") exit 1;;
esac
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The one folder of the PATH: no Python, no uv, no kin."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in TOOLS:
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    return folder


PYTHON_EXTENSION = {
    "name": "python",
    "publisher": "ms-python",
    "version": "1.0.0",
    "engines": {"vscode": "^1.82.0"},
    "main": "./main.js",
}
PYTHON_EXTENSION_CODE = """
const { existsSync, readFileSync } = require('node:fs');
const { Uri } = require('vscode');
const file = `${process.env.HOME}/interpreter`;
exports.activate = () => ({
  environments: {
    getActiveEnvironmentPath: () => ({ path: existsSync(file) ? readFileSync(file, 'utf8') : '' }),
    resolveEnvironment: async ({ path }) => (path === '' ? undefined : { executable: { uri: Uri.file(path) } }),
  },
});
"""


@pytest.fixture(scope="module")
def extensions(host: Host, extensions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a stand-in for the Python extension, which no registry here has: it has the part of its API that is used, and the
    interpreter it has chosen is what stands in the file `interpreter` of the home folder.
    """
    home = tmp_path_factory.mktemp("installing")
    folder = tmp_path_factory.mktemp("both") / "extensions"
    shutil.copytree(extensions, folder)
    with ZipFile(home / "python.vsix", "w") as packed:
        packed.writestr("extension/package.json", json.dumps(PYTHON_EXTENSION))
        packed.writestr("extension/main.js", PYTHON_EXTENSION_CODE)
    folders = ["--extensions-dir", str(folder), "--user-data-dir", str(home / "data")]
    run(
        [*host.code_server, "--install-extension", str(home / "python.vsix"), *folders], environment={"HOME": str(home)}
    )
    return folder


@pytest.fixture
def editor(host: Host, home: Path, extensions: Path, programs: Path) -> Iterator[VSCode]:
    with vscode(host, home, str(programs), extensions=extensions, variables={"PYENV_ROOT": str(home)}) as started:
        yield started


def put(programs: Path, name: str, script: str) -> None:
    """A program that people find on their PATH from now on."""
    file = programs / name
    base = Path(sys.base_prefix) / "bin/python3.12"
    file.write_text(script.format(python=base, tests=sys.executable), encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.parametrize("settings", [{"kinos.rehearse": True}])
def test_from_nothing_to_a_team(window: Window, editor: VSCode, folder: Path, programs: Path) -> None:
    said = window.notification("no Python was found")
    assert "python3.12" in said
    window.screenshot("install-no-python")

    put(programs, "python3", OLD)
    window.press_button("Try Again")
    window.notification(r"only /old/python3 \(3\.9\.2\) was found")
    window.screenshot("install-wrong-python")

    put(programs, "python3.12", FULL)
    window.press_button("Try Again")
    window.notification("not enough room on the disk")
    window.screenshot("install-full-disk")
    assert environments(editor) == []

    put(programs, "python3.12", SLOW)
    window.press_button("Try Again")
    window.notification("KinOS is being set up: Half of it is there")
    (half,) = environments(editor)
    making = [pid for pid in descendants(editor.pid) if "python3.12 -I -m venv" in command_line(pid)]
    assert making
    making += [pid for maker in making for pid in descendants(maker)]
    window.screenshot("install-to-cancel")
    window.press_button("Cancel")
    window.notification("The installation was cancelled. Nothing of it is left.")
    window.screenshot("install-cancelled")
    assert not half.exists()
    assert environments(editor) == []
    assert wait_for_end(making, seconds=10) == []

    put(programs, "python3.12", RIGHT)
    window.press_button("Try Again")
    window.notification("KinOS is being set up: .*(Collecting|Downloading)")
    window.screenshot("install-progress")
    window.status(COUNTED, seconds=300)
    (base,) = environments(editor)
    assert base.name.startswith("server-")
    assert command_line(editor.server(folder)).startswith(str(base))
    window.run_command("Problems: Focus on Problems View")
    window.problem(r"\(?document-too-long\)?")
    window.screenshot("install-sizes")

    window.start_team()
    window.dialog("600 MB")
    window.screenshot("install-agents")
    window.press_dialog_button("Cancel")
    window.notification("The team was not started")
    assert environments(editor) == [base]

    put(programs, "uv", UV)
    put(programs, "python3.12", BARE)  # which uv alone can make an environment with
    window.start_team()
    window.dialog("600 MB")
    window.press_dialog_button("Install")
    window.status(REHEARSING)
    window.screenshot("install-team")
    agents, left = environments(editor)
    assert agents.name.startswith("agents-")
    assert left == base
    # Only the interpreter of the agents' environment leads to that of these tests.
    assert any(command_line(pid).startswith(sys.executable) for pid in descendants(editor.server(folder)))


@pytest.fixture
def kin(programs: Path) -> Path:
    """The program on the PATH."""
    put(programs, "kin", RIGHT.replace("{python}", str(KIN)))
    return programs / "kin"


def test_a_server_that_ends_comes_back_but_not_for_ever_and_another_can_be_named(
    kin: Path, window: Window, editor: VSCode, folder: Path
) -> None:
    window.status(COUNTED)
    for _ in range(4):
        os.kill(editor.server(folder), signal.SIGKILL)
        window.status(STARTING)
        window.status(COUNTED)
    os.kill(editor.server(folder), signal.SIGKILL)
    window.notification("ended 5 times within 3 minutes")
    window.screenshot("server-gives-up")
    assert editor.servers() == []
    window.press_button("Try Again")
    window.status(COUNTED)

    (editor.home / "interpreter").write_text(sys.executable, encoding="utf-8")
    before = editor.server(folder)
    window.run_command("KinOS: Restart Server")
    assert command_line(server_after(before, editor, folder)) == f"{sys.executable} -P -m kinos lsp"
    window.status(COUNTED)

    set_person(editor, {"kinos.server.command": "/nowhere/kin"})
    window.notification("uses the other server after a restart")
    window.press_button("Restart Server")
    assert "kinos.server.command" in window.notification("/nowhere/kin")
    assert editor.servers() == []
    window.screenshot("server-wrong-setting")
    kin.rename(kin.with_name("other"))
    set_person(editor, {"kinos.server.command": ["${userHome}/../programs/other"]})
    window.status(COUNTED)
    assert "/../programs/other lsp, process" in editor.log()


def server_after(before: int, editor: VSCode, folder: Path, seconds: float = 120) -> int:
    """The server that has taken the place of the process `before`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        match editor.servers(folder):
            case [server] if server != before:
                return server
        time.sleep(0.02)
    raise AssertionError(f"no other server than {before} has started")


def set_person(editor: VSCode, settings: dict[str, object]) -> None:
    """The person's settings are these from now on."""
    (editor.home / "data/Machine/settings.json").write_text(json.dumps(settings), encoding="utf-8")


def test_the_packed_extension_brings_the_server_and_is_small_without_it(vsix: Path) -> None:
    with ZipFile(vsix) as packed:
        files = {file.filename.removeprefix("extension/"): file.compress_size for file in packed.infolist()}
        described = json.loads(packed.read("extension/out/wheel/wheel.json"))
        wheel = packed.read(f"extension/out/wheel/{described['file']}")
    assert described["digest"] == hashlib.sha256(wheel).hexdigest()
    assert sum(files.values()) - files[f"out/wheel/{described['file']}"] < 2_000_000
    assert {"package.nls.fr.json", "l10n/bundle.l10n.fr.json", "icon.png", "readme.md"} <= set(files)
    assert [
        name for name in files if name.endswith((".ts", ".map")) or name.startswith(("src/", "test/", "script/"))
    ] == []


def environments(editor: VSCode) -> list[Path]:
    """What the extension has set up, whole or half."""
    (storage,) = (editor.home / "data").glob("**/globalStorage/kinos.kinos")
    return sorted((storage / "environments").glob("*"))
