"""What a person asks to be done to a document's structure: the texts before and after. The editor makes the edits."""

import asyncio
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename
from urllib.parse import unquote

from kinos.domain.errors import ConflictError, LandingError, UsageError
from kinos.domain.markdown import Kind, Line, Section, headings, plain, scan, sections
from kinos.domain.markdown.division import named
from kinos.domain.markdown.relink import relinked
from kinos.domain.markdown.section import meant
from kinos.domain.markdown.split import Part, SplitError, moved, split
from kinos.domain.path import REQUESTS
from kinos.engine.buffer import Buffers
from kinos.engine.merge import fitted, merged_text
from kinos.engine.ports import Disk
from kinos.engine.sizes import Sizes
from kinos.engine.text import Text, parse
from kinos.tokens.counter import Counter
from kinos.tokens.suggestion import suggestion

IGNORE = "<!-- kinos: ignore-size -->"
IGNORED = re.compile(r"<!--\s*kinos:\s*ignore-size\s*-->")
ECHOES = (2.0, 2.0, 0.0)
"""Seconds until an editor that says it has done something is looked at again, each time; after the last it has not."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A document as it is and as it is to be. `before` None is a new one; `version` is that of the open text, None when it is
    closed.
    """

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


@dataclass(frozen=True, slots=True)
class _Source:
    """A document as it was read."""

    path: str
    text: Text
    version: int | None


class Restructuring:
    """Works out what the documents of one workspace would be. Nothing is written here."""

    def __init__(self, sizes: Sizes, buffers: Buffers, disk: Disk) -> None:
        self._sizes = sizes
        self._buffers = buffers
        self._disk = disk

    def allows(self, path: str) -> bool:
        """Whether the document is one that may be taken apart: counted here, and not what a person asks of the team."""
        return self._sizes.counts(path) and path not in REQUESTS

    async def split(self, path: str, wanted: Sequence[str] = ()) -> Restructured:
        """Split at the headings of the `wanted` words or anchors, each into a document of its own; without them so that all
        is within the limit. Raises UsageError with the reason when that cannot be done, ConflictError when it changed meanwhile.
        """
        counter = self._sizes.counter()

        def parts(source: _Source) -> tuple[Part, ...]:
            text = source.text.unified()
            return self._chosen(path, text, wanted) if wanted else self._suggested(path, text, counter)

        return await self._split(path, parts, counter)

    async def move(self, path: str, first: int, last: int) -> Restructured:
        """Move the sections that the lines mean into a new document. Raises as `split`."""

        def parts(source: _Source) -> tuple[Part, ...]:
            lines = scan(source.text.unified())
            pieces = meant(sections(lines), first, last)
            if not pieces:
                raise UsageError("There is no section at that place.", "Put the cursor below a heading.")
            return (self._free(path, lines, pieces),)

        return await self._split(path, parts, self._sizes.counter())

    async def ignored(self, path: str) -> Restructured:
        """The comment that suppresses the diagnostic of the document's size, at its beginning. Raises UsageError."""
        source = self._open(path)
        if source is None:
            source = await asyncio.to_thread(self._read, path)
        text, lines = source.text, scan(source.text.unified())
        at = next((n for n, line in enumerate(lines) if line.kind is not Kind.FRONT), len(lines))
        lines_after, ends_after = [*text.lines[:at], IGNORE, *text.lines[at:]], [*text.ends]
        # Below front matter without a line end it is the last line itself.
        ends_after.insert(max(0, at - 1) if at == len(text.lines) else at, text.end)
        after = Text(tuple(lines_after), tuple(ends_after), text.bom)
        return Restructured(f"Ignore the size of {path}", (Rewrite(path, text, after, source.version),))

    async def arrived(self, done: Restructured) -> str:
        """Why an edit that the editor says it made was not, by what it has sent back; empty when nothing speaks against it."""
        for rewrite in done.rewrites:
            for wait in ECHOES:
                buffer = self._buffers.get(rewrite.path)
                if buffer is None or rewrite.version is None or _holds(rewrite, parse(buffer.text.text)):
                    break
                if not wait:
                    return f"The editor said that it had changed {rewrite.path}, and has not."
                await self._buffers.heard(rewrite.path, wait)
        return ""

    # -- inside ---------------------------------------------------------------------------------------------------

    async def _split(self, path: str, choose: Callable[[_Source], tuple[Part, ...]], counter: Counter) -> Restructured:
        if not self.allows(path):
            raise UsageError(f"{path} is no document that can be split.", "Choose a counted Markdown document.")
        open_ = {other: source for other in self._buffers if (source := self._open(other)) is not None}
        others = [other for other in self._sizes.documents.sizes if other != path]
        return await asyncio.to_thread(self._worked_out, path, choose, counter, open_, others)

    def _worked_out(
        self, path: str, choose: Callable[[_Source], tuple[Part, ...]], counter: Counter,
        open_: Mapping[str, _Source], others: Sequence[str],
    ) -> Restructured:  # fmt: skip
        source = open_.get(path) or self._read(path)
        text = source.text.unified()
        try:
            parts = choose(source)
            texts, homes = split(path, text, parts), moved(path, text, parts)
        except SplitError as error:
            raise UsageError(
                f"{path} cannot be split: {error}.", "Split it by hand, or name other headings."
            ) from error
        rewrites = [Rewrite(path, source.text, fitted(path, source.text, texts[path]), source.version)]
        rewrites += [Rewrite(part.path, None, _like(source.text, texts[part.path])) for part in parts]
        titles = {heading.line: plain(heading.title) for heading in headings(scan(text))}
        made = tuple(
            Made(part.path, part.title, tuple(titles[at] for at in part.starts), counter.count(texts[part.path]).tokens)
            for part in parts
        )
        rewrites += self._relinked(path, homes, open_, others)
        return Restructured(f"Split {path}", tuple(rewrites), made)

    def _relinked(
        self, path: str, homes: Mapping[str, tuple[str, str]], open_: Mapping[str, _Source], others: Sequence[str]
    ) -> list[Rewrite]:
        """The other documents whose links lead into what moves. One that cannot be read is left alone: its links stay alive."""
        found = []
        for other in others:
            source = open_.get(other) or self._readable(other)
            if source is None:
                continue
            text = source.text.unified()
            if basename(path) in unquote(text) and (after := relinked(other, text, path, homes)) != text:
                found.append(Rewrite(other, source.text, fitted(other, source.text, after), source.version))
        return found

    def _chosen(self, path: str, text: str, wanted: Sequence[str]) -> tuple[Part, ...]:
        lines = scan(text)
        known = [section for root in sections(lines) for section in root.walk()]
        parts: list[Part] = []
        for name in wanted:
            fits = [s for s in known if s.heading.anchor == name.removeprefix("#")]
            fits = fits or [s for s in known if plain(s.heading.title).casefold() == name.strip().casefold()]
            if len(fits) != 1:
                count = "several headings" if fits else "no heading"
                anchors = ", ".join(section.heading.anchor for section in known if section.heading.anchor)
                raise UsageError(f"{path} has {count} {name!r}.", f"Its anchors: {anchors or 'none'}.")
            mine = {part.path.casefold() for part in parts}
            parts.append(self._free(path, lines, fits, mine))
        return tuple(parts)

    def _suggested(self, path: str, text: str, counter: Counter) -> tuple[Part, ...]:
        limit, taken = self._sizes.documents.limits.warn, set(self._sizes.documents.sizes)
        while True:
            found = suggestion(path, text, counter, limit, taken)
            if not found.pieces:
                raise UsageError(
                    f"{path} cannot be split: {found.reason}.", "Split it by hand, or name other headings."
                )
            there = [piece.path for piece in found.pieces if self._there(piece.path)]
            if not there:
                return tuple(Part(piece.path, piece.title, piece.starts) for piece in found.pieces)
            taken.update(there)

    def _free(self, path: str, lines: Sequence[Line], pieces: Sequence[Section], other: Collection[str] = ()) -> Part:
        """The part that takes `pieces`, at a path that is free also on the disk and none of the folded `other`."""
        taken = {*other, *(known.casefold() for known in self._sizes.documents.sizes)}
        while self._there((part := named(path, lines, pieces, taken)).path):
            taken.add(part.path.casefold())
        return part

    def _there(self, path: str) -> bool:
        return path in self._buffers or self._disk.stamp(path) is not None

    def _readable(self, path: str) -> _Source | None:
        try:
            return self._read(path)
        except UsageError:
            return None

    def _open(self, path: str) -> _Source | None:
        buffer = self._buffers.get(path)
        return None if buffer is None else _Source(path, parse(buffer.text.text), buffer.text.version)

    def _read(self, path: str) -> _Source:
        """The closed document without its BOM, which editors do not show. Raises UsageError. Called off the loop."""
        try:
            raw = self._disk.read(path)
            if raw is None:
                raise UsageError(f"There is no document {path}.")
            return _Source(path, parse(raw.decode("utf-8-sig")), None)
        except (LandingError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {error}.") from error


def _holds(rewrite: Rewrite, now: Text) -> bool:
    """Whether `now` has what was to be done, and perhaps what the person did since."""
    if now == rewrite.after or rewrite.before is None:
        return True
    try:
        return (
            now != rewrite.before and merged_text(rewrite.path, rewrite.before, rewrite.after, now).lines == now.lines
        )
    except ConflictError:
        return False


def _like(text: Text, made: str) -> Text:
    """`made`, which has line feeds only, with the line ends of `text`."""
    new = parse(made)
    return Text(new.lines, tuple(text.end if end else "" for end in new.ends))
