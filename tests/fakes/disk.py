"""A workspace in memory."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from fakes.fuse import Fuse
from kinos.domain.errors import ConflictError, LandingError, PolicyError
from kinos.domain.path import is_document, matches


class MemoryDisk:
    """Implements `Disk`. `full` are paths the disk refuses to write, `locked` to read, `on_write` is called before each write."""

    def __init__(self, files: Mapping[str, str | bytes] | None = None, fuse: Fuse | None = None) -> None:
        self.root = Path("workspace")
        self.files: dict[str, bytes] = {}
        self.hidden: set[str] = set()
        self.ceded: Sequence[str] = ()
        self.excluded: tuple[str, ...] = ()
        self.protected: set[str] = set()
        self.locked: set[str] = set()
        self.closed: dict[str, str] = {}
        self.full: set[str] = set()
        self.writes: list[str] = []
        self.on_write: Callable[[str], object] = lambda path: None
        self.fuse = fuse or Fuse()
        self._stamps: dict[str, int] = {}
        for path, content in (files or {}).items():
            self.put(path, content)

    def put(self, path: str, content: str | bytes) -> None:
        """A person or another program writes `path`."""
        self.files[path] = content.encode() if isinstance(content, str) else content
        self._stamps[path] = sum(self._stamps.values()) + 1

    def text(self, path: str) -> str:
        """What is in `path`."""
        return self.files[path].decode()

    def exclude(self, globs: Sequence[str]) -> None:
        self.excluded = tuple(globs)

    def reread_ignored(self) -> None:
        pass

    def cede(self, folders: Sequence[str]) -> None:
        self.ceded = folders

    def real(self, path: str) -> str:
        return path

    def documents(self) -> list[str]:
        return sorted(path for path in self.files if is_document(path) and self._shown(path))

    def paths(self) -> list[str]:
        return sorted(path for path in tuple(self.files) if self._shown(path))

    def ignored(self, path: str) -> bool:
        return path in self.hidden or self._is_ceded(path) or matches(path, self.excluded)

    def read(self, path: str) -> bytes | None:
        if path in self.locked:
            raise LandingError(f"{path} cannot be read: Permission denied.")
        return self.files.get(path)

    def permit(self, path: str) -> None:
        if self._is_ceded(path):
            raise PolicyError(f"{path} belongs to a workspace folder of its own.")
        if path in self.hidden:
            raise PolicyError(f"{path} is ignored.")
        if path in self.protected:
            raise PolicyError(f"{path} is write-protected.")

    def write(
        self, path: str, content: bytes | None, expected: bytes | None, ready: Callable[[], object] = bool
    ) -> None:
        self.fuse.burn(f"before {path}")
        self.on_write(path)
        if self._is_ceded(path):
            raise PolicyError(f"{path} belongs to a workspace folder of its own.")
        if path in self.full:
            raise LandingError(f"{path} could not be written: No space left on device.")
        ready()
        if self.files.get(path) != expected:
            raise ConflictError(f"{path} has been changed by somebody else just now.")
        self.writes.append(path)
        if content is None:
            del self.files[path]
        else:
            self.put(path, content)
        self.fuse.burn(f"after {path}")

    def flush(self) -> None:
        """Nothing is lost from memory."""

    def sweep(self, path: str) -> None:
        """Nothing is half written in memory."""

    def stamp(self, path: str) -> tuple[int, int] | None:
        return (self._stamps[path], len(self.files[path])) if path in self.files else None

    def suffixes(self) -> Mapping[str, int]:
        return Counter(PurePosixPath(path).suffix for path in tuple(self.files))

    def _shown(self, path: str) -> bool:
        return not self.ignored(path) and not any(part.startswith(".") for part in path.split("/"))

    def _is_ceded(self, path: str) -> bool:
        return any(path.startswith(f"{folder}/") for folder in self.ceded)
