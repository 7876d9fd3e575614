"""What the machine must bring: if it does not, the command that installs it is named, and nothing is left behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.vscode.vscode_host import MissingToolError, required_node

ROOT = Path(__file__).parents[2]
INSTALLS = "apt-get install python3.12 python3.12-venv; where there is no such package: pyenv install 3.12"


def tool(file: Path, text: str) -> Path:
    """A program that is a shell script."""
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def set_up(folder: Path, python: Path) -> subprocess.CompletedProcess[str]:
    """`make setup` with this interpreter, into a folder of its own."""
    environment = folder / "environment"
    command = ["make", "--no-print-directory", f"VENV={environment}", f"PYTHON={python}", f"{environment}/.made"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=clean)
    assert not environment.exists()
    return done


def test_a_missing_python_is_named_with_what_installs_it(tmp_path: Path) -> None:
    done = set_up(tmp_path, tmp_path / "nowhere")
    assert done.returncode != 0
    assert f"Python 3.12 is missing. Install it: {INSTALLS}" in done.stdout


def test_another_python_is_named_with_what_installs_the_right_one(tmp_path: Path) -> None:
    code = 'import sys; sys.version_info = (3, 11, 9, "final", 0); exec(sys.argv[1])'
    other = tool(tmp_path / "python3", f"shift; exec {sys.executable} -c '{code}' \"$1\"")
    done = set_up(tmp_path, other)
    assert done.returncode != 0
    assert f"{other} is not Python 3.12. Install it: {INSTALLS}" in done.stdout


def test_a_python_that_is_only_a_name_for_one_not_installed_is_not_the_right_one(tmp_path: Path) -> None:
    shim = tool(tmp_path / "python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    done = set_up(tmp_path, shim)
    assert done.returncode != 0
    assert f"{shim} is not Python 3.12. Install it: {INSTALLS}" in done.stdout


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_its_venv_is_named_with_what_installs_it(module: str, tmp_path: Path) -> None:
    code = f'import sys; sys.modules["{module}"] = None; exec(sys.argv[1])'
    bare = tool(tmp_path / "python3.12", f"shift; exec {sys.executable} -c '{code}' \"$1\"")
    done = set_up(tmp_path, bare)
    assert done.returncode != 0
    assert f"{bare} has no module venv. Install it: {INSTALLS}" in done.stdout


@pytest.mark.parametrize("version", ["v18.20.4", "v22.1.0", "v200.0.0"])
def test_another_node_is_named_with_what_installs_the_right_one(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(tmp_path / "node", f"echo {version}")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match=f"is {version}.*: nvm install 20, or: npm install --global n && n 20"):
        required_node()


def test_a_missing_node_is_named_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match=r"no `node` on the PATH.*apt-get install nodejs npm"):
        required_node()


@pytest.mark.parametrize(
    ("program", "package"),
    [
        ("luacheck", "lua-check"),
        ("tmux", "tmux"),
        ("emacs", "emacs-nox elpa-eglot elpa-markdown-mode"),
    ],
)
def test_a_missing_program_of_the_system_is_named_with_what_installs_it(
    program: str, package: str, tmp_path: Path
) -> None:
    tool(tmp_path / "id", "echo 1000")
    make = shutil.which("make")
    assert make is not None, "make is missing. Install it with: apt-get install make"
    done = subprocess.run(
        [make, "--no-print-directory", f"program-{program}"],
        cwd=ROOT, capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stdout == f"{program} is missing. Install it: apt-get install {package}\n"
