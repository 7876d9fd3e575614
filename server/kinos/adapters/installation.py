"""What is installed: Python, the packages KinOS is made with, and, in the interpreter of the agents, aider and the SDK."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from kinos.adapters.environment import OWN, allowed
from kinos.domain.finding import Finding, Verdict

_ANSWER = 30.0
"""Seconds an interpreter may take to say what it has."""
_ASK = """
import json, sys
from importlib import metadata
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        found[name] = ""
print(json.dumps({"python": list(sys.version_info[:3]), "found": found}))
"""
"""Asks for versions without importing anything: aider alone takes ten seconds."""
_EXTRA = re.compile(r"extra == ['\"]([a-z]+)['\"]")
_ELSEWHERE = re.compile(r"sys_platform != ['\"]([a-z0-9]+)['\"]")
"""What is required on all systems but one."""


def python() -> Finding:
    """The interpreter that runs KinOS."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", Verdict.OK, f"Python {version} ({sys.executable})")


def packages() -> Finding:
    """What KinOS itself is made with."""
    found = {name: _version(name) for name in _required("")}
    missing = [name for name, version in found.items() if not version]
    if missing:
        mend = f"{shlex.quote(sys.executable)} -m pip install {' '.join(missing)}"
        return Finding("packages", Verdict.MISSING, f"missing: {', '.join(missing)}", mend)
    return Finding("packages", Verdict.OK, _listed(found))


def agents(interpreter: str) -> Finding:
    """What the agents are made with, in `interpreter` (empty: our own), which is asked and imports nothing of it."""
    program = interpreter or sys.executable
    wanted = _required("agents") or ("aider-chat", "anthropic")
    try:
        answer = _asked(program, wanted)
    except OSError as error:
        text = f"the interpreter {program} cannot be started: {error.strerror}"
        return Finding("agents", Verdict.MISSING, text, "Name one that has aider in the setting agents.python.")
    except (subprocess.SubprocessError, ValueError, KeyError):
        text = f"{program} does not answer as a Python interpreter does"
        return Finding("agents", Verdict.MISSING, text, "Name one that has aider in the setting agents.python.")
    version, found = ".".join(map(str, answer["python"])), answer["found"]
    missing = [name for name in wanted if not found.get(name)]
    if answer["python"][:2] != [3, 12]:
        text = f"aider needs Python 3.12, and {program} is {version}"
        return Finding("agents", Verdict.MISSING, text, "Name a Python 3.12 in the setting agents.python.")
    if missing:
        mend = f'{shlex.quote(program)} -m pip install "kinos[agents]"'
        return Finding("agents", Verdict.MISSING, f"missing: {', '.join(missing)} (in {program})", mend)
    return Finding("agents", Verdict.OK, f"{_listed(found)} (Python {version}, {program})")


def git() -> Finding:
    """git is not needed by KinOS, but people want to see what changed."""
    program = shutil.which("git")
    if program is None:
        return Finding(
            "git", Verdict.NOTE, "not installed: kin history and kin undo work without it", "apt install git"
        )
    return Finding("git", Verdict.OK, program)


def _required(extra: str) -> tuple[str, ...]:
    """The packages KinOS requires, those of an extra or of none; empty when it runs from where it was not installed."""
    try:
        lines = metadata.requires("kinos") or []
    except metadata.PackageNotFoundError:
        return ()
    names = []
    for line in lines:
        found = _EXTRA.search(line)
        but = _ELSEWHERE.search(line)
        if (found[1] if found else "") == extra and (but is None or but[1] != sys.platform):
            names.append(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0])
    return tuple(names)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _asked(program: str, names: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(
        [program, "-P", "-c", _ASK, *names], capture_output=True, text=True, check=True, timeout=_ANSWER,
        stdin=subprocess.DEVNULL, cwd=Path(sys.executable).parent, env=allowed(OWN),
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return {"python": answer["python"], "found": answer["found"]}


def _listed(found: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in found.items()) or "not known: KinOS was not installed"
