"""The check command of the real kin: set by the user, run after a landing, ended with all below it, and without keys."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from process_tree import alive

KIN = [sys.executable, "-m", "kinos"]
TEAM = 'summary = "s"\n[[agents]]\nname = "management"\n[[agents]]\nname = "testeur"\n'
SECRET = "sk-secret-0123456789"
SCRIPT = """\
import os, pathlib, subprocess, sys, threading
child = subprocess.Popen(["setsid", "sleep", "1000"], env={{"PATH": os.environ["PATH"]}}, stdin=subprocess.DEVNULL)
pathlib.Path({pids!r}).write_text(f"{{os.getpid()}} {{child.pid}}")
sys.stdout.flush()
{end}
"""

pytestmark = [pytest.mark.agents, pytest.mark.timeout(300)]


class Site:
    """A workspace with a team that has something to do, and a user who set a check command."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "work"
        self.pids = place / "pids"
        put(self.folder / ".kinos/teams/solo.toml", TEAM)
        put(self.folder / "demande.md", "# Request\n\nWrite a plan for the move to the new office.\n")
        put(self.folder / "a.md", "# A\n\nText.\n")

    def checks(self, end: str, **more: str) -> None:
        """The user's command starts a process of a session of its own, says who they are, and ends so."""
        script = put(self.place / "check.py", SCRIPT.format(pids=str(self.pids), end=end))
        command = json.dumps([sys.executable, str(script)])
        settings = "".join(f"{name} = {value}\n" for name, value in more.items())
        put(self.place / "config/kinos/config.toml", f"[check]\ncommand = {command}\n{settings}")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "XDG_CONFIG_HOME": str(self.place / "config"),
            "ANTHROPIC_API_KEY": SECRET,
            "MY_TOKEN": SECRET,
        }
        return subprocess.Popen(
            [*KIN, "solo", "--rehearse", "--auto", "--json", *arguments, "-C", str(self.folder)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip

    def left(self) -> list[int]:
        """Of the command and what it started, those that live."""
        return alive([*map(int, self.pids.read_text().split())])


def put(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def ended(events: list[Mapping[str, Any]]) -> tuple[str, str]:
    """How the last check ended, and why."""
    check: Mapping[str, str] = [event for event in events if event["type"] == "CheckEnded"][-1]["check"]
    return check["state"], check["reason"]


@pytest.mark.parametrize(
    ("end", "settings", "state", "reason"),
    [
        ("", {}, "passed", ""),
        ("sys.exit(7)", {}, "failed", "exit code 7"),
        ("threading.Event().wait()", {"timeout": "2"}, "timed out", "ended after 2 s (check.timeout)"),
    ],
    ids=["passed", "failed", "timed out"],
)
def test_each_end_is_told_for_what_it_is_and_nothing_of_the_command_is_left(
    site: Site, end: str, settings: Mapping[str, str], state: str, reason: str
) -> None:
    site.checks(end, **settings)
    with site.start("--until", "idle") as process:
        out, error = process.communicate(timeout=200)
    assert process.returncode == 0, error
    assert ended([json.loads(line) for line in out.splitlines()]) == (state, reason)
    assert site.left() == []
    status = subprocess.run(
        [*KIN, "status", "--json", "-C", str(site.folder)], capture_output=True, text=True, check=True
    )
    assert json.loads(status.stdout)["check"]["state"] == state


def test_it_finds_no_secret_in_its_environment(site: Site) -> None:
    site.checks("sys.exit('secret' if any('sk-secret' in value for value in os.environ.values()) else 0)")
    with site.start("--until", "idle") as process:
        out, _ = process.communicate(timeout=200)
    assert ended([json.loads(line) for line in out.splitlines()]) == ("passed", "")


def test_a_stop_ends_it_with_the_process_that_left_its_session(site: Site) -> None:
    os.mkfifo(site.pids)
    site.checks("threading.Event().wait()")
    with site.start() as process:
        own, child = map(int, site.pids.read_text().split())
        assert alive([own, child]) == sorted([own, child])
        process.terminate()
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert alive([own, child]) == []
    assert not [line for line in out.splitlines() if json.loads(line)["type"] == "CheckEnded"]
