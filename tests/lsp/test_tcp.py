"""Who may connect, and from where."""

import asyncio
import os
import socket

import pytest

from kinos.domain.errors import SetupError, UsageError
from kinos.lsp.tcp import first_client, ours


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])  # noqa: S104
async def test_an_address_others_can_reach_is_refused_with_a_way_that_is_safe(host: str) -> None:
    with pytest.raises(UsageError, match="listens on this machine only") as refused:
        await first_client(host, 0)
    assert "ssh -L" in refused.value.remedy


async def test_a_name_that_nobody_knows_is_explained() -> None:
    with pytest.raises(SetupError, match="is not known"):
        await first_client("no-such-host.invalid", 0)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_connection_of_this_user_is_told_from_one_that_has_lost_its_owner(family: socket.AddressFamily) -> None:
    try:
        listener = socket.create_server(("127.0.0.1" if family is socket.AF_INET else "::1", 0), family=family)
    except OSError:
        assert family is socket.AF_INET6, "a machine without IPv6 has none to listen on"
        return
    with listener:
        with socket.create_connection(listener.getsockname()[:2]):
            client, _ = listener.accept()
            with client:
                assert ours(client)
                assert ours(client, users=[os.getuid() + 1]) is False
        client, _ = connect_and_leave(listener)
        with client:
            assert ours(client) is None


def connect_and_leave(listener: socket.socket) -> tuple[socket.socket, object]:
    with socket.create_connection(listener.getsockname()[:2]):
        pass
    return listener.accept()


async def test_a_stranger_is_turned_away_and_the_editor_after_them_is_served(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter((False, True))
    with caplog.at_level("INFO"):
        serving = asyncio.ensure_future(first_client("127.0.0.1", 0, lambda client: next(answers)))
        while not caplog.records:
            await asyncio.sleep(0)
    port = int(caplog.messages[0].rpartition(":")[2])
    reader, stranger = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == b""
    stranger.close()
    assert not serving.done()
    _, editor = await asyncio.open_connection("127.0.0.1", port)
    with await serving as client:
        assert client.getpeername() == editor.get_extra_info("sockname")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
    editor.close()


async def test_an_editor_that_left_at_once_leaves_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        serving = asyncio.ensure_future(first_client("127.0.0.1", 0, lambda client: None))
        while not caplog.records:
            await asyncio.sleep(0)
    _, editor = await asyncio.open_connection("127.0.0.1", int(caplog.messages[0].rpartition(":")[2]))
    with pytest.raises(ConnectionAbortedError):
        await serving
    editor.close()
