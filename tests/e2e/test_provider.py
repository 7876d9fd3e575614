"""`kin` with models of other providers, from the environment of a person to a change on the disk."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kinos.domain.brief import NOTHING, PROPOSE
from worker.chat import ollama, openai
from worker.scripted import ScriptedApi

pytestmark = [pytest.mark.agents, pytest.mark.timeout(300)]

TASK = {"title": "Shorten", "why": "It is long.", "files": ["notes.md"], "instructions": "Cut it."}
DONE = {"reason": "All is well."}
BLOCK = "notes.md\n```\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n```\n"


def kin(folder: Path, own: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`kin` on `folder` as a person starts it, with nothing but these variables for models."""
    own.mkdir(exist_ok=True)
    homes = {
        f"XDG_{name}": str(own) for name in ("CONFIG_HOME", "CACHE_HOME", "STATE_HOME", "DATA_HOME", "RUNTIME_DIR")
    }
    return subprocess.run(
        [sys.executable, "-m", "kinos", *arguments, "-C", str(folder)],
        env={"PATH": os.environ["PATH"], "HOME": str(own), **_package(), **homes, **variables},
        capture_output=True,
        text=True,
        timeout=200,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def _package() -> dict[str, str]:
    return {name: os.environ[name] for name in os.environ if name.startswith(("COVERAGE_", "PYTHONPATH"))}


def _configure(own: Path, text: str) -> None:
    (own / "kinos").mkdir(parents=True)
    (own / "kinos/config.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / ".kinos/teams").mkdir(parents=True)
    (folder / ".kinos/prompts").mkdir()
    (folder / ".kinos/teams/solo.toml").write_text(
        'summary = "s"\n[[agents]]\nname = "ann"\nexpansion = 1\nconvergence = 1\n'
    )
    (folder / ".kinos/prompts/ann.md").write_text('+++\nrole = "r"\npace = 0\n+++\nYou are ann.\n')
    (folder / "notes.md").write_text("# Notes\n\none\ntwo\nthree\n")
    return folder


@pytest.mark.parametrize("provider", ["openai", "ollama"])
def test_a_change_lands(provider: str, work: Path, tmp_path: Path) -> None:
    answers = {
        "openai": [openai(calls=[(PROPOSE, json.dumps(TASK))]), openai(BLOCK)],
        "ollama": [ollama(calls=[(PROPOSE, TASK)]), ollama(BLOCK)],
    }
    with ScriptedApi(*answers[provider]) as api:
        variable = {"openai": "OPENAI_BASE_URL", "ollama": "OLLAMA_API_BASE"}[provider]
        # Ollama on this machine costs nothing, so it needs no price.
        _configure(
            tmp_path / "own", "[model.prices.openai]\ninput = 10\noutput = 100\n" if provider == "openai" else ""
        )
        ended = kin(
            work, tmp_path / "own", "solo", "--model", f"{provider}/x", "--cycles", "1", "--auto", "--json",
            **{variable: api.url, "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"},
        )  # fmt: skip
        paths = [request.path for request in api.requests]
    summary = json.loads(ended.stdout.splitlines()[-1])
    assert (ended.returncode, summary["landed"]) == (0, 1), ended.stdout + ended.stderr
    assert (work / "notes.md").read_text() == "# Notes\n\none\nTWO\nthree\n"
    assert len(paths) == 2
    assert summary["usd"] == pytest.approx({"openai": 180 * 10e-6 + 18 * 100e-6, "ollama": 0.0}[provider])
    assert summary["tokens"] == {"openai": 198, "ollama": 176}[provider]


def test_a_missing_key_is_named_with_the_model_and_the_agent(work: Path, tmp_path: Path) -> None:
    ended = kin(work, tmp_path / "own", "solo", "--model", "openai/x", ANTHROPIC_API_KEY="sk-other")
    assert ended.returncode == 2
    assert "There is no API key for openai/x, the model of ann" in ended.stderr
    assert "OPENAI_API_KEY" in ended.stderr


def test_a_rehearsal_plays_every_model(work: Path, tmp_path: Path) -> None:
    ended = kin(
        work, tmp_path / "own", "solo", "--model", "openai/x", "--rehearse", "--cycles", "1", "--auto", "--json"
    )
    assert ended.returncode in {0, 3}, ended.stdout + ended.stderr


def test_no_key_is_in_any_log_or_output(work: Path, tmp_path: Path) -> None:
    key = "sk-openai-never-shown"
    _configure(tmp_path / "own", "[budget]\nusd = 0\nusdPerDay = 0\n")
    with ScriptedApi(openai(calls=[(NOTHING, json.dumps(DONE))])) as api:
        ended = kin(
            work, tmp_path / "own", "solo", "--model", "openai/x", "--cycles", "1", "--json",
            OPENAI_BASE_URL=api.url, OPENAI_API_KEY=key, LOG_LEVEL="debug",
        )  # fmt: skip
        assert [request.headers["authorization"] for request in api.requests] == [f"Bearer {key}"]
    kept = [file for root in (work, tmp_path / "own") for file in root.rglob("*") if file.is_file()]
    assert key not in ended.stdout + ended.stderr + "".join(file.read_text(errors="replace") for file in kept)
