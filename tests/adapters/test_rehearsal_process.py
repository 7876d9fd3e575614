"""The rehearsal model's server as a process: started once, ended for good."""

import asyncio
import sys
import urllib.request
from pathlib import Path

import pytest

from kinos.adapters import rehearsal_process
from kinos.adapters.rehearsal_process import RehearsalProcess
from kinos.domain.errors import SetupError


async def test_it_listens_on_this_machine_until_it_is_stopped() -> None:
    rehearsal = RehearsalProcess()
    assert await rehearsal.stop() == 0
    url = await rehearsal.start()
    assert url.startswith("http://127.0.0.1:")
    assert await rehearsal.start() == url
    assert await rehearsal.stop() == 1
    assert await rehearsal.stop() == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=5)


async def test_one_that_died_is_started_again() -> None:
    rehearsal = RehearsalProcess()
    await rehearsal.start()
    assert rehearsal._process is not None
    rehearsal._process.kill()
    await rehearsal._process.wait()
    url = await rehearsal.start()
    host, _, port = url.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()
    await writer.wait_closed()
    assert await rehearsal.stop() == 1


async def test_one_that_does_not_speak_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    rehearsal = RehearsalProcess()
    with pytest.raises(SetupError, match="did not start"):
        await rehearsal.start()


async def test_one_that_hangs_is_given_up_and_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs = tmp_path / "hangs"
    hangs.write_text(f"#!{sys.executable}\nimport threading; threading.Event().wait()")
    hangs.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(hangs))
    monkeypatch.setattr(rehearsal_process, "_START", 0.5)
    rehearsal = RehearsalProcess()
    with pytest.raises(SetupError, match="did not start"):
        await rehearsal.start()
    assert await rehearsal.stop() == 0


async def test_one_that_died_before_the_stop_was_not_ended_by_it() -> None:
    rehearsal = RehearsalProcess()
    await rehearsal.start()
    assert rehearsal._process is not None
    rehearsal._process.kill()
    await rehearsal._process.wait()
    assert await rehearsal.stop() == 0
