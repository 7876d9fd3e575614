"""docs/journal.md and the journal of a rehearsed run agree, both ways; nothing that is in a file, and no key, is in it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, override

import pytest

from kinos.adapters.journal import FileJournal
from kinos.domain.check import CheckRecord, CheckState
from kinos.domain.errors import FailureKind
from kinos.domain.outcome import CUT_OFF, IDLE, USEFUL, Result

pytestmark = [pytest.mark.agents, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "journal.md").read_text(encoding="utf-8")
TEXT = "Quetzalcoatlus"
"""A word in the middle of each document, which no title quotes."""
KEY = "sk-ant-a-key-that-must-not-be-written-down"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample workspace, each paragraph of prose made longer by a word that is easy to find."""
    work = Path(shutil.copytree(ROOT / "examples" / "workspace", tmp_path / "work"))
    for file in work.rglob("*.md"):
        text = re.sub(r"(?m)^([A-Z][^\n]{60,})$", rf"\1 {TEXT}", file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
    return work


def kin(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("KINOS_", "ANTHROPIC_"))}
    own = {"XDG_RUNTIME_DIR": str(folder.parent / "run"), "XDG_CONFIG_HOME": str(folder.parent / "config"), **more}
    command = [sys.executable, "-m", "kinos", *arguments, "-C", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=ours | own)


def lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / ".kinos" / "state" / "journal.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def documented() -> dict[str, set[str]]:
    """The fields of each type of line, as the page has them."""
    parts = re.split(r"^## (\w+)\n", PAGE, flags=re.MULTILINE)[1:]
    return {
        kind: set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))
        for kind, text in zip(parts[::2], parts[1::2], strict=True)
    }


def fields(value: Any, name: str = "") -> set[str]:
    """The names of all fields; the change within a settlement is one."""
    if isinstance(value, dict) and name != "outcome":
        return {found for key, inner in value.items() for found in fields(inner, f"{name}.{key}".lstrip("."))}
    if isinstance(value, list):
        return {found for each in value for found in fields(each, f"{name}[]")}
    return {name}


def seen(told: list[dict[str, Any]]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in told:
        found.setdefault(line["type"], set()).update(fields(line))
    return found


def test_a_rehearsed_run_writes_what_is_documented_and_all_of_it_and_no_contents(folder: Path) -> None:
    done = kin(folder, "default", "--rehearse", "--cycles", "4", "--auto")
    assert done.returncode == 0, done.stdout + done.stderr
    check = CheckRecord(CheckState.FAILED, "exit code 1", ("make", "test"), datetime.now(UTC), 12.5)
    FileJournal(folder / ".kinos" / "state").checked(check)
    assert kin(folder, "undo").returncode == 0
    told = lines(folder)
    assert seen(told) == documented()
    for line in told:
        if line["type"] == "settled" and line["outcome"]:
            assert fields(line["outcome"]) == documented()["change"] - {"type"}
    cycles = [line for line in told if line["type"] == "cycle"]
    assert len({line["cycle"] for line in cycles}) == len(cycles) == 4
    for line in cycles:
        assert line["rehearsal"]
        assert datetime.fromisoformat(line["ended"]).tzinfo
        assert line["result"] in {*Result, CUT_OFF}
    state = folder / ".kinos" / "state"
    files = [file for file in state.rglob("*") if file.is_file()]
    holding = {file for file in files if TEXT.encode() in file.read_bytes()}
    assert {file.relative_to(state).parts[0] for file in holding} == {"images"}
    (by_agent,) = [json.loads(kin(folder, "history", "--agents", "--json").stdout)]
    assert sum(each["cycles"] for each in by_agent) == 4
    assert all(each["usd"] == 0 for each in by_agent)
    assert "success" in kin(folder, "history", "--agents").stdout


class _Refusal(BaseHTTPRequestHandler):
    """A server that quotes the key it was given."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers.get("x-api-key") or self.headers.get("authorization", "")
        body = json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": f"{key} is odd"}})
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    @override
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def refusing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusal) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_key_that_a_server_quotes_is_in_no_file_of_the_state(folder: Path, refusing: str) -> None:
    done = kin(
        folder, "default", "--cycles", "1", "--json", "-v",
        ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=refusing, LOG_LEVEL="debug",
    )  # fmt: skip
    assert done.returncode == 5, done.stdout + done.stderr
    (cycle,) = [line for line in lines(folder) if line["type"] == "cycle"]
    assert (cycle["result"], cycle["kind"]) == ("failed", FailureKind.BAD_REQUEST)
    assert "is odd" in cycle["reason"]
    assert KEY not in done.stdout + done.stderr
    for file in (folder / ".kinos").rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file


def test_the_results_that_count_are_those_of_the_engine() -> None:
    assert {*USEFUL, *IDLE} - {CUT_OFF} <= set(Result)
    listed = re.findall(r"^\| `result` \| text \| (.*) \|$", PAGE, re.MULTILINE)[0]
    assert set(re.findall(r"`([^`]+)`", listed)) == {*Result, CUT_OFF}
