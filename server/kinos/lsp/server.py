"""The language server: one connection from its first byte to its last, on stdio or on TCP."""

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import suppress

from kinos import __version__
from kinos.domain.errors import SetupError
from kinos.lsp import lifecycle
from kinos.lsp.background import Background
from kinos.lsp.client import EditorClient
from kinos.lsp.feature import (
    code_action,
    code_lens,
    command,
    document_command,
    document_link,
    document_symbol,
    hover,
    inlay_hint,
    text_sync,
    watched_file,
    workspace_folder,
)
from kinos.lsp.folder import Factory
from kinos.lsp.folders import Folders
from kinos.lsp.lifecycle import Lifecycle
from kinos.lsp.offer import Offers
from kinos.lsp.protocol import Protocol, Server
from kinos.lsp.transport import Deadline, Output, StdoutWriter, claimed_stdio, frames, stdin_reader

_log = logging.getLogger(__name__)

_END = 1.8
"""Seconds from the end of a connection to the end of the process, at most."""
_TURN = 0.02
"""Seconds of messages in a row after which others get their turn."""
_OFFERED = (code_lens, inlay_hint, hover, document_symbol, document_link)
"""What is offered about open documents, to a client that declares it."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_stdio(factory: Factory) -> int:
    """Serve the editor at the other end of stdin and stdout until it leaves; returns the exit code."""
    _start_log()
    incoming, outgoing = claimed_stdio()

    async def connect() -> int:
        output = StdoutWriter(outgoing)
        try:
            return await serve(factory, stdin_reader(incoming), output, Deadline(_END).start)
        finally:
            output.close()

    return asyncio.run(connect())


def run_tcp(factory: Factory, host: str, port: int) -> int:
    """Serve the first editor that connects, until it leaves; returns the exit code. Raises SetupError."""
    _start_log()

    async def connect() -> int:
        reader, writer = await _first_client(host, port)
        try:
            return await serve(factory, reader, writer, Deadline(_END).start)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    return asyncio.run(connect())


async def serve(
    factory: Factory, reader: asyncio.StreamReader, output: Output, ending: Callable[[], None] = lambda: None
) -> int:
    """Serve one connection; returns the exit code, 0 when the editor said goodbye as it should.

    However it ends, by `exit`, the end of the stream, a signal or the death of the editor's process: every team is
    stopped and no process is left. `ending` is called when that begins.
    """
    server, background = Server(__version__), Background()
    client = EditorClient(server)
    folders = Folders(client, background, factory)
    offers = Offers(server, client, folders, [each.offer for each in _OFFERED])
    life = Lifecycle(client, folders, background, offers)
    lifecycle.register(server, life)
    for feature in (text_sync, watched_file, workspace_folder, command, document_command, code_action):
        feature.register(server, folders)
    server.protocol.set_writer(output)
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, life.over.set)
    reading = asyncio.create_task(_read(reader, server.protocol))
    reading.add_done_callback(lambda _: life.over.set())
    await life.over.wait()
    ending()
    reading.cancel()
    await life.close()
    with suppress(asyncio.CancelledError):
        await reading
    return 0 if server.protocol.is_shut_down else 1


async def _read(reader: asyncio.StreamReader, protocol: Protocol) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async for body in frames(reader):
        protocol.receive(body)
        if loop.time() - began > _TURN:
            await asyncio.sleep(0)
            began = loop.time()


async def _first_client(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    came: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Future()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if came.done():
            writer.close()
        else:
            came.set_result((reader, writer))

    try:
        listener = await asyncio.start_server(connected, host, port)
    except OSError as error:
        raise SetupError(f"Nothing can listen on {host}:{port}: {error.strerror}.", "Choose another port.") from error
    address = listener.sockets[0].getsockname()
    _log.info("listening on %s:%s", *address[:2])
    try:
        return await came
    finally:
        listener.close()


def _start_log() -> None:
    """Log to stderr, which editors show; pygls' own log repeats every message."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
