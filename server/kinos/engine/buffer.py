"""The documents open in an editor: the sole truth for their text while they are open."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from kinos.engine.ports import Clock
from kinos.tokens.document import Encoding, OpenText, TextEdit


@dataclass(slots=True)
class Buffer:
    """One open document. `saved` is whether the editor's text is on the disk; `typed` is when it last changed (monotonic)."""

    text: OpenText
    saved: bool = True
    typed: float = float("-inf")
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def content(self) -> bytes:
        """The text as bytes, as a file would have it."""
        return self.text.text.encode("utf-8", "surrogatepass")

    def ring(self) -> None:
        """Wake whoever waits for a change."""
        waiting, self.changed = self.changed, asyncio.Event()
        waiting.set()


class Buffers:
    """Open documents by workspace-relative path, any kind of file."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Buffer] = {}
        self.on_change: Callable[[str], None] = lambda path: None
        """Called with the path right after each change: what comes right behind it may hide it."""

    def __contains__(self, path: str) -> bool:
        return path in self._open

    def __iter__(self) -> Iterator[str]:
        return iter(self._open)

    def get(self, path: str) -> Buffer | None:
        """The open document at `path`."""
        return self._open.get(path)

    def open(self, path: str, text: str, version: int) -> Buffer:
        """The editor opened it."""
        self._open[path] = Buffer(OpenText(text, version))
        return self._open[path]

    def change(self, path: str, edits: Sequence[TextEdit | str], version: int, encoding: Encoding) -> Buffer:
        """The editor changed it: ranges, or the whole text as a plain string."""
        buffer = self._open[path]
        buffer.text.apply(edits, version, encoding)
        buffer.saved = False
        buffer.typed = self._clock.monotonic()
        self.on_change(path)
        buffer.ring()
        return buffer

    def save(self, path: str) -> None:
        """The editor wrote it to the disk."""
        if path in self._open:
            self._open[path].saved = True

    def close(self, path: str) -> Buffer | None:
        """The editor closed it."""
        buffer = self._open.pop(path, None)
        if buffer is not None:
            buffer.ring()
        return buffer

    def typing(self, path: str, seconds: float) -> float:
        """Seconds until nobody has typed into `path` for `seconds`; 0 or less when that is so, or it is not open."""
        buffer = self._open.get(path)
        return 0.0 if buffer is None else buffer.typed + seconds - self._clock.monotonic()

    async def heard(self, path: str, seconds: float | None) -> None:
        """Wait until something happens to the open document, or for `seconds`; None waits for that alone."""
        buffer = self._open.get(path)
        if buffer is not None:
            await self._clock.wait(buffer.changed, seconds)

    def wake(self) -> None:
        """End every `heard`."""
        for buffer in self._open.values():
            buffer.ring()
