"""A running `kin` takes up what a person changes in the files of its team."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.agents, pytest.mark.timeout(180)]

PROMPT = '+++\nrole = "derives requirements"\nedits = ["{edits}"]\npace = 5\n+++\nYou derive requirements.\n'
TEAM = 'summary = "One agent."\n\n[[agents]]\nname = "specifications"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    work = tmp_path / "work"
    for name, text in {
        ".kinos/teams/solo.toml": TEAM,
        ".kinos/prompts/specifications.md": PROMPT.format(edits="**/*.md"),
        "demande.md": "# Request\n\n- The log must say what changed.\n",
    }.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text, encoding="utf-8")
    return work


def test_a_prompt_edited_in_the_middle_of_a_run_is_taken_up_and_its_mistakes_are_told(folder: Path) -> None:
    prompt, request = folder / ".kinos" / "prompts" / "specifications.md", folder / "demande.md"
    command = [sys.executable, "-m", "kinos", "solo", "--rehearse", "--json", "-C", str(folder)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        ended(process),
    ):
        assert process.stdout is not None
        events = (json.loads(line) for line in process.stdout)
        until(events, lambda event: event["type"] == "CycleRested")
        prompt.write_text(PROMPT.format(edits="nowhere/**/*.md"), encoding="utf-8")
        until(events, lambda event: "prompt file of specifications changed" in event.get("message", ""))
        request.write_text("# Request\n\n- The log must name its writer.\n", encoding="utf-8")
        refused = until(events, lambda event: event["type"] == "CycleRested" and event["result"] == "refused")
        assert "it keeps to nowhere/**/*.md" in refused["reason"]
        prompt.write_text("+++\nrole = 3\n+++\nText\n", encoding="utf-8")
        wrong = until(events, lambda event: event["type"] == "Noted" and event["level"] == "warning")
        assert wrong["message"] == (
            f"{prompt}:2: role must be text in quotes. Until this is mended, specifications goes on as it was."
        )
        prompt.write_text(PROMPT.format(edits="**/*.md"), encoding="utf-8")
        until(events, lambda event: "mended: it goes by its file" in event.get("message", ""))
        process.terminate()
        _, err = process.communicate()
    assert (process.returncode, err) == (130, "")


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """Whatever fails, it is not left running."""
    try:
        yield
    finally:
        process.terminate()


def until(events: Iterator[dict[str, Any]], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    seen = []
    for event in events:
        seen.append(event)
        if wanted(event):
            return event
    raise AssertionError(seen)
