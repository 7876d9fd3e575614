"""KinOS from a wheel and from an editable install: teams and prompts are found from anywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from kinos.lsp.diagnostic import GUIDE
from kinos.lsp.mistake_report import PAGE

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(600)


def environment(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin" / "python"


def install(python: Path, *what: str) -> None:
    """With uv if the tests' own environment has it, else with pip from there."""
    uv = Path(sys.executable).parent / "uv"
    command = [uv, "pip", "install"] if uv.exists() else [sys.executable, "-m", "pip", "--python", python, "install"]
    extra = ["--python", python] if uv.exists() else []
    done = subprocess.run([*command, "--quiet", *extra, *what], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--installer", "uv", "--outdir", folder, ROOT]
    if not (Path(sys.executable).parent / "uv").exists():
        command[4:6] = []
    path = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=path)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_pages_that_diagnostics_lead_to(wheel: Path) -> None:
    with ZipFile(wheel) as files:
        assert {f"kinos/share/docs/{page}" for page in (GUIDE, PAGE)} <= set(files.namelist())


def test_the_wheel_is_pure_python(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


@pytest.mark.parametrize("form", ["wheel", "editable"])
def test_an_installed_kin_finds_its_teams_from_anywhere(form: str, wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    install(python, str(wheel)) if form == "wheel" else install(python, "-e", str(ROOT))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    kin = python.parent / "kin"
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "COVERAGE_PROCESS_CONFIG")}
    done = subprocess.run([kin, "teams", "--json"], cwd=elsewhere, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["found"]
    assert {team["name"] for team in found} == {"default", "coding", "literature-review", "book-writing"}
    inside = str(ROOT) in found[0]["source"]
    assert inside is (form == "editable")
    done = subprocess.run(
        [kin, "agents", "--json"], cwd=elsewhere, env=env, capture_output=True, text=True, check=False
    )
    assert len(json.loads(done.stdout)["found"]) == 11


def test_without_the_extra_a_team_says_how_to_get_it(wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    install(python, str(wheel))
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n", encoding="utf-8")
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "COVERAGE_PROCESS_CONFIG")}
    command = [python.parent / "kin", "default", "--rehearse"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "kinos[agents]" in done.stderr
    assert "Traceback" not in done.stderr
