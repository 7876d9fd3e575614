"""The example packages, installed as a person installs them, in runs of the real kin."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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


PACKAGES = [EXAMPLES / "agent-in-python"]


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
    assert events[-2]["type"] == "TeamStopped" or events[-1]["type"] == "summary"
    assert kin(folder, "undo").returncode == 0
    assert not (folder / "INDEX.md").exists()
