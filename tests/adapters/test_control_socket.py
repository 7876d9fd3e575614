"""The control socket: a question, its answer or its error; dead sockets are cleared away."""

import asyncio
import contextlib
import json
import os
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kinos.adapters import control_socket
from kinos.adapters.control_socket import ControlServer, around, ask, engines
from kinos.adapters.frame import framed, read_frame
from kinos.domain.errors import BudgetError, KinosError, SetupError, UsageError

HERE = os.getpid()


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder of this test's own, with a short path: sockets have a limit."""
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"


async def answer(method: str, params: Mapping[str, Any]) -> Any:
    """What the engine of these tests says."""
    if method == "refuse":
        raise BudgetError("The cap is reached.", "Raise it.")
    return {"method": method, "params": dict(params)}


@pytest.fixture
async def server(root: Path) -> AsyncIterator[ControlServer]:
    server = ControlServer(root, answer)
    await server.start()
    yield server
    await server.stop()


async def test_a_question_is_answered(server: ControlServer, root: Path) -> None:
    assert await ask(HERE, root, "status", {"a": [1, "é"]}) == {"method": "status", "params": {"a": [1, "é"]}}


async def test_the_workspace_is_known_by_its_real_path(server: ControlServer, root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert engines(tmp_path / "link") == [HERE]
    assert engines(tmp_path) == []


async def test_an_error_is_passed_on_with_its_remedy_and_exit_code(server: ControlServer, root: Path) -> None:
    with pytest.raises(KinosError) as caught:
        await ask(HERE, root, "refuse", {})
    assert (caught.value.message, caught.value.remedy, caught.value.exit_code) == (
        "The cap is reached.",
        "Raise it.",
        4,
    )


@pytest.mark.parametrize("body", [b"[]", b"7", b'{"method": "x", "params": [1]}'])
async def test_what_is_no_request_is_refused(server: ControlServer, runtime: Path, body: bytes) -> None:
    (path,) = (runtime / "kinos").glob("*.sock")
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(framed(body))
    reply = json.loads(await read_frame(reader) or b"")
    assert reply["error"]["exit"] == UsageError.exit_code
    writer.write(framed(b"{"))
    assert await read_frame(reader) is None
    writer.close()
    await writer.wait_closed()


async def test_only_the_user_may_enter_the_folder_of_sockets(server: ControlServer, runtime: Path) -> None:
    assert stat.S_IMODE((runtime / "kinos").stat().st_mode) == 0o700


async def test_a_folder_open_to_others_is_not_used(root: Path, runtime: Path) -> None:
    (runtime / "kinos").mkdir(parents=True, mode=0o777)
    (runtime / "kinos").chmod(0o777)
    with pytest.raises(SetupError, match="open to others"):
        await ControlServer(root, answer).start()


async def test_a_long_runtime_path_is_left_for_a_short_one(
    root: Path, tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("long" * 30)))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(runtime))
    server = ControlServer(root, answer)
    await server.start()
    assert engines(root) == [HERE]
    await server.stop()
    assert not (tmp_path / ("long" * 30)).exists()


async def test_a_long_path_of_temporary_files_too_is_left_for_a_short_one(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long" * 30)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(long))
    server = ControlServer(root, answer)
    await server.start()
    assert await ask(HERE, root, "status", {}) == {"method": "status", "params": {}}
    await server.stop()
    assert not long.exists()


def test_a_runtime_folder_that_cannot_be_made_is_named_with_what_to_do(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.NamedTemporaryFile(prefix="k") as file:
        monkeypatch.setenv("XDG_RUNTIME_DIR", file.name)
        with pytest.raises(SetupError, match=r"cannot be made: Not a directory\. Set XDG_RUNTIME_DIR"):
            engines(root)


async def test_an_engine_that_has_stopped_is_gone(root: Path, runtime: Path) -> None:
    server = ControlServer(root, answer)
    await server.stop()
    await server.start()
    await server.stop()
    assert engines(root) == []
    assert list((runtime / "kinos").iterdir()) == []
    with pytest.raises(SetupError, match=f"process {HERE}\\) does not answer"):
        await ask(HERE, root, "status", {})


async def test_a_dead_socket_is_removed_even_if_its_number_lives_on(
    server: ControlServer, root: Path, runtime: Path
) -> None:
    (alive,) = (runtime / "kinos").glob("*.sock")
    dead = alive.with_name(alive.name.replace(f"-{HERE}.", f"-{os.getppid()}."))
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(dead))
    assert dead.exists()
    assert engines(root) == [HERE]
    assert not dead.exists()


async def test_an_engine_that_dies_before_it_answers_is_said(root: Path) -> None:
    async def never(method: str, params: Mapping[str, Any]) -> Any:
        raise ConnectionResetError

    server = ControlServer(root, never)
    await server.start()
    with pytest.raises(SetupError, match="did not answer"):
        await ask(HERE, root, "status", {})
    await server.stop()


async def test_a_client_that_leaves_early_does_not_hurt(server: ControlServer, root: Path, runtime: Path) -> None:
    (path,) = (runtime / "kinos").glob("*.sock")
    _, writer = await asyncio.open_unix_connection(path)
    writer.write(b"\x00\x00")
    writer.close()
    await writer.wait_closed()
    assert await ask(HERE, root, "status", {}) == {"method": "status", "params": {}}


@pytest.mark.parametrize(("where", "found"), [("..", True), (".", False), ("docs", True), ("other", False)])
async def test_an_engine_of_another_process_around_or_inside_is_found(
    where: str, found: bool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = (root / where).resolve()
    place.mkdir(exist_ok=True)
    engine = ControlServer(place, answer)
    await engine.start()
    assert around(root, ["docs"]) is None
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert around(root, ["docs"]) == ((place, HERE) if found else None)
    await engine.stop()


async def test_folders_inside_are_not_looked_for_where_nobody_listens(root: Path, runtime: Path) -> None:
    def walk() -> Iterator[str]:
        raise AssertionError("a walk takes long")
        yield

    assert around(root, walk()) is None


async def test_an_engine_that_does_not_answer_is_given_up_in_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(method: str, params: Mapping[str, Any]) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(control_socket, "_ANSWER", 0.1)
    server = ControlServer(root, never)
    await server.start()
    with pytest.raises(SetupError, match=f"process {HERE}\\) did not answer. Look whether it still runs"):
        await ask(HERE, root, "status", {})
    await server.stop()


async def test_an_engine_that_takes_nobody_any_more_is_there_all_the_same_and_is_given_up_in_time(
    root: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_socket, "_ANSWER", 0.2)
    server = ControlServer(root, answer)
    await server.start()
    path = server._path
    assert path is not None
    await server.stop()
    with socket.socket(socket.AF_UNIX) as hung, contextlib.ExitStack() as waiting:
        hung.bind(os.fspath(path))
        hung.listen(0)
        for _ in range(3):
            client = waiting.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(os.fspath(path))
        assert engines(root) == [HERE]
        assert path.exists()
        with pytest.raises(SetupError, match="did not answer"):
            await ask(HERE, root, "status", {})
