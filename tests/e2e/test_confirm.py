"""`kin tokens --confirm`: the real SDK against the rehearsal model's `count_tokens`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kinos.worker.rehearsal import Rehearsal, serving
from kinos.worker.rehearsal import server as api

pytestmark = [pytest.mark.agents, pytest.mark.timeout(120)]


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    with serving() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "a.md").write_bytes("\ufeff# Été — it’s 速い\r\n\r\nand more\r\n".encode())
    (folder / "b.md").write_text("hello, world")
    (folder / "empty.md").touch()
    return folder


def confirm(folder: Path, server: Rehearsal | None, *more: str, **variables: str) -> tuple[int, dict[str, Any], str]:
    address = {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "rehearsal"} if server else {}
    done = subprocess.run(
        [sys.executable, "-m", "kinos", "tokens", "--confirm", "--json", "-C", str(folder), *more],
        env={**os.environ, "XDG_CACHE_HOME": str(folder.parent / "cache"), "ANTHROPIC_API_KEY": "", **address, **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def confirmed(report: Mapping[str, Any]) -> dict[str, int]:
    return {entry["path"]: entry["confirmed"] for entry in report["files"]}


@pytest.mark.parametrize("tokenizer", ["claude-v3", "claude-v4.7", "claude-v4.8"])
def test_what_the_api_counts_stands_beside_our_own_count(folder: Path, server: Rehearsal, tokenizer: str) -> None:
    code, report, _ = confirm(folder, server, "--tokenizer", tokenizer)
    assert code == 0
    assert confirmed(report) == {entry["path"]: entry["tokens"] for entry in report["files"]}
    assert confirmed(report)["empty.md"] == 0


def test_a_content_is_asked_for_once(folder: Path, server: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    confirm(folder, server)

    def refuse(request: object) -> int:
        raise AssertionError("it was asked again")

    monkeypatch.setattr(api, "input_tokens", refuse)
    (folder / "b.md").rename(folder / "moved.md")
    code, report, _ = confirm(folder, server)
    assert code == 0
    assert confirmed(report)["moved.md"] == 4


def test_a_difference_is_named_and_makes_the_check_fail(
    folder: Path, server: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = api.input_tokens
    monkeypatch.setattr(api, "input_tokens", lambda request: counted(request) + 3)
    code, report, said = confirm(folder, server)
    assert code == 1
    assert confirmed(report)["b.md"] == 7
    assert "b.md: 4 tokens here, 7 by count_tokens" in said


def test_what_stands_in_the_way_is_said(folder: Path, server: Rehearsal) -> None:
    code, _, said = confirm(folder, None)
    assert (code, "There is no API key" in said) == (2, True)
    code, _, said = confirm(folder, server, "--tokenizer", "cl100k_base")
    assert (code, "Only sizes in a tokenizer of Claude" in said) == (2, True)
    code, _, said = confirm(folder, server, ANTHROPIC_BASE_URL="http://127.0.0.1:1")
    assert (code, "http://127.0.0.1:1 cannot be reached" in said) == (5, True)
    assert "Traceback" not in said
