"""The main job on real input: see the sizes of a folder, run a team on it, take it back."""

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.agents, pytest.mark.timeout(300)]

KIN = [sys.executable, "-m", "kinos"]


@pytest.fixture
def website(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Markdown of the installed aider: 85 real documents."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    spec = importlib.util.find_spec("aider")
    assert spec is not None, 'aider is missing: pip install ".[agents]"'
    assert spec.origin is not None
    source = Path(spec.origin).parent / "website"
    folder = tmp_path / "website"
    for file in sorted(source.rglob("*.md")):
        target = folder / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return folder


def kin(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*KIN, *arguments, "-C", str(folder)], capture_output=True, text=True, check=False)


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".kinos" not in path.relative_to(folder).parts
    }


def events(done: subprocess.CompletedProcess[str]) -> Iterator[dict[str, object]]:
    return (json.loads(line) for line in done.stdout.splitlines())


def processes(word: str) -> list[str]:
    """Command lines of living processes that contain `word`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if word in line:
                found.append(line)
    return found


def test_the_sizes_of_the_real_documents_are_what_claude_counts(website: Path) -> None:
    done = kin(website, "map", "--json")
    data = json.loads(done.stdout)
    sizes = {entry["path"]: entry["tokens"] for entry in data["documents"]}
    assert (len(sizes), data["total"]) == (85, 142_615)
    assert round(sizes["docs/config/adv-model-settings.md"], -2) == 37_500
    assert data["phase"]["name"] == "CONVERGENCE"
    assert not (website / ".kinos").exists()


def test_five_rehearsed_cycles_change_only_what_landed_and_undo_restores_every_byte(website: Path) -> None:
    before = hashes(website)
    done = kin(website, "default", "--rehearse", "--cycles", "5", "--auto", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, summary = events(done)
    assert summary["type"] == "summary"
    assert summary["cycles"] == 5
    assert summary["landed"], lines
    landed = [e["change"] for e in lines if e["type"] == "ChangeMoved" and e["change"]["state"] == "landed"]  # type: ignore[index]
    named = {file["path"] for change in landed for file in change["files"]}  # type: ignore[index]
    after = hashes(website)
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert touched == named | {"map (readonly).md"}
    assert all(change["rehearsal"] for change in json.loads(kin(website, "history", "--json").stdout))
    undone = kin(website, "undo", "--all")
    assert undone.returncode == 0, undone.stderr
    assert hashes(website) == before
    redone = kin(website, "redo", "--all")
    assert redone.returncode == 0, redone.stderr
    assert {path: h for path, h in hashes(website).items() if path != "map (readonly).md"} == {
        path: h for path, h in after.items() if path != "map (readonly).md"
    }


def test_review_lands_nothing_until_it_is_accepted(website: Path) -> None:
    before = hashes(website)
    done = kin(website, "default", "--rehearse", "--cycles", "3", "--review", "--json")
    assert done.returncode == 6, done.stdout + done.stderr
    waiting = json.loads(kin(website, "review", "--json").stdout)
    assert waiting
    unchanged = {path: h for path, h in hashes(website).items() if path in before}
    assert unchanged == before
    assert kin(website, "review", "--diff", waiting[0]["id"]).stdout.startswith("--- ")
    assert kin(website, "review", "--accept", waiting[0]["id"]).returncode == 0
    assert hashes(website) != before
    for change in waiting[1:]:
        assert kin(website, "review", "--reject", change["id"], "--reason", "not now").returncode == 0
    assert kin(website, "undo", "--all").returncode == 0
    assert {path: h for path, h in hashes(website).items() if path in before} == before


def start(folder: Path) -> subprocess.Popen[str]:
    """A run that is in the middle of its work: it has started a cycle."""
    command = [*KIN, "default", "--rehearse", "--json", "-C", str(folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["type"] == "TaskChosen":
            return process
    raise AssertionError("the run ended before a task was chosen")


def test_kin_stop_from_another_terminal_ends_every_process(website: Path) -> None:
    process = start(website)
    with process:
        second = kin(website, "default", "--rehearse")
        assert second.returncode == 2
        assert "process" in second.stderr
        stopped = kin(website, "stop", "--json")
        assert json.loads(stopped.stdout)["stopped"] >= 2
        process.communicate()
    assert process.returncode == 130
    assert not processes(str(website))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_team_and_keeps_the_journal_whole(website: Path, number: signal.Signals) -> None:
    before = hashes(website)
    process = start(website)
    with process:
        process.send_signal(number)
        out, err = process.communicate()
    assert process.returncode == 130, out + err
    assert "Traceback" not in err
    assert not processes(str(website))
    undone = kin(website, "undo", "--all")
    assert undone.returncode in (0, 3), undone.stderr
    assert {path: h for path, h in hashes(website).items() if path in before} == before


def test_an_endpoint_that_is_down_is_named_with_what_to_do_and_nothing_is_lost(
    website: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashes(website)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key-that-must-not-be-shown")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("KINOS_RETRY_ATTEMPTS", "2")
    monkeypatch.setenv("KINOS_RETRY_DELAY", "0.05")
    done = kin(website, "default", "--cycles", "2")
    assert done.returncode == 5
    assert "cannot be reached" in done.stderr
    assert "model.endpoint" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    kept = "".join(path.read_text(errors="replace") for path in (website / ".kinos").rglob("*") if path.is_file())
    assert "a-key-that-must-not-be-shown" not in done.stdout + done.stderr + kept
    assert {path: h for path, h in hashes(website).items() if path in before} == before


def test_a_cap_is_kept_before_a_call_is_made(website: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "x")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    done = kin(website, "default", "--budget", "0.0001", "--json")
    assert done.returncode == 4, done.stdout + done.stderr
    *_, summary = events(done)
    assert summary["tokens"] == 0
    unknown = kin(website, "default", "--model", "claude-opus-99", "--json")
    assert unknown.returncode == 4
    assert "model.prices" in unknown.stderr
    assert "TeamStarting" not in unknown.stdout
