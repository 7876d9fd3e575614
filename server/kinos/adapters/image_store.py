"""Images of files, kept by content, flushed before they are relied on, and removed once nothing needs them."""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kinos.adapters.whole_file import HALF, put
from kinos.domain.change import digest


@dataclass(frozen=True, slots=True)
class _Image:
    needed: datetime
    path: Path
    bytes: int


class ImageStore:
    """Files under `folder`, each named by the digest of its content. Its time is when it was needed last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes, name: str | None = None) -> str:
        """Store an image under its digest, which is `name` where that is known. Raises OSError."""
        name = name or digest(content)
        try:
            os.utime(self._place(name))
        except OSError:
            # What is there is kept, whoever's it is.
            if not (target := Path(self._place(name))).exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                put(target, content, flushed=True)
        return name

    def read(self, name: str) -> bytes | None:
        """A stored image, or None when it is not kept."""
        try:
            with open(self._place(name), "rb") as stream:  # noqa: PTH123
                return stream.read()
        except OSError:
            return None

    def prune(self, needed: Mapping[str, datetime], held: Collection[str | None], since: datetime, most: int) -> int:
        """Remove what was not needed after `since`, then the oldest until at most `most` bytes are left, but none of `held`.

        `needed` says when a change last needed an image. Returns how many were removed.
        """
        self._sweep()
        images = sorted(self._all(needed), key=lambda image: (image.needed, image.path))
        left, removed = sum(image.bytes for image in images), 0
        for image in images:
            if image.path.name not in held and (image.needed < since or left > most) and _removed(image.path):
                left -= image.bytes
                removed += 1
        return removed

    def _sweep(self) -> None:
        """Remove what a process that was killed has half written."""
        for path in self._folder.glob(f"??/*{HALF}*"):
            if not path.name.endswith(f"{HALF}{os.getpid()}"):
                _removed(path)

    def _all(self, needed: Mapping[str, datetime]) -> Iterator[_Image]:
        for path in self._folder.glob("??/*"):
            with suppress(OSError):
                found = path.stat()
                kept = datetime.fromtimestamp(found.st_mtime, UTC)
                yield _Image(max(kept, needed.get(path.name, kept)), path, found.st_size)

    def _place(self, name: str) -> str:
        return f"{self._folder}{os.sep}{name[:2]}{os.sep}{name}"


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
