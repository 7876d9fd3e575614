"""What the processes of an engine find in their environment, looked up in the real ones."""

import sys
from pathlib import Path

import pytest

from kinos.adapters.check_process import CheckProcess
from kinos.adapters.confirmation import Confirmation
from kinos.adapters.counter_client import CounterProcess
from kinos.adapters.folder import Folder
from kinos.adapters.installation import agents
from kinos.adapters.rehearsal_process import RehearsalProcess
from kinos.adapters.second_counter import SecondCounter
from kinos.adapters.size_cache import Bounds, SizeCache
from kinos.domain.count import Terms
from kinos.domain.message import Endpoint
from kinos.domain.size import Counted

TERMS = Terms("claude-v4.8", Counted.EXACT, 1000)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ANTHROPIC_API_KEY", "KINOS_OTHER_API_KEY", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://sk-secret@127.0.0.1:1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def environment_of(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text(encoding="utf-8")


async def test_the_counter_process_gets_no_key_but_finds_the_folders_of_the_user(tmp_path: Path) -> None:
    counter = CounterProcess(Folder(tmp_path))
    try:
        assert await counter.text("Hello", TERMS.tokenizer) > 0
        assert counter._process is not None
        found = environment_of(counter._process.pid)
    finally:
        await counter.close()
    assert "sk-secret" not in found
    assert f"XDG_CACHE_HOME={tmp_path / 'cache'}" in found


def test_the_second_counter_process_gets_no_key(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Hello there.\n", encoding="utf-8")
    second = SecondCounter(Folder(tmp_path).wire(TERMS), ["a.md"])
    try:
        assert [row[0] for row in second.rows()] == ["a.md"]
        found = environment_of(second._process.pid)
    finally:
        second.close()
    assert "sk-secret" not in found


async def test_the_rehearsal_model_gets_no_key() -> None:
    rehearsal = RehearsalProcess()
    try:
        await rehearsal.start()
        assert rehearsal._process is not None
        found = environment_of(rehearsal._process.pid)
    finally:
        await rehearsal.stop()
    assert "sk-secret" not in found


async def test_what_the_check_command_finds_does_not_reach_the_network_by_a_proxy_with_a_password(
    tmp_path: Path,
) -> None:
    ran = await CheckProcess(tmp_path).run(["env"], 60)
    assert "PATH=" in ran.output
    assert "sk-secret" not in ran.output


def interpreter(folder: Path, say: str) -> Path:
    """A program in the place of Python that keeps what it finds in `environment`, and says `say`."""
    file = folder / "python"
    keep = f"import os; open({str(folder / 'environment')!r}, 'w').write(str(dict(os.environ)))"
    file.write_text(f"#!{sys.executable}\n{keep}\nprint({say!r})\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def test_who_asks_anthropic_for_counts_is_told_the_key_and_no_other_and_finds_the_network(tmp_path: Path) -> None:
    cache = SizeCache(tmp_path / "sizes.db", Bounds(1_000_000, 30, 3600))
    python = interpreter(tmp_path, '{"tokens": 7}')
    try:
        assert Confirmation("claude-sonnet-5-5", Endpoint("key"), str(python), cache).counts(["a"]) == [7]
    finally:
        cache.close()
    found = (tmp_path / "environment").read_text(encoding="utf-8")
    assert "'HTTPS_PROXY'" in found
    assert "127.0.0.1,localhost" in found
    assert not [name for name in ("ANTHROPIC_API_KEY", "KINOS_OTHER_API_KEY", "GITHUB_TOKEN") if name in found]


def test_an_interpreter_that_the_doctor_asks_gets_no_key(tmp_path: Path) -> None:
    finding = agents(str(interpreter(tmp_path, '{"python": [3, 12, 1], "found": {}}')))
    assert "Python 3.12.1" in finding.text or "missing" in finding.text
    assert "sk-secret" not in (tmp_path / "environment").read_text(encoding="utf-8")
