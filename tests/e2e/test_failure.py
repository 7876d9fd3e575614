"""What a person sees of a model's API that fails: `kin` on a real folder, from the first line to the exit code and the log."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kinos.domain.brief import PROPOSE
from worker.scripted import ScriptedApi, refuses, says, uses

pytestmark = [pytest.mark.agents, pytest.mark.timeout(300)]

KEY = "sk-ant-failure-0123456789"
TASK = uses(
    PROPOSE, {"title": "Say it", "why": "It is short.", "files": ["notes.md"], "instructions": "Say it better."}
)
EDIT = says("notes.md\n```\n<<<<<<< SEARCH\nshort\n=======\nlonger\n>>>>>>> REPLACE\n```\n")
DUO = """name = "duo"
summary = "Two."
description = "Two."
[[agents]]
name = "redacteur"
expansion = 1
convergence = 1
[[agents]]
name = "documentaliste"
expansion = 1
convergence = 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with one document and a team of two that may edit it."""
    folder = tmp_path / "work"
    (folder / ".kinos" / "teams").mkdir(parents=True)
    (folder / ".kinos" / "teams" / "duo.toml").write_text(DUO, encoding="utf-8")
    (folder / "notes.md").write_text("short\n", encoding="utf-8")
    return folder


def kin(folder: Path, api: ScriptedApi, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = folder.parent / "own"
    own.mkdir(exist_ok=True)
    given = {
        "PATH": os.environ["PATH"],
        "HOME": str(own),
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": api.url,
        "KINOS_RETRY_ATTEMPTS": "1",
        **{f"XDG_{name}": str(own / name) for name in ("CONFIG_HOME", "CACHE_HOME", "STATE_HOME", "DATA_HOME")},
        "XDG_RUNTIME_DIR": str(own),
        **{name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_")},
    }
    command = [sys.executable, "-m", "kinos", "duo", "--auto", *arguments, "-C", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=given)


def test_a_run_in_which_one_agent_failed_and_another_landed_ends_well_and_tells_both(folder: Path) -> None:
    with ScriptedApi(refuses(529, "overloaded_error", "Overloaded"), TASK, EDIT) as api:
        done = kin(folder, api, "--cycles", "2", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        *lines, summary = (json.loads(line) for line in done.stdout.splitlines())
        (failure,) = (line for line in lines if line["type"] == "CycleFailed")
        where = api.url
    assert failure["kind"] == "overloaded"
    assert failure["message"] == (
        f"{where} is overloaded and did not serve claude-sonnet-5-5: Overloaded, HTTP 529. Wait, or choose another model."
    )
    assert (summary["cycles"], summary["landed"], summary["failed"], summary["exit"]) == (2, 1, 1, 0)
    assert summary["tokens"] == 240, "two answers were served; what was refused cost nothing"
    assert (folder / "notes.md").read_text(encoding="utf-8") == "longer\n"
    log = (folder / ".kinos" / "state" / "kinos.log").read_text(encoding="utf-8")
    (logged,) = (line for line in log.splitlines() if " CycleFailed" in line)
    assert "warning" in logged
    assert "overloaded" in logged
    assert "Wait, or choose another model." in logged
    assert KEY not in done.stdout + done.stderr + log


def test_a_key_that_is_refused_ends_the_run_with_what_to_do(folder: Path) -> None:
    with ScriptedApi(*[refuses(401, "authentication_error", "invalid x-api-key")] * 9) as api:
        done = kin(folder, api, "--cycles", "9")
        assert done.returncode == 5, done.stdout + done.stderr
        assert len(api.requests) <= 2, "one for each agent that was under way"
        where = api.url
    told = f"{where} does not accept the API key for claude-sonnet-5-5: invalid x-api-key, HTTP 401."
    assert f"failed     authentication: {told}" in done.stdout
    assert f"paused: {told}" in done.stdout
    assert told in done.stderr
    assert "Set a valid key (ANTHROPIC_API_KEY), or start with --rehearse" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr
    assert (folder / "notes.md").read_text(encoding="utf-8") == "short\n"
