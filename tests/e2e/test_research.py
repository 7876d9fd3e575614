"""The team that reviews literature, rehearsed by the real `kin`: a search, its sources, and a person who lets them in."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kinos.domain.citation import addresses

pytestmark = [pytest.mark.agents, pytest.mark.timeout(300)]


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a request and nothing else."""
    for name in ("RUNTIME_DIR", "CONFIG_HOME", "CACHE_HOME"):
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / name))
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "review"
    folder.mkdir()
    (folder / "demande.md").write_text("# Request\n\n- How high do storm surges rise?\n- What closes a tide gate?\n")
    return folder


def kin(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kinos", *arguments, "-C", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_rehearsed_search_goes_the_whole_way_and_its_sources_wait_for_a_person(review: Path) -> None:
    done = kin(review, "literature-review", "--rehearse", "--auto", "--cycles", "6", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert not [event for event in events if event["type"] == "CycleFailed"], done.stdout
    assert max(event["total"]["searches"] for event in events if event["type"] == "Spent") >= 1
    (waiting,) = json.loads(kin(review, "review", "--json").stdout)
    assert (waiting["agent"], waiting["title"]) == ("research", "Look up: How high do storm surges rise?")
    assert waiting["rehearsal"]
    assert "example.org" in waiting["reason"], "new hosts wait for a person whatever the mode"
    assert not (review / "research.md").exists()
    assert kin(review, "review", "--accept", waiting["id"]).returncode == 0
    text = (review / "research.md").read_text(encoding="utf-8")
    assert "Rehearsal: nothing was looked up" in text
    cited = addresses(text)
    assert len(cited) == 2
    assert all(url.startswith(("https://example.org/", "https://example.com/")) for url in cited)
