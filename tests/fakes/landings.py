"""A landing with everything around it in memory."""

from collections.abc import Mapping

from fakes.clock import FakeClock
from fakes.disk import MemoryDisk
from fakes.editor import FakeEditor
from fakes.fuse import Fuse
from fakes.journal import MemoryJournal
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.engine.buffer import Buffers
from kinos.engine.landing import Landing
from kinos.engine.merge import onto
from kinos.tokens.document import Encoding


class Workbench:
    """One workspace: `disk`, `journal`, an `editor` in which documents may be open, and the `landing` over them."""

    def __init__(self, files: Mapping[str, str | bytes], clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.disk = MemoryDisk(files)
        self.journal = MemoryJournal()
        self.buffers = Buffers(self.clock)
        self.editor = FakeEditor(self.clock)
        self.editor.on_change = lambda path, edits, version: self._changed(path, version)
        self.editor.on_save = self.save
        self.landing = self._landing()
        self._made = 0

    def burn(self, fuse: Fuse) -> None:
        """Let `fuse` count, or kill at, each step of the disk and the journal."""
        self.disk.fuse = self.journal.fuse = fuse

    def restart(self) -> None:
        """Another process starts on what the last one left; nothing is open in it."""
        self.burn(Fuse())
        self.buffers = Buffers(self.clock)
        self.landing = self._landing()

    def open(self, path: str, text: str | None = None) -> None:
        """The person opens `path`, with what is in it unless told otherwise."""
        shown = self.disk.files[path].decode("utf-8-sig") if text is None else text
        self.editor.open(path, shown)
        self.buffers.open(path, shown, 1)

    def save(self, path: str) -> None:
        """The person saves `path`."""
        self.disk.put(path, self.editor.text(path))
        self.buffers.save(path)

    def close(self, path: str) -> None:
        """The person closes `path`."""
        self.buffers.close(path)

    def proposed(self, **texts: str | None) -> Change:
        """What an agent made of the files as they are now: `a_md="…"` is a.md; None deletes."""
        return self.proposal({name.replace("__", "/").replace("_", "."): text for name, text in texts.items()})

    def proposal(self, texts: Mapping[str, str | None]) -> Change:
        """The same by path."""
        files = tuple(self._file(path, self.landing.current(path), text) for path, text in texts.items())
        self._made += 1
        return Change(
            f"c{self._made}", "y1", "s1", "production", "Title", "Why", files, self.clock.now(), ChangeState.ACCEPTED
        )

    def _file(self, path: str, base: bytes | None, text: str | None) -> FileChange:
        return FileChange(path, self._keep(base), self._keep(onto(path, base, text)))

    def _keep(self, content: bytes | None) -> str | None:
        return None if content is None else self.journal.keep(content)

    def _landing(self) -> Landing:
        return Landing(self.disk, self.journal, self.buffers, self.editor, tuple)

    def _changed(self, path: str, version: int) -> None:
        # The whole text: what matters here is that the engine sees what the person sees.
        if path in self.buffers:
            self.buffers.change(path, [self.editor.text(path)], version, Encoding.UTF32)
