"""What is open in the editor: its text as the person has it, and what becomes of changes that landed there unsaved."""

from collections.abc import Collection, Sequence

from kinos.domain.change import ChangeState
from kinos.domain.errors import LandingError
from kinos.domain.rename import Rename, renamed
from kinos.engine.buffer import Buffers
from kinos.engine.changes import Changes
from kinos.engine.keeper import Keeper
from kinos.engine.own_undo import OwnUndo
from kinos.engine.ports import Disk, StateFolder
from kinos.engine.sizes import Sizes
from kinos.engine.text import Text, parse
from kinos.engine.upkeep import Upkeep
from kinos.tokens.document import TextEdit
from kinos.tokens.position import Encoding

_UNSAVED = ChangeState.LANDED_UNSAVED


class TextSync:
    """Follows the documents of one workspace that an editor has open, any kind of file."""

    def __init__(
        self, buffers: Buffers, sizes: Sizes, changes: Changes, own_undo: OwnUndo, keeper: Keeper, upkeep: Upkeep, disk: Disk,
        folder: StateFolder,
    ) -> None:  # fmt: skip
        self._buffers = buffers
        self._sizes = sizes
        self._changes = changes
        self._own_undo = own_undo
        self._keeper = keeper
        self._upkeep = upkeep
        self._disk = disk
        self._folder = folder
        self._renames: tuple[Rename, ...] = ()

    def did_open(self, path: str, text: str, version: int) -> None:
        """The editor opened `path`."""
        buffer = self._buffers.open(path, text, version)
        self._sizes.opened(path)
        if self._changes.unsaved(path) and not self._folder.others():
            # It landed in an editor whose engine has died: was it saved, and is it still there?
            now = parse(buffer.text.text)
            buffer.saved = self._on_disk(path, now)
            self._judge(path, now, f"{path} was opened again without it")

    def did_change(self, path: str, edits: Sequence[TextEdit | str], version: int, encoding: Encoding) -> None:
        """The editor changed `path`."""
        self._buffers.change(path, edits, version, encoding)
        self._sizes.opened(path)

    def did_save(self, path: str) -> None:
        """The editor wrote `path`. What it wrote may be older than what came meanwhile: that is still to be saved then."""
        buffer = self._buffers.get(path)
        now = None if buffer is None else parse(buffer.text.text)
        if now is not None and self._wrote(path, now):
            self._buffers.save(path)
            self._judge(path, now, f"{path} was saved without it")
            self._look_for_undo(path, now)
        self._upkeep.touched([path])

    async def did_close(self, path: str) -> None:
        """The editor closed `path`: the disk counts again."""
        buffer = self._buffers.close(path)
        if buffer is not None and not buffer.saved and not self._leaving(path):
            self._judge(path, self._disk_text(path), f"{path} was closed without saving")
        await self._sizes.refresh([path])
        self._upkeep.touched([path])

    def will_rename(self, renames: Collection[Rename]) -> None:
        """The editor is about to give files other names: a document that is closed now need not be given up."""
        self._renames = tuple(renames)

    def did_rename(self, renames: Collection[Rename]) -> None:
        """Files have other names, and the history knows: what landed unsaved in them is looked for under the new ones."""
        self._renames = ()
        for path in {path for change in self._changes.all() if change.state is _UNSAVED for path in change.paths}:
            if not any(path == each.new or path.startswith(f"{each.new}/") for each in renames):
                continue
            buffer = self._buffers.get(path)
            if buffer is not None:
                now = parse(buffer.text.text)
                buffer.saved = self._on_disk(path, now)
                self._judge(path, now, f"{path} was renamed without it")
            elif not any(renamed(open_, renames) == path for open_ in self._buffers):
                self._judge(path, self._disk_text(path), f"{path} was closed without saving")

    def _leaving(self, path: str) -> bool:
        """Whether the file has gone because it gets another name."""
        return renamed(path, self._renames) != path and self._disk.stamp(path) is None

    def _judge(self, path: str, now: Text, reason: str) -> None:
        """Whether what landed unsaved in `path` is there to stay, now that it is `now`; `reason` says why, if it is not."""
        if self._changes.unsaved(path) and not self._keeper.holder():
            with self._keeper.hold():
                self._changes.settle(path, now, reason)

    def _look_for_undo(self, path: str, now: Text) -> None:
        """Whether the person took what had landed in `path` back with the editor's own undo, or put it there again."""
        if self._own_undo.found(path, now) and not self._keeper.holder():
            with self._keeper.hold():
                self._own_undo.settle(path, now)

    def _disk_text(self, path: str) -> Text:
        """What is in the file; nothing when it is not there or cannot be read."""
        try:
            return parse((self._disk.read(path) or b"").decode("utf-8", "replace"))
        except LandingError:
            return parse("")

    def _wrote(self, path: str, now: Text) -> bool:
        """Whether what the editor has just written is `now`, however it ends its lines and the last one."""
        return self._disk_text(path).unified().rstrip("\n") == now.unified().rstrip("\n")

    def _on_disk(self, path: str, now: Text) -> bool:
        """Whether the file holds `now`, its byte order mark apart, which editors do not show."""
        return self._disk_text(path).raw() == now.raw()
