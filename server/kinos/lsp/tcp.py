"""TCP for one editor: only from this machine, and on Linux only from programs of the same user."""

import asyncio
import ipaddress
import logging
import os
import socket
import sys
from collections.abc import Callable, Container, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from kinos.domain.errors import SetupError, UsageError

type Place = tuple[socket.AddressFamily, tuple[str, int]]

_log = logging.getLogger(__name__)

_ESTABLISHED = "01"
"""The state of a connection in /proc/net/tcp whose other end is a live program's; any other has lost its owner."""


async def first_client(
    host: str, port: int, welcome: Callable[[socket.socket], bool | None] | None = None
) -> socket.socket:
    """The connection of the first editor; nobody else gets one, and none that is not `welcome`, as those of other users are not.

    Raises ConnectionAbortedError when the editor left at once, UsageError for a host that is not this machine, and SetupError
    where nothing can listen.
    """
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        listeners = [stack.enter_context(listener) for listener in _listeners(await _addresses(host, port))]
        _log.info("listening on %s:%s", *listeners[0].getsockname()[:2])
        while True:
            waiting = [asyncio.ensure_future(loop.sock_accept(listener)) for listener in listeners]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waiting:
                    each.cancel()
            for client in [each.result()[0] for each in waiting if each.done() and not each.cancelled()]:
                verdict = (welcome or ours)(client)
                if verdict is None:
                    client.close()
                    raise ConnectionAbortedError
                if verdict:
                    client.setblocking(True)
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    return client
                _log.warning("a connection of another user was refused")
                client.close()


async def _addresses(host: str, port: int) -> Sequence[Place]:
    """Where to listen: whoever connects works with this user's files and keys, so on this machine only."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SetupError(f"{host} is not known: {error.strerror}.", "Use 127.0.0.1.") from error
    places = [(family, (str(place[0]), int(place[1]))) for family, _, _, _, place in found]
    if not all(ipaddress.ip_address(address.partition("%")[0]).is_loopback for _, (address, _) in places):
        raise UsageError(
            f"kin lsp listens on this machine only, and {host} can be reached from others: whoever connects works with your"
            " files and keys.",
            f"Use 127.0.0.1:{port}, and from another machine a tunnel: ssh -L {port}:127.0.0.1:{port} HOST.",
        )
    return places


def _listeners(places: Sequence[Place]) -> list[socket.socket]:
    listeners: list[socket.socket] = []
    for family, place in places:
        try:
            listeners.append(socket.create_server(place, family=family, backlog=1))
        except OSError as error:
            if listeners:
                continue  # such as ::1 where there is no IPv6
            address = f"{place[0]}:{place[1]}"
            reason = os.strerror(error.errno or 0)
            raise SetupError(f"Nothing can listen on {address}: {reason}.", "Choose another port.") from error
        listeners[-1].setblocking(False)
    return listeners


def ours(client: socket.socket, users: Container[int] | None = None) -> bool | None:
    """Whether the program at the other end is this user's, or the system's; None when it has left already, so that nobody knows
    whose it was. True where the system does not tell.
    """
    users = (os.getuid(), 0) if users is None else users
    table = "tcp6" if client.family is socket.AF_INET6 else "tcp"
    with suppress(FileNotFoundError):
        own, other = (_entry(*name[:2]) for name in (client.getsockname(), client.getpeername()))
        for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if (fields[1], fields[2]) == (other, own):
                return int(fields[7]) in users if fields[3] == _ESTABLISHED else None
        return None
    return True


def _entry(address: str, port: int) -> str:
    """An address as /proc/net/tcp writes it: each 32 bits as the number they are to this machine."""
    packed = ipaddress.ip_address(address.partition("%")[0]).packed
    words = (packed[start : start + 4] for start in range(0, len(packed), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words) + f":{port:04X}"
