"""The example packages, installed as a person installs them, in runs of the real kin."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from process_tree import alive

EXAMPLES = Path(__file__).parents[2] / "examples"
KIN = [sys.executable, "-m", "kinos"]

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples installed in it, and a package whose entry points are broken."""
    target = tmp_path_factory.mktemp("site")
    uv = Path(sys.executable).parent / "uv"
    command: list[str | Path] = [uv, "pip"] if uv.exists() else [sys.executable, "-m", "pip"]
    # From copies: a build must not write into the checkout.
    done = subprocess.run(
        [*command, "install", "--quiet", "--no-deps", "--target", target, *PACKAGES],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return target


PACKAGES = [EXAMPLES / name for name in ("agent-in-python", "service", "front-end")]


@pytest.fixture
def folder(tmp_path: Path, packages: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("PYTHONPATH", str(packages))
    work = tmp_path / "work"
    for name, text in {
        ".kinos/teams/solo.toml": 'summary = "Keeps an index."\n\n[[agents]]\nname = "index"\n',
        "docs/a.md": "# About A\n",
        "b.md": "No heading.\n",
    }.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text, encoding="utf-8")
    return work


def kin(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*KIN, *arguments, "-C", str(folder)], capture_output=True, text=True, check=False)


def test_an_agent_in_python_is_listed_with_the_package_it_comes_from(folder: Path) -> None:
    done = kin(folder, "agents", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)["found"]}
    assert (rows["index"]["origin"], rows["index"]["edits"]) == ("package kinos-index", ["INDEX.md"])
    assert rows["index"]["summary"] == "keeps INDEX.md, a list of all documents"


def test_broken_entry_points_are_reported_by_name_and_without_a_traceback(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    for name, text in {
        "bad_code/__init__.py": "raise RuntimeError('it does not even load')\n",
        "bad_code/loads-not.md": '+++\nrole = "r"\n+++\nText\n',
        "bad_code/wrong-file.md": "+++\nrole = 3\n+++\nText\n",
        "bad_code-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: bad-code\nVersion: 1\n",
        "bad_code-1.dist-info/entry_points.txt": (
            "[kinos.agents]\nloads-not = bad_code:A\nwrong-file = bad_code:A\nno-file = bad_code:A\n"
            "no-package = nowhere_at_all:A\nproduction = bad_code:A\n"
        ),
    }.items():
        (broken / name).parent.mkdir(parents=True, exist_ok=True)
        (broken / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{broken}{os.pathsep}{os.environ['PYTHONPATH']}")
    done = kin(folder, "agents")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for said in (
        "loads-not (package bad-code, bad_code:A) cannot be loaded: RuntimeError: it does not even load",
        "wrong-file.md:2: role must be text in quotes",
        "no-file (package bad-code, bad_code:A) has no such prompt file",
        "no-package (package bad-code, nowhere_at_all:A): there is no package 'nowhere_at_all'",
        "production (package bad-code, bad_code:A): KinOS has an agent of that name, which stays in use",
    ):
        assert said in done.stderr
    assert "index" in done.stdout


@pytest.mark.agents
def test_an_agent_in_python_works_in_a_team_and_what_it_made_is_taken_back(folder: Path) -> None:
    done = kin(folder, "solo", "--rehearse", "--until", "idle", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert (folder / "INDEX.md").read_text(
        encoding="utf-8"
    ) == "# Index\n\n- [b.md](<b.md>)\n- [About A](<docs/a.md>)\n"
    assert events[-1]["landed"] == 1
    assert events[-1]["tokens"] == 0
    assert kin(folder, "undo").returncode == 0
    assert not (folder / "INDEX.md").exists()


@pytest.mark.agents
def test_a_service_lives_as_long_as_the_team(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = tmp_path / "metrics.json"
    monkeypatch.setenv("KINOS_METRICS_FILE", str(figures))
    done = kin(folder, "solo", "--rehearse", "--cycles", "1", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    written = json.loads(figures.read_text(encoding="utf-8"))
    assert written["folder"] == str(folder)
    assert written["events"]["CycleStarted"] == written["events"]["TeamStopping"] == 1


@pytest.mark.agents
def test_a_front_end_is_a_command_that_drives_an_engine(folder: Path) -> None:
    assert "of package kinos-first" in kin(folder, "--help").stdout
    assert "run a team until its first change lands" in kin(folder, "first", "--help").stdout
    done = kin(folder, "first", "solo", "--rehearse")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The team solo runs: you asked for it.\nLanded: List 2 documents in INDEX.md\n"
    assert (folder / "INDEX.md").exists()
    wrong = kin(folder, "first", "nobody", "--rehearse")
    assert wrong.returncode == 2
    assert "There is no team 'nobody'" in wrong.stderr


def test_a_command_that_is_broken_is_reported_by_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    for name, text in {
        "bad_command.py": (
            "class Runs:\n    def options(self, parser): pass\n"
            "    async def run(self, args, engine): raise ValueError('no luck')\n"
            "class Hears(Runs):\n    async def run(self, args, engine):\n        import asyncio\n"
            "        engine.subscribe(lambda event: 1 / 0)\n        await engine.ask('setPhase', {'phase': 'expansion'})\n"
            "        await asyncio.Event().wait()\n"
        ),
        "bad_command-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: bad-command\nVersion: 1\n",
        "bad_command-1.dist-info/entry_points.txt": (
            "[kinos.front_ends]\nruns = bad_command:Runs\nhears = bad_command:Hears\n"
            "absent = bad_command:Absent\ndefault = bad_command:Runs\n"
        ),
    }.items():
        (broken / name).parent.mkdir(parents=True, exist_ok=True)
        (broken / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    for name, why in {
        "runs": "ValueError: no luck.",
        "hears": "ZeroDivisionError: division by zero.",
        "absent": "ImportError: there is no bad_command:Absent",
    }.items():
        done = kin(folder, name)
        assert done.returncode == 2, done.stdout + done.stderr
        assert f"The command {name} (package bad-command, bad_command:{name.capitalize()}) failed: {why}" in done.stderr
        assert "Traceback" not in done.stderr
    assert "Traceback" in kin(folder, "runs", "-v").stderr
    assert "TEAM" in kin(folder, "default", "--help").stdout


@pytest.mark.agents
def test_an_agent_in_python_that_never_ends_is_ended_by_a_stop(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, number = tmp_path / "stuck", tmp_path / "number"
    for name, text in {
        "never_done/__init__.py": (
            "import os, pathlib\n\nclass Never:\n    def list_files(self, context): return []\n"
            "    def build_prompt(self, context): return ''\n    def run(self, context):\n"
            f"        pathlib.Path({str(number)!r}).write_text(str(os.getpid()))\n        while True: pass\n"
        ),
        "never_done/never.md": '+++\nrole = "never ends"\n+++\nText\n',
        "never_done-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: never-done\nVersion: 1\n",
        "never_done-1.dist-info/entry_points.txt": "[kinos.agents]\nnever = never_done:Never\n",
    }.items():
        (stuck / name).parent.mkdir(parents=True, exist_ok=True)
        (stuck / name).write_text(text, encoding="utf-8")
    os.mkfifo(number)
    monkeypatch.setenv("PYTHONPATH", str(stuck))
    (folder / ".kinos" / "teams" / "solo.toml").write_text(
        'summary = "s"\n[[agents]]\nname = "never"\n', encoding="utf-8"
    )
    command = [*KIN, "solo", "--rehearse", "--json", "-C", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(json.loads(line)["type"] == "CycleStarted" for line in process.stdout)
        own = int(number.read_text())
        assert alive([own]) == [own]
        process.terminate()
        process.communicate()
    assert process.returncode == 130
    assert alive([own]) == []


@pytest.mark.agents
def test_the_team_in_files_is_listed_and_runs_and_its_secretary_keeps_to_its_files(tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(EXAMPLES / "team-in-files", work)
    note = "# Meeting of 3 May\n\nAna, Bo. We ship on Friday. TODO: Bo writes the notes.\n"
    for path in ("meetings/may.md", "other.md"):
        (work / path).parent.mkdir(exist_ok=True)
        (work / path).write_text(note, encoding="utf-8")
    (team,) = (row for row in listed(work, "teams") if row["name"] == "minutes")
    assert (team["origin"], team["agents"]) == ("workspace", ["secretary", "documentaliste"])
    (agent,) = (row for row in listed(work, "agents") if row["name"] == "secretary")
    assert agent["edits"] == ["meetings/**/*.md", "minutes.md"]
    done = kin(work, "minutes", "--rehearse", "--until", "idle", "--json")
    assert done.returncode in {0, 3}, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert not [event for event in events if event["type"] in ("CycleFailed", "Noted")]
    assert {event["agent"] for event in events if event["type"] == "CycleStarted"} == {"secretary", "documentaliste"}
    history = json.loads(kin(work, "history", "--json").stdout)
    own = [file["path"] for change in history if change["agent"] == "secretary" for file in change["files"]]
    assert all(path == "minutes.md" or path.startswith("meetings/") for path in own), own


def listed(folder: Path, what: str) -> list[dict[str, Any]]:
    """What `kin teams` or `kin agents` finds, without a mistake."""
    told = json.loads(kin(folder, what, "--json").stdout)
    assert told["errors"] == []
    found: list[dict[str, Any]] = told["found"]
    return found
