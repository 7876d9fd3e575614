"""A worker process: imports everything once, then serves calls until the engine is gone.

In a call a `PlanCall` or `EditCall` comes in; `Reserve` and `Settle` go out around each model call; `Planned`, `Edited` or
`Failed` ends it. There are two ways:

- With `--control` it is a fork server, which needs fork and packets over Unix sockets (Linux). On that socket it says once
  `Ready` or `Failed` (the body of a frame), and each packet of the engine carries the descriptor of a stream for one call,
  which a child serves. The end of a stream ends its call, the end of the control socket everything.
- With `--pipe` it says that on its standard output and serves one call after the other over its standard streams. Their end
  ends it.
"""

import argparse
import contextlib
import ctypes
import gc
import logging
import os
import selectors
import shlex
import shutil
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from kinos.domain.errors import FailureKind
from kinos.domain.message import Failed, Message, Ready, encode
from kinos.domain.usage import Usage
from kinos.worker import environment
from kinos.worker.call import serve
from kinos.worker.channel import Channel, Pipes
from kinos.worker.warm import dummy_cycle, load, warm

log = logging.getLogger(__name__)

EXIT_MISSING = 3
"""Exit code when a package is missing; the engine has been told which."""

NICENESS = 5
"""Whoever types comes first: agents wait for models most of the time anyway."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve calls until the engine is gone; a fork server then removes the private folder. Returns the exit code."""
    given = _parser().parse_args(arguments)
    if given.pipe:
        return _pipe(given.home)  # others work in the folder
    try:
        return _fork_server(_control(given.control), given.home)
    finally:
        # An engine that was killed removes nothing. A child never comes here: it ends where it is.
        shutil.rmtree(given.home, ignore_errors=True)


def _fork_server(control: socket.socket, home: str) -> int:
    _settle_in(home)
    try:
        versions = load()
    except ImportError as error:
        _say(control, _missing(error))
        return EXIT_MISSING
    warm(home)
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page the imports filled
    if not _say(control, Ready(versions)):
        return 0
    return _Server(control).run()


def _pipe(home: str) -> int:
    stream = Pipes(os.dup(0), os.dup(1))  # what stands there from now on is not the engine's
    _settle_in(home)
    try:
        versions = load()
    except ImportError as error:
        stream.sendall(encode(_missing(error)))
        return EXIT_MISSING
    dummy_cycle(home)
    channel = Channel(stream, _end_process)
    with contextlib.suppress(BrokenPipeError):  # the engine is gone
        channel.send(Ready(versions))
        channel.start()
        while True:
            serve(channel)
    return 0


def _settle_in(home: str) -> None:
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    environment.prepare(os.environ, home)
    environment.close_terminal()
    logging.basicConfig(format="%(asctime)s worker[%(process)d] %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("kinos").setLevel(logging.INFO)
    warnings.simplefilter("ignore")  # the packages' own, about each other


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kinos.worker", description="The worker of KinOS; the engine starts it.")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--control", type=int, metavar="FD", help="a Unix packet socket to the engine, to fork for each call"
    )
    way.add_argument("--pipe", action="store_true", help="serve one call after the other over the standard streams")
    parser.add_argument("--home", required=True, metavar="DIR", help="the private folder")
    return parser


def _control(descriptor: int) -> socket.socket:
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    control.setblocking(True)
    return control


def _say(control: socket.socket, message: Message) -> bool:
    """Send `message` as one packet; False when the engine is gone."""
    try:
        control.send(encode(message)[4:], socket.MSG_NOSIGNAL)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def _missing(error: ImportError) -> Failed:
    name = error.name or str(error)
    reason = " (aider has no release for Python 3.13 or later)" if sys.version_info >= (3, 13) else ""
    return Failed(
        FailureKind.WORKER,
        f"Agents cannot run: the Python package {name} is missing or broken in {sys.executable}{reason}.",
        f'Run: {shlex.quote(sys.executable)} -m pip install "kinos[agents]"',
        Usage(),
    )


@dataclass(slots=True)
class _Server:
    """The loop. A child is known by a pipe only it holds the other end of: its end says that the child has ended."""

    control: socket.socket
    children: dict[int, int] = field(default_factory=dict)  # pid by the pipe's descriptor
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> int:
        """Serve until the end of the control socket, then end every child and return 0."""
        self.selector.register(self.control, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fd != self.control.fileno():
                    self._reap(key.fd)
                elif not self._take():
                    self._end()
                    return 0

    def _take(self) -> bool:
        """Start the next call; False when the engine has closed the control socket."""
        try:
            packet, descriptors, _, _ = socket.recv_fds(self.control, 64, 1, socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:
            return False
        if not descriptors:
            return bool(packet)
        stream = socket.socket(fileno=descriptors[0])
        with stream:
            if threading.active_count() > 1:
                log.error("threads are running in the fork server: %s", threading.enumerate())
            self._fork(stream)
        return True

    def _fork(self, stream: socket.socket) -> None:
        lifeline, held = os.pipe()
        parent = os.getpid()
        try:
            child = os.fork()
        except OSError:  # no process or memory left: the engine sees the stream end
            log.exception("no child for a call")
            os.close(lifeline)
            os.close(held)
            return
        if child == 0:
            _become_child(self, lifeline, parent, stream)
        os.close(held)
        _own_group(child)
        self.children[lifeline] = child
        self.selector.register(lifeline, selectors.EVENT_READ)

    def _reap(self, lifeline: int) -> None:
        self.selector.unregister(lifeline)
        os.close(lifeline)
        os.waitpid(self.children.pop(lifeline), 0)

    def _end(self) -> None:
        for child in self.children.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)  # not yet waited for, so the number is still its own
        for lifeline in list(self.children):
            self._reap(lifeline)

    def leave(self) -> None:
        """In a child: let go of what belongs to the server and to other calls."""
        self.selector.close()
        self.control.close()
        for lifeline in self.children:
            os.close(lifeline)


def _become_child(server: _Server, lifeline: int, parent: int, stream: socket.socket) -> NoReturn:
    """Serve the one call of `stream` and end the process, whatever happens."""
    code = 1
    try:
        _own_group(0)
        _die_with(parent)
        os.close(lifeline)
        server.leave()
        stream.setblocking(True)  # whatever the engine set its end of the pair to
        channel = Channel(stream, _end_group)
        channel.start()
        serve(channel)
        code = 0
    except BaseException:  # nothing may unwind into the loop of the parent, of which this is a copy
        log.exception("a call ended the child")
    finally:
        os._exit(code)


def _own_group(process: int) -> None:
    """Put `process` (0: this one) in a group of its own. Parent and child do it, so that it is done when either needs it."""
    try:
        os.setpgid(process, process)
    except (PermissionError, ProcessLookupError):  # it has done so itself and gone on, or ended
        return


def _die_with(parent: int) -> None:
    """Have Linux kill this process when its parent dies, however that comes."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before that
            os._exit(1)


def _end_process(reason: str) -> None:
    """The engine has gone, or given up the call: end with everything below."""
    log.info("ended: %s", reason)
    os._exit(0)


def _end_group(reason: str) -> None:
    """End this call and everything below it at once."""
    log.info("call ended: %s", reason)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
