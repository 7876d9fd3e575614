"""The workspace's files on the disk: walking, reading, and replacing them atomically."""

import os
import secrets
import stat
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from kinos.adapters.ignore import Ignore
from kinos.adapters.regular import read
from kinos.adapters.walk import Walk
from kinos.adapters.whole_file import flush_folder, write_flushed
from kinos.domain.change import digest
from kinos.domain.errors import ConflictError, LandingError, PolicyError, SetupError
from kinos.domain.path import REQUESTS

_ELSEWHERE = frozenset({"", ".", ".."})
_HIDDEN_REQUESTS = frozenset((name,) for name in REQUESTS if name.startswith("."))


class FileDisk:
    """One folder. Paths are relative to `root`, POSIX."""

    def __init__(self, root: Path, exclude: tuple[str, ...] = ()) -> None:
        self.root = root.resolve()
        self._within = os.path.join(self.root, "")
        self._exclude = exclude
        self._ignore = Ignore(self.root, exclude)
        self._ceded: tuple[str, ...] = ()
        self._unflushed: set[str] = set()
        self._flushing = Lock()

    def check(self) -> None:
        """Raise SetupError when the folder cannot be worked on at all."""
        try:
            os.scandir(self.root).close()
        except FileNotFoundError as error:
            raise SetupError(f"There is no folder {self.root}.", "Open or give (-C) one that is there.") from error
        except NotADirectoryError as error:
            raise SetupError(f"{self.root} is not a folder.", "Open or give (-C) a folder.") from error
        except PermissionError as error:
            raise SetupError(f"The folder {self.root} cannot be read.", "Check its permissions.") from error

    def paths(self) -> list[str]:
        """Every file that is neither hidden nor ignored, sorted."""
        return sorted(self._files())

    def exclude(self, globs: Sequence[str]) -> None:
        """Take these for ignored, and no others beside what the ignore files say."""
        self._exclude = tuple(globs)
        self._ignore = Ignore(self.root, self._exclude)

    def reread_ignored(self) -> None:
        """Go by the ignore files as they are now."""
        self._ignore.forget()

    def cede(self, folders: Sequence[str]) -> None:
        """Leave these folders inside, and all in them, to the engines that own them."""
        self._ceded = tuple(folders)

    def real(self, path: str) -> str:
        """The real file behind `path`, links resolved."""
        real = self._within
        for part in path.split("/"):
            real += part
            # Below the root, which is real, only what is a link, or no plain name, leads elsewhere.
            if part in _ELSEWHERE or os.path.islink(real):
                return os.path.realpath(self._within + path)
            real += os.sep
        return real.removesuffix(os.sep)

    def suffixes(self) -> Mapping[str, int]:
        """How many files there are by suffix, in lower case."""
        return Counter(os.path.splitext(path)[1].lower() for path in self._files())

    def ignored(self, path: str) -> bool:
        """Whether it, or a folder above it, is ignored or another engine's."""
        return bool(self._owner(path)) or self._ignore.hides(path)

    def read(self, path: str) -> bytes | None:
        """The bytes, or None when there is no such file."""
        try:
            return read(self._inside(path))
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
        found = _status(target)
        if found is not None and stat.S_ISLNK(found.st_mode):
            raise PolicyError(f"{path} is a link that leads nowhere.")
        if self._ignore.hides(path):
            raise PolicyError(
                f"{path} is ignored (.gitignore, .kinosignore or documents.exclude): agents leave it alone."
            )
        if self._folds(path):
            raise PolicyError(f"{path} is only another spelling of a file that is there.")
        if found is None:
            if not _writable(_existing(os.path.dirname(target))):
                raise PolicyError(f"The folder of {path} is write-protected.")
        elif not stat.S_ISREG(found.st_mode):
            raise PolicyError(f"{path} is not a regular file.")
        elif not _writable(target, found):
            raise PolicyError(f"{path} is write-protected.")

    def write(
        self, path: str, content: bytes | None, expected: bytes | None, ready: Callable[[], object] = bool
    ) -> None:
        """Replace, create or (None) delete, if `expected` is there once `ready` has been called."""
        target = self._inside(path)
        try:
            self._write(path, target, content, expected, ready)
        except OSError as error:
            raise LandingError(f"{path} could not be written: {error.strerror}.", "Nothing was changed.") from error

    def flush(self) -> None:
        """Have on the disk which files have which names; who comes meanwhile waits until it is."""
        with self._flushing:
            for folder in tuple(self._unflushed):
                # What is put there from here on counts anew: this flush may miss it.
                self._unflushed.discard(folder)
                try:
                    flush_folder(folder)
                except OSError as error:
                    self._unflushed.add(folder)
                    raise LandingError(f"The folder {folder} could not be flushed: {error.strerror}.") from error

    def sweep(self, path: str) -> None:
        """Remove what a write of `path` that was cut off has left."""
        with suppress(PolicyError, OSError):
            folder, name = os.path.split(self._inside(path))
            for left in Path(folder).glob(f"{_temporary(name)}*"):
                left.unlink(missing_ok=True)
            folder = _existing(folder)
            if not os.path.exists(os.path.join(folder, name)):
                self._prune(folder)
            flush_folder(_existing(folder))

    def _write(
        self, path: str, target: str, content: bytes | None, expected: bytes | None, ready: Callable[[], object]
    ) -> None:
        folder, name = os.path.split(target)
        if content is None:
            ready()
            self._expect(path, target, expected)
            os.unlink(target)
            self._prune(folder)
            self._unflushed.add(_existing(folder))
            return
        made = _made(folder)
        temporary = os.path.join(folder, _temporary(name) + secrets.token_hex(8))
        old = _status(target)
        # What replaces a private file is private from the start; a new file gets what the umask says.
        mode = 0o666 if old is None else 0o600
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
                if old is not None:
                    _like(stream.fileno(), old)
                write_flushed(stream, content)
            ready()
            if self.real(path) != target:
                raise PolicyError(f"A folder of {path} was replaced by a link just now.")
            # As late as can be: what was there must still be there.
            self._expect(path, target, expected)
            os.replace(temporary, target)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
            if made:
                self._prune(folder)
            raise
        self._unflushed.update((folder, *map(os.path.dirname, made)))

    def _expect(self, path: str, target: str, expected: bytes | None) -> None:
        try:
            found: bytes | None = read(target)
        except FileNotFoundError:
            found = None
        if found != expected:
            raise ConflictError(f"{path} has been changed by somebody else just now.")

    def _inside(self, path: str) -> str:
        """The real file behind `path`. Raises PolicyError when a link leads out of the workspace or into a hidden folder."""
        real = self.real(path)
        if not real.startswith(self._within):
            raise PolicyError(f"{path} leads out of the workspace.")
        inner = tuple(real.removeprefix(self._within).split(os.sep))
        if any(part.startswith(".") for part in inner) and inner not in _HIDDEN_REQUESTS:
            raise PolicyError(f"{path} leads into a hidden folder.")
        if owner := self._owner("/".join(inner)):
            raise PolicyError(f"{path} belongs to {owner}, a workspace folder of its own: only its agents change it.")
        return real

    def _owner(self, path: str) -> str:
        """The folder inside that was ceded and holds `path`; empty when it is ours."""
        return next((folder for folder in self._ceded if f"{path}/".startswith(f"{folder}/")), "")

    def _folds(self, path: str) -> bool:
        """Whether another spelling of `path` exists, in case or in how accents are made: on some systems both are one."""
        folder = self._within
        for name in path.split("/"):
            try:
                names = {entry.name for entry in os.scandir(folder)}
            except OSError:
                return False
            if name not in names and _folded(name) in {_folded(other) for other in names}:
                return True
            folder += name + os.sep
        return False

    def _prune(self, folder: str) -> None:
        """Remove folders that a deletion left empty."""
        with suppress(OSError):
            while folder.startswith(self._within):
                os.rmdir(folder)
                folder = os.path.dirname(folder)

    def _files(self) -> Iterator[str]:
        """What a walk finds; it may be made in a thread, so it reads by itself what is ignored, which holds from then on."""
        ignore = Ignore(self.root, self._exclude)
        found = Walk(self.root, ignore).files(lambda name: True, lambda folder, error: None)
        yield from (path for path, _ in found if not self._owner(path))
        self._ignore = ignore


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _writable(path: str, found: os.stat_result | None = None) -> bool:
    # Root may write anything: what the permission bits say is what the person meant.
    found, user = found or os.stat(path), os.geteuid()
    return bool(found.st_mode & stat.S_IWUSR if user in (0, found.st_uid) else os.access(path, os.W_OK))


def _status(path: str) -> os.stat_result | None:
    """Of what is at `path`, a link not followed; None when nothing is."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _existing(folder: str) -> str:
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    return folder


def _made(folder: str) -> list[str]:
    """Make `folder`; which of it and the folders above were not there."""
    missing = []
    while not os.path.exists(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for each in reversed(missing):
        Path(each).mkdir(exist_ok=True)
    return missing


def _temporary(name: str) -> str:
    """How the names of half-written files begin that shall become `name`: no other file's begin like that."""
    return f".kinos-{digest(os.fsencode(name))[:16]}-"


def _like(handle: int, old: os.stat_result) -> None:
    """Give the new file the owner and mode of the old one."""
    new = os.fstat(handle)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        with suppress(PermissionError):
            os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, stat.S_IMODE(old.st_mode))
