"""The workspace's files on the disk: walking, reading, and replacing them atomically."""

import os
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from kinos.adapters.ignore import Ignore
from kinos.domain.change import digest
from kinos.domain.errors import ConflictError, LandingError, PolicyError, SetupError
from kinos.domain.path import is_document


class FileDisk:
    """One folder. Paths are relative to `root`, POSIX."""

    def __init__(self, root: Path, exclude: tuple[str, ...] = ()) -> None:
        self.root = root.resolve()
        self._ignore = Ignore(self.root, exclude)

    def check(self) -> None:
        """Raise SetupError when the folder cannot be worked on at all."""
        try:
            os.scandir(self.root).close()
        except FileNotFoundError as error:
            raise SetupError(f"There is no folder {self.root}.", "Give an existing one with -C.") from error
        except NotADirectoryError as error:
            raise SetupError(f"{self.root} is not a folder.", "Give a folder with -C.") from error
        except PermissionError as error:
            raise SetupError(f"The folder {self.root} cannot be read.", "Check its permissions.") from error

    def documents(self) -> list[str]:
        """Every Markdown document that is not ignored, sorted."""
        self._ignore.forget()
        return sorted(path for path in self._files() if is_document(path))

    def suffixes(self) -> Mapping[str, int]:
        """How many files there are by suffix, in lower case."""
        return Counter(os.path.splitext(path)[1].lower() for path in self._files())  # noqa: PTH122

    def ignored(self, path: str) -> bool:
        """Whether it, or a folder above it, is ignored."""
        return self._ignore.hides(path)

    def read(self, path: str) -> bytes | None:
        """The bytes, or None when there is no such file."""
        try:
            target = self._inside(path)
            return target.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PolicyError as error:
            raise LandingError(error.message) from error
        except OSError as error:
            raise LandingError(f"{path} cannot be read: {error.strerror}.") from error

    def stamp(self, path: str) -> tuple[int, int] | None:
        """Modification time in nanoseconds and size in bytes."""
        try:
            found = (self.root / path).stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None

    def permit(self, path: str) -> None:
        """Raise PolicyError when agents may not write there."""
        target = self._inside(path)
        if self._ignore.hides(path):
            raise PolicyError(
                f"{path} is ignored (.gitignore, .kinosignore or documents.exclude): agents leave it alone."
            )
        if self._folds(path):
            raise PolicyError(f"{path} differs only in case from a file that is there.")
        if target.exists():
            if not target.is_file():
                raise PolicyError(f"{path} is not a regular file.")
            if not _writable(target):
                raise PolicyError(f"{path} is write-protected.")
        elif not _writable(_existing(target.parent)):
            raise PolicyError(f"The folder of {path} is write-protected.")

    def write(self, path: str, content: bytes | None, expected: str | None) -> None:
        """Replace, create or (None) delete, if what is there has the digest `expected`."""
        target = self._inside(path)
        try:
            self._write(path, target, content, expected)
        except OSError as error:
            raise LandingError(f"{path} could not be written: {error.strerror}.", "Nothing was changed.") from error

    def _write(self, path: str, target: Path, content: bytes | None, expected: str | None) -> None:
        if content is None:
            self._expect(path, target, expected)
            target.unlink()
            self._prune(target.parent)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".kinos-", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            _like(temporary, target)
            # As late as can be: what was there must still be there.
            self._expect(path, target, expected)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync(target.parent)

    def _expect(self, path: str, target: Path, expected: str | None) -> None:
        found = digest(target.read_bytes()) if target.exists() else None
        if found != expected:
            raise ConflictError(f"{path} has been changed by somebody else just now.")

    def _inside(self, path: str) -> Path:
        """The real file behind `path`. Raises PolicyError when a link leads out of the workspace or into a hidden folder."""
        target = (self.root / path).resolve()
        if not target.is_relative_to(self.root):
            raise PolicyError(f"{path} leads out of the workspace.")
        inner = target.relative_to(self.root).parts
        if any(part.startswith(".") for part in inner):
            raise PolicyError(f"{path} leads into a hidden folder.")
        return target

    def _folds(self, path: str) -> bool:
        """Whether another spelling of `path` exists: on some systems both are one file."""
        folder, name = self.root, ""
        for name in path.split("/"):
            if not folder.is_dir():
                return False
            names = {entry.name for entry in os.scandir(folder)}
            if name not in names and name.casefold() in {other.casefold() for other in names}:
                return True
            folder /= name
        return False

    def _prune(self, folder: Path) -> None:
        """Remove folders that a deletion left empty."""
        with suppress(OSError):
            while folder != self.root:
                folder.rmdir()
                folder = folder.parent

    def _files(self) -> Iterator[str]:
        """Files that are not ignored, hidden folders left out, links to folders not followed."""
        pending = [""]
        while pending:
            prefix = pending.pop()
            try:
                entries = list(os.scandir(self.root / prefix))
            except OSError:
                continue
            for entry in entries:
                path = f"{prefix}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith(".") and not self._ignore.hides(f"{path}/"):
                        pending.append(f"{path}/")
                elif self._is_file(entry) and not self._ignore.hides(path):
                    yield path

    def _is_file(self, entry: os.DirEntry[str]) -> bool:
        if not entry.is_file():
            return False
        return not entry.is_symlink() or Path(entry.path).resolve().is_relative_to(self.root)


def _writable(path: Path) -> bool:
    # Root may write anything: what the permission bits say is what the person meant.
    mode = path.stat().st_mode
    return bool(
        mode & stat.S_IWUSR if path.stat().st_uid == os.geteuid() or os.geteuid() == 0 else os.access(path, os.W_OK)
    )


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _like(temporary: Path, target: Path) -> None:
    """Give the new file the mode and owner of the old one; a new file gets what the umask says."""
    if target.exists():
        old = target.stat()
        temporary.chmod(stat.S_IMODE(old.st_mode))
        with suppress(PermissionError):
            os.chown(temporary, old.st_uid, old.st_gid)
        return
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)


def _sync(folder: Path) -> None:
    """Flush a rename to the disk, where folders can be flushed."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
