"""The check command as a real process: what it gets, what is kept of it, and that nothing of it is left."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kinos
from kinos.adapters.check_process import KEPT, CheckProcess
from kinos.adapters.descendant import family
from kinos.domain.errors import SetupError
from process_tree import alive

PYTHON = sys.executable
SLEEPER = """\
import os, pathlib, subprocess, sys, time
clean = {"PATH": os.environ["PATH"]}
child = subprocess.Popen(["setsid", "sleep", "1000"], env=clean)
pathlib.Path("pids").write_text(f"{os.getpid()} {child.pid}")
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def script(root: Path, text: str) -> tuple[str, ...]:
    (root / "script.py").write_text(text)
    return (PYTHON, "script.py")


async def pids(root: Path) -> list[int]:
    """The processes a script says it is and has started, once it has."""
    async with asyncio.timeout(30):
        while not (root / "pids").exists() or not (root / "pids").read_text():
            await asyncio.sleep(0.01)
    return [int(word) for word in (root / "pids").read_text().split()]


async def test_it_runs_in_the_folder_without_a_shell_and_says_how_it_ended(root: Path) -> None:
    command = script(root, "import os, sys; print(os.getcwd(), sys.argv[1:]); sys.exit(3)")
    ran = await CheckProcess(root).run([*command, "$HOME; touch pwned", "*"], 60)
    assert (ran.code, ran.timed_out) == (3, False)
    assert ran.output == f"{root} ['$HOME; touch pwned', '*']\n"
    assert 0 < ran.seconds < 60
    assert [path.name for path in root.iterdir()] == ["script.py"]


async def test_it_gets_no_key_nothing_to_read_and_both_streams_are_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = (
        "ANTHROPIC_API_KEY",
        "OPENAI_API_KEY",
        "GITHUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "MY_PASSWORD",
        "HTTPS_PROXY",
    )
    for name in secrets:
        monkeypatch.setenv(name, "sk-secret")
    command = script(
        root, "import os, sys; print(dict(os.environ), repr(sys.stdin.read())); print('problem', file=sys.stderr)"
    )
    ran = await CheckProcess(root).run(command, 60)
    assert "sk-secret" not in ran.output
    assert "'PATH'" in ran.output
    assert "''\n" in ran.output
    assert "problem" in ran.output


async def test_of_much_output_the_beginning_and_the_end_are_kept(root: Path) -> None:
    command = script(root, "for number in range(100_000): print('line', number)")
    output = (await CheckProcess(root).run(command, 60)).output
    assert output.startswith("line 0\n")
    assert output.endswith("line 99999\n")
    assert "bytes left out" in output
    assert len(output) < KEPT + 100


async def test_output_that_is_no_text_is_shown_as_far_as_it_is(root: Path) -> None:
    ran = await CheckProcess(root).run(script(root, r"import sys; sys.stdout.buffer.write(b'a\xffb\n')"), 60)
    assert ran.output == "a\ufffdb\n"


@pytest.mark.parametrize("kind", ["missing", "no-program", "relative"])
async def test_what_cannot_be_started_is_said_with_what_to_do(root: Path, kind: str) -> None:
    if kind != "missing":
        (root / "tool").write_text("not a program")
        (root / "tool").chmod(0o755 if kind == "no-program" else 0o644)
    with pytest.raises(SetupError) as caught:
        await CheckProcess(root).run(["kinos-no-such-tool" if kind == "missing" else "./tool"], 60)
    assert "check.command" in caught.value.remedy
    assert "tool" in caught.value.message


async def test_a_program_of_the_folder_is_found_by_its_path(root: Path) -> None:
    (root / "tool").write_text("#!/bin/sh\necho here\n")
    (root / "tool").chmod(0o755)
    assert (await CheckProcess(root).run(["./tool"], 60)).output == "here\n"


async def test_after_the_time_out_nothing_of_it_is_alive(root: Path) -> None:
    ran = await CheckProcess(root).run(script(root, SLEEPER + "time.sleep(1000)"), 5)
    assert ran.timed_out
    assert alive(await pids(root)) == []


async def test_what_it_leaves_behind_is_ended_and_not_waited_for(root: Path) -> None:
    began = time.monotonic()
    ran = await CheckProcess(root).run(script(root, SLEEPER), 500)
    assert (ran.code, ran.timed_out) == (0, False)
    assert time.monotonic() - began < 100
    assert alive(await pids(root)) == []


async def test_a_stop_ends_all_of_it_and_says_how_many(root: Path) -> None:
    check = CheckProcess(root)
    task = asyncio.create_task(check.run(script(root, SLEEPER + "time.sleep(1000)"), 500))
    living = await pids(root)
    assert alive(living) == sorted(living)
    assert await check.stop() == len(living) + 1
    assert alive(living) == []
    assert (await task).code == -signal.SIGKILL
    assert await check.stop() == 0


async def test_a_cancelled_run_leaves_nothing(root: Path) -> None:
    task = asyncio.create_task(CheckProcess(root).run(script(root, SLEEPER + "time.sleep(1000)"), 500))
    living = await pids(root)
    task.cancel()
    await asyncio.wait([task])
    assert alive(living) == []


async def test_an_engine_that_is_killed_takes_it_along(root: Path) -> None:
    command = script(root, SLEEPER + "time.sleep(1000)")
    engine = (
        "import asyncio, pathlib; from kinos.adapters.check_process import CheckProcess; "
        f"asyncio.run(CheckProcess(pathlib.Path({str(root)!r})).run({command!r}, 500))"
    )
    package = str(Path(kinos.__file__).parents[1])
    with subprocess.Popen([PYTHON, "-c", engine], env={**os.environ, "PYTHONPATH": package}) as process:
        living = await pids(root)
        process.kill()
    async with asyncio.timeout(30):
        while alive(living):
            await asyncio.sleep(0.01)


def test_an_engine_that_had_gone_before_the_command_was_started_takes_it_along_too(root: Path) -> None:
    """Its guard ends when the command and all it started have: this process adopts none of them."""
    mark, package = secrets.token_hex(8), str(Path(kinos.__file__).parents[1])
    subprocess.run(
        [PYTHON, "-m", "kinos.adapters.check_guard", mark, "setsid", "sleep", "1000"],
        stdin=subprocess.DEVNULL, cwd=root, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": package, "KINOS_TEAM_MARK": mark},
    )  # fmt: skip
    assert family([], mark) == set()
