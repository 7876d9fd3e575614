"""The language server: one connection from its first byte to its last, on stdio or on TCP."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress

from kinos import __version__
from kinos.lsp import lifecycle
from kinos.lsp.background import Background
from kinos.lsp.client import EditorClient, outbox
from kinos.lsp.configuration import EditorSettings
from kinos.lsp.feature import (
    code_action,
    code_lens,
    command,
    configuration,
    document_command,
    document_link,
    document_symbol,
    file_operation,
    hover,
    inlay_hint,
    last_edit,
    map_document,
    person,
    progress,
    prompt,
    size,
    text_sync,
    watched_file,
    workspace_folder,
)
from kinos.lsp.folders import Folders
from kinos.lsp.lifecycle import Lifecycle
from kinos.lsp.offer import Offers
from kinos.lsp.outside import Factory, General
from kinos.lsp.progress import Progresses
from kinos.lsp.protocol import Protocol, Server
from kinos.lsp.tcp import first_client
from kinos.lsp.transport import MOST, Deadline, Input, Writer, claimed_stdio, frames
from kinos.lsp.watching import Watching

_log = logging.getLogger(__name__)

_END = 1.8
"""Seconds from the end of a connection to the end of the process, at most."""
_LAST_WORDS = 0.5
"""Seconds in which what an editor said before it went is handled, if there is much of it."""
_TURN = 0.02
"""Seconds of messages in a row after which others get their turn."""
_OFFERED = (code_lens, inlay_hint, hover, document_symbol, document_link, code_action)
"""What is offered about open documents, to a client that declares it."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_stdio(factory: Factory, general: General, kill: Callable[[], None]) -> int:
    """Serve the editor at the other end of stdin and stdout until it leaves; returns the exit code. `kill` ends by force what
    is left below this process.
    """
    _start_log()
    incoming, outgoing = claimed_stdio()

    async def connect() -> int:
        return await _connection(factory, general, incoming, Writer(outgoing, alone=True), kill)

    return asyncio.run(connect())


def run_tcp(factory: Factory, general: General, kill: Callable[[], None], host: str, port: int) -> int:
    """Serve the first editor that connects, until it leaves, as `run_stdio` does. Raises UsageError and SetupError."""
    _start_log()

    async def connect() -> int:
        waiting = asyncio.ensure_future(first_client(host, port))
        _on_signals(waiting.cancel)
        try:
            client = await waiting
        except (asyncio.CancelledError, ConnectionAbortedError):
            return 1
        with client:
            return await _connection(factory, general, os.dup(client.fileno()), Writer(os.dup(client.fileno())), kill)

    return asyncio.run(connect())


async def _connection(
    factory: Factory, general: General, incoming: int, output: Writer, kill: Callable[[], None]
) -> int:
    ending = Deadline(_END, kill).start
    try:
        return await serve(factory, general, Input(incoming, ending), output, ending)
    finally:
        output.close()


async def serve(
    factory: Factory,
    general: General,
    given: Input,
    output: Writer,
    ending: Callable[[], None] = lambda: None,
) -> int:
    """Serve one connection; returns the exit code, 0 when the editor said goodbye as it should.

    However it ends, by `exit`, the end of the stream, one that cannot be written to, a signal or the death of the editor's
    process: every team is stopped and no process is left. `ending` is called when that begins, perhaps twice.
    """
    server, background = Server(__version__), Background()
    server.outbox = outbox(server, output)
    server.progresses = Progresses(server)
    client = EditorClient(server)
    folders = Folders(client, background, factory, general)
    settings = EditorSettings(client, folders, background)
    offers = Offers(server, client, folders, [each.offer for each in _OFFERED])
    watching = Watching(client, folders, background)
    life = Lifecycle(client, folders, settings, watching, background, offers)
    lifecycle.register(server, life)
    configuration.register(server, settings)
    for feature in (
        text_sync,
        watched_file,
        workspace_folder,
        command,
        document_command,
        last_edit,
        map_document,
        prompt,
        person,
        size,
        code_action,
        file_operation,
        progress,
    ):
        feature.register(server, folders)
    server.protocol.set_writer(output)
    _on_signals(life.over.set)
    ways = (_read(given, output, server.protocol), output.gone.wait(), _left(given, ending))
    ends = [asyncio.ensure_future(way) for way in ways]
    for end in ends:
        end.add_done_callback(lambda _: life.over.set())
    await life.over.wait()
    ending()
    for end in ends:
        end.cancel()
    await life.close()
    server.progresses.close()
    for end in ends:
        with suppress(asyncio.CancelledError):
            await end
    return 0 if server.protocol.is_shut_down else 1


async def _left(given: Input, ending: Callable[[], None]) -> None:
    """Until the editor has gone, and what it said before has had its time."""
    await given.gone.wait()
    ending()
    await asyncio.sleep(_LAST_WORDS)


async def _read(given: Input, output: Writer, protocol: Protocol) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async for body in frames(given.reader):
        protocol.receive(body)
        if output.pending > MOST and not await _room(given, output):
            return
        if loop.time() - began > _TURN:
            await asyncio.sleep(0)
            began = loop.time()


async def _room(given: Input, output: Writer) -> bool:
    """Take nothing more from an editor that does not read its answers, until it does; False when it has gone instead."""
    room = asyncio.Event()
    output.when_room(room.set)
    waiting = [asyncio.ensure_future(event.wait()) for event in (room, given.gone)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
    return room.is_set()


def _on_signals(act: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue  # nohup: the terminal's end is not ours
        loop.add_signal_handler(number, act)


def _start_log() -> None:
    """Log to stderr, which editors show; pygls' own log repeats every message."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
