"""Documents as they are now, open or closed: where whoever rewrites them begins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kinos.domain.errors import LandingError, UsageError
from kinos.engine.buffer import Buffers
from kinos.engine.ports import Disk
from kinos.engine.text import Text, parse


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A document as it was read; `version` is that of the open text, None when it is closed."""

    path: str
    text: Text
    version: int | None


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A document as it is and as it is to be. `before` None is a new one; `version` as in `Manuscript`."""

    path: str
    before: Text | None
    after: Text
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A new document: what it is called, the headings it took, and its tokens."""

    path: str
    title: str
    headings: tuple[str, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Restructured:
    """What is to be done at one stroke; `label` says it to a person."""

    label: str
    rewrites: tuple[Rewrite, ...]
    made: tuple[Made, ...] = ()


class Manuscripts:
    """Those of one workspace. What is open is read on the loop, what is closed off it."""

    def __init__(self, buffers: Buffers, disk: Disk) -> None:
        self._buffers = buffers
        self._disk = disk

    def open(self, path: str) -> Manuscript | None:
        """The open document at `path`."""
        buffer = self._buffers.get(path)
        return None if buffer is None else Manuscript(path, parse(buffer.text.text), buffer.text.version)

    def all_open(self) -> Mapping[str, Manuscript]:
        """Every open document."""
        return {path: found for path in self._buffers if (found := self.open(path)) is not None}

    def there(self, path: str) -> bool:
        """Whether there is a document or any other file of that name. May be asked off the loop."""
        return path in self._buffers or self._disk.stamp(path) is not None

    def closed(self, path: str) -> Manuscript:
        """The closed document without its BOM, which editors do not show. Raises UsageError. Called off the loop."""
        try:
            raw = self._disk.read(path)
            if raw is None:
                raise UsageError(f"There is no document {path}.")
            return Manuscript(path, parse(raw.decode("utf-8-sig")), None)
        except (LandingError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {error}.") from error

    def readable(self, paths: Sequence[str], open_: Mapping[str, Manuscript]) -> Iterator[Manuscript]:
        """Those of `paths` that can be read, as in `open_` where they are open. Called off the loop."""
        for path in paths:
            if (found := open_.get(path) or self._readable(path)) is not None:
                yield found

    def _readable(self, path: str) -> Manuscript | None:
        try:
            return self.closed(path)
        except UsageError:
            return None
