"""What a command does when its output cannot take what it says."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kinos.cli.terminal import table

KIN = f"{sys.executable} -m kinos"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.md").write_text("# A\n\nText.\n", encoding="utf-8")
    return work


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "XDG_RUNTIME_DIR": str(folder.parent / "run"), **environment}
    return subprocess.run(command, shell=True, cwd=folder, env=env, capture_output=True, check=False)  # noqa: S602


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("command", ["tokens", "check --json", "map", "--rehearse --cycles 1 default"])
def test_a_full_disk_is_said_in_one_sentence(folder: Path, command: str) -> None:
    done = shell(f"{KIN} {command} > /dev/full", folder)
    said, remedy = done.stderr.decode().splitlines()
    assert said == "kin: Standard output cannot be written: No space left on device."
    assert "Make room" in remedy
    assert done.returncode == 2


@pytest.mark.parametrize("command", ["map", "tokens --json", "phase", "--rehearse --cycles 1 default"])
def test_a_closed_output_is_said_in_one_sentence(folder: Path, command: str) -> None:
    done = shell(f"{KIN} {command} >&-", folder)
    assert done.stderr.decode().splitlines()[0] == "kin: Standard output is closed."
    assert b"Traceback" not in done.stderr
    assert done.returncode == 2


def test_a_closed_input_is_said_in_one_sentence(folder: Path) -> None:
    done = shell(f"{KIN} tokens - <&-", folder)
    assert done.stderr.decode().splitlines()[0] == "kin: Standard input is closed."
    assert done.returncode == 2


def test_a_reader_that_left_is_no_error(folder: Path) -> None:
    done = shell(f"({KIN} map; echo $? >&2) | :", folder)
    assert done.stderr.decode().split() in ([], ["0"])


def test_an_output_without_our_characters_gets_replacements_and_escaped_json(folder: Path) -> None:
    (folder / "été.md").write_text("x\n", encoding="utf-8")
    done = shell(f"{KIN} map", folder, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?t?.md (0.0k tokens)" in done.stdout
    done = shell(f"{KIN} tokens --json", folder, PYTHONIOENCODING="ascii")
    assert [file["path"] for file in json.loads(done.stdout)["files"]] == ["a.md", "été.md"]


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no UTF-8")
@pytest.mark.parametrize("command", ["tokens . --json", "map --json"])
def test_a_name_that_is_no_text_is_escaped_in_json(folder: Path, command: str) -> None:
    (folder / os.fsdecode(b"bad\xff.md")).write_text("x\n", encoding="utf-8")
    for locale in ("C.UTF-8", "C"):
        data = json.loads(shell(f"{KIN} {command}", folder, LC_ALL=locale).stdout.decode())
        assert [entry["path"] for entry in data.get("files", data.get("documents"))] == ["a.md", "bad\udcff.md"]


@pytest.mark.skipif(sys.platform == "win32", reason="names with controls")
@pytest.mark.parametrize("command", ["tokens", "check"])
def test_a_name_cannot_speak_to_the_terminal_or_break_the_table(folder: Path, command: str) -> None:
    (folder / "\x1b[31mred.md").write_text("red\n", encoding="utf-8")
    (folder / "two\nlines.md").write_bytes(b"\xff")
    done = shell(f"{KIN} {command}", folder)
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"two\\nlines.md: not UTF-8" in done.stderr
    if command == "tokens":
        assert b"\\x1b[31mred.md" in done.stdout


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


ROWS = [
    {"name": "ann", "runs": 3, "about": "keeps the progress log of all that was done"},
    {"name": "robert", "runs": 12, "about": ""},
]


def shown(columns: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of a table on a terminal that wide."""
    out = _Terminal()
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys, "stdout", out)
    table(ROWS, {"name": "agent", "runs": "cycles", "about": "what it does"})
    return out.getvalue().splitlines()


def test_a_table_that_fits_the_terminal_is_one_line_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [
        "agent   cycles  what it does",
        "ann          3  keeps the progress log of all that was done",
        "robert      12",
    ]
    assert shown(59, monkeypatch) == whole
    assert shown(200, monkeypatch) == whole


def test_what_a_terminal_has_no_room_for_stands_below_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(40, monkeypatch) == [
        "agent   cycles",
        "ann          3",
        "    what it does: keeps the progress log",
        "    of all that was done",
        "robert      12",
    ]
    assert shown(10, monkeypatch)[:2] == ["agent", "ann"]


def test_a_table_that_no_terminal_shows_is_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    table(ROWS, {"name": "agent", "runs": "cycles", "about": "what it does"})
    assert capsys.readouterr().out.splitlines()[1].endswith("of all that was done")
