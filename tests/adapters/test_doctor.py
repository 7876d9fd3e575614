"""The doctor: each thing that may be missing is found, with what mends it; a live call goes through the gate and is paid."""

import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.test_state_folder import held_elsewhere
from fakes.catalog import MemoryCatalog, agent
from kinos.adapters import installation, surroundings
from kinos.adapters.clock import SystemClock
from kinos.adapters.day_ledger import FileDayLedger, ledger_file
from kinos.adapters.doctor import Doctor
from kinos.adapters.rehearsal_process import RehearsalProcess
from kinos.adapters.state_folder import WorkspaceState
from kinos.domain.finding import Finding, Verdict
from kinos.domain.setting import Settings

KEY = "sk-a-key-that-is-never-shown"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    runtime = tempfile.mkdtemp(prefix="k")  # short: sockets have a limit
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    (tmp_path / "work").mkdir()
    yield tmp_path / "work"
    shutil.rmtree(runtime)


@pytest.fixture
def listening() -> Iterator[str]:
    """An address that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def closed() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def doctor(work: Path, *, problems: tuple[str, ...] = (), rehearse: bool = False, **settings: Any) -> Doctor:
    catalog = MemoryCatalog({"crew": {"ann": (1.0, 1.0), "manager": (1.0, 1.0)}}, {"ann": agent("ann")})
    return Doctor(work, lambda: (replace(Settings(), **settings), problems), catalog, lambda: rehearse)


async def found(doctor: Doctor, check: str) -> Finding:
    return next(finding for finding in await doctor.findings(live=False) if finding.check == check)


async def test_where_all_is_there_nothing_is_missing_and_the_key_is_not_shown(work: Path, listening: str) -> None:
    findings = await doctor(work, model_key=KEY, model_endpoint=listening).findings(live=False)
    assert [each.check for each in findings if each.verdict is Verdict.MISSING and each.check != "agents"] == []
    assert KEY not in str(findings)
    assert list(work.iterdir()) == []


async def test_a_key_that_is_missing_is_said_with_what_to_do(work: Path) -> None:
    key = await found(doctor(work, model_endpoint=closed()), "key")
    assert key.verdict is Verdict.MISSING
    assert "ANTHROPIC_API_KEY" in key.remedy
    assert (await found(doctor(work, rehearse=True), "key")).verdict is Verdict.OK


async def test_a_rehearsal_reaches_nothing_outside(work: Path) -> None:
    findings = await doctor(work, rehearse=True, model_endpoint=closed()).findings(live=False)
    assert "endpoint" not in [each.check for each in findings]


async def test_mistakes_of_teams_and_settings_are_named(work: Path) -> None:
    examined = doctor(work, rehearse=True, problems=("tokens.warn must be a number",))
    assert "'manager', which does not exist" in (await found(examined, "content")).text
    assert (await found(examined, "settings")).text == "tokens.warn must be a number"


async def test_a_folder_that_is_none_is_missing_and_all_else_is_looked_at(work: Path) -> None:
    findings = await doctor(work / "nowhere", rehearse=True).findings(live=False)
    (folder,) = [each for each in findings if each.check == "folder"]
    assert (folder.verdict, "is not a folder" in folder.text) == (Verdict.MISSING, True)
    assert {"python", "tokenizer", "settings"} <= {each.check for each in findings}


def test_an_endpoint_is_reached_or_not(listening: str) -> None:
    assert surroundings.endpoint(listening).verdict is Verdict.OK
    lost = surroundings.endpoint(closed())
    assert (lost.verdict, "cannot be reached" in lost.text) == (Verdict.MISSING, True)
    assert surroundings.endpoint("http://127.0.0.1:99999").verdict is Verdict.MISSING


@pytest.mark.parametrize("address", ["nonsense", "api.example:443", "ftp://api.example", "https://"])
def test_an_endpoint_that_is_no_address_is_told_apart_from_one_that_cannot_be_reached(address: str) -> None:
    finding = surroundings.endpoint(address)
    assert (finding.verdict, "begins with http:// or https://" in finding.text) == (Verdict.MISSING, True)


async def test_a_team_that_is_set_and_not_there_is_named(work: Path) -> None:
    told = await found(doctor(work, rehearse=True, team_name="crew"), "content")
    assert "team.name" not in told.text
    findings = await doctor(work, rehearse=True, team_name="nosuch").findings(live=False)
    assert any("team.name is 'nosuch', and there is no such team" in each.text for each in findings)


async def test_the_program_of_the_check_command_is_found_or_missing(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "gone.sh").chmod(0o755)
    monkeypatch.chdir(tmp_path)  # what is there has nothing to do with the workspace
    (work / "run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (work / "run.sh").chmod(0o755)
    ours = await found(doctor(work, rehearse=True, check_command=("./run.sh", "a b")), "check")
    assert (ours.verdict, ours.text) == (Verdict.OK, f"./run.sh 'a b' ({work}/run.sh)")
    assert (await found(doctor(work, rehearse=True, check_command=("sh", "-c", "x")), "check")).verdict is Verdict.OK
    for name in ("no-such-program", "./gone.sh", "run.sh", "sh -c x"):
        lost = await found(doctor(work, rehearse=True, check_command=(name,)), "check")
        assert (lost.verdict, repr(name) in lost.text) == (Verdict.MISSING, True)
        assert lost.remedy.startswith("Correct check.command")
    assert "check" not in [each.check for each in await doctor(work, rehearse=True).findings(live=False)]


async def test_a_model_whose_tokenizer_is_not_known_is_told_with_what_gives_sizes(work: Path) -> None:
    told = await found(doctor(work, rehearse=True, model_plan="ollama/llama3"), "tokenizer")
    assert told.text == "documents have no sizes: the tokenizer of ollama/llama3 is not known"
    assert told.remedy.startswith("Set tokens.tokenizer to one of claude-v3")


def test_a_proxy_is_what_is_reached(listening: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("https_proxy", listening)
    reached = surroundings.endpoint("https://models.example")
    assert (reached.verdict, "by 127.0.0.1" in reached.text) == (Verdict.OK, True)


def test_a_state_that_cannot_be_written_is_missing(work: Path) -> None:
    assert surroundings.folder(work).verdict is Verdict.OK
    (work / ".kinos").write_text("in the way", encoding="utf-8")
    assert surroundings.folder(work).verdict is Verdict.MISSING


def test_the_holder_of_the_lock_is_named_and_one_that_died_is_harmless(work: Path) -> None:
    state = WorkspaceState(work, 0, 0.01)
    assert surroundings.lock(state).text == "free"
    with held_elsewhere(work) as other:
        assert f"process {other.pid}" in surroundings.lock(state).text
        other.kill()
        other.wait()
        stale = surroundings.lock(state)
    assert (stale.verdict, stale.text) == (Verdict.NOTE, f"free; process {other.pid} died holding it")


def test_a_runtime_folder_that_others_may_write_is_missing(work: Path) -> None:
    assert surroundings.control(work).verdict is Verdict.OK
    surroundings.runtime_folder().chmod(0o777)
    assert surroundings.control(work).verdict is Verdict.MISSING


@pytest.mark.parametrize(("folders", "verdict"), [(79, Verdict.OK), (81, Verdict.NOTE)])
def test_folders_near_the_limit_of_watches_are_noted(
    folders: int, verdict: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "limit").write_text("100\n", encoding="ascii")
    monkeypatch.setattr(surroundings, "_WATCHES", tmp_path / "limit")
    finding = surroundings.watches(folders)
    assert (finding.verdict, "sysctl" in finding.remedy) == (verdict, verdict is Verdict.NOTE)


@pytest.mark.parametrize(("free", "verdict"), [(10**12, Verdict.OK), (10**8, Verdict.NOTE), (10**6, Verdict.MISSING)])
def test_a_disk_that_is_nearly_full_is_noted_and_a_full_one_missing(
    free: int, verdict: Verdict, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = surroundings.shutil.disk_usage(work)._replace(free=free)
    monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda root: usage)
    assert surroundings.disk(work).verdict is verdict


def interpreter(folder: Path, answer: str) -> str:
    """A program that answers so."""
    file = folder / "python"
    file.write_text(f"#!/bin/sh\n{answer}\n", encoding="utf-8")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("exit 1", "does not answer"),
        ("echo hello", "does not answer"),
        ("""echo '{"python": [3, 13, 1], "found": {}}'""", "aider needs Python 3.12"),
    ],
)
def test_an_interpreter_that_cannot_run_agents_is_missing(answer: str, said: str, tmp_path: Path) -> None:
    finding = installation.agents(interpreter(tmp_path, answer))
    assert (finding.verdict, said in finding.text) == (Verdict.MISSING, True)


def test_an_interpreter_that_is_not_there_is_missing(tmp_path: Path) -> None:
    assert "cannot be started" in installation.agents(str(tmp_path / "nowhere")).text


def test_an_interpreter_without_aider_is_told_the_command_that_brings_it(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")], check=True)
    program = str(tmp_path / "env" / "bin" / "python")
    finding = installation.agents(program)
    assert "aider-chat" in finding.text
    assert finding.remedy == f'{program} -m pip install "kinos[agents]"'


@pytest.mark.agents
def test_agents_are_found_by_version_and_nothing_of_them_is_imported() -> None:
    finding = installation.agents("")
    assert finding.verdict is Verdict.OK
    assert "aider-chat 0.86" in finding.text
    assert not {"aider", "litellm"} & set(sys.modules)


@pytest.mark.agents
async def test_a_live_call_goes_through_the_gate_and_says_what_it_cost(work: Path) -> None:
    rehearsal = RehearsalProcess()
    try:
        examined = doctor(work, model_key=KEY, model_endpoint=await rehearsal.start())
        live = (await examined.findings(live=True))[-1]
    finally:
        await rehearsal.stop()
    assert (live.check, live.verdict) == ("live", Verdict.OK)
    assert live.text.startswith("claude-sonnet-5-5 answered in ")
    assert " US$" in live.text
    spent = FileDayLedger(ledger_file()).spent(SystemClock().day())
    assert spent == pytest.approx(float(live.text.rpartition(" US$")[0].rpartition(" ")[2]), abs=1e-4)
    assert spent > 0
    assert " 0 tokens" not in live.text


@pytest.mark.agents
async def test_a_live_call_that_a_cap_forbids_or_that_fails_is_no_success(work: Path) -> None:
    capped = (await doctor(work, model_key=KEY, model_endpoint=closed(), budget_tokens=10).findings(live=True))[-1]
    assert (capped.verdict, "cap of 10" in capped.text) == (Verdict.MISSING, True)
    lost = (await doctor(work, model_key=KEY, model_endpoint=closed()).findings(live=True))[-1]
    assert lost.verdict is Verdict.MISSING
    assert KEY not in lost.text + lost.remedy


@pytest.mark.agents
async def test_a_live_rehearsal_costs_nothing_and_needs_no_key(work: Path) -> None:
    live = (await doctor(work, rehearse=True).findings(live=True))[-1]
    assert (live.verdict, "rehearsal, no cost" in live.text) == (Verdict.OK, True)


async def test_without_a_key_no_call_is_made(work: Path) -> None:
    live = (await doctor(work, model_endpoint=closed()).findings(live=True))[-1]
    assert (live.verdict, live.text) == (Verdict.MISSING, "no call was made without an API key")
    assert not (work / ".kinos").exists()
    assert list(work.iterdir()) == []


@pytest.mark.parametrize(("system", "missing"), [("linux", False), ("darwin", True)])
def test_what_other_systems_require_is_not_missing_here(
    system: str, missing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["rich>=13", 'nowhere>=5.9; sys_platform != "linux"', 'pytest; extra == "dev"']
    monkeypatch.setattr(installation.metadata, "requires", lambda _: lines)
    monkeypatch.setattr(sys, "platform", system)
    finding = installation.packages()
    assert ("nowhere" in finding.text) is missing
    assert finding.verdict is (Verdict.MISSING if missing else Verdict.OK)
