"""What a person asks to be done to a document's structure: the texts before and after. The editor makes the edits."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from posixpath import basename
from urllib.parse import unquote

from kinos.domain.errors import ConflictError, UsageError
from kinos.domain.exemption import IGNORE_SIZE
from kinos.domain.markdown import Kind, Line, Section, headings, plain, scan, sections
from kinos.domain.markdown.division import named
from kinos.domain.markdown.relink import relinked
from kinos.domain.markdown.section import meant
from kinos.domain.markdown.split import Part, SplitError, moved, split
from kinos.domain.path import REQUESTS
from kinos.engine.buffer import Buffers
from kinos.engine.manuscript import Made, Manuscript, Manuscripts, Restructured, Rewrite
from kinos.engine.merge import fitted, merged_text
from kinos.engine.sizes import Sizes
from kinos.engine.text import Text, parse
from kinos.tokens.counter import Counter
from kinos.tokens.suggestion import suggestion

ECHOES = (2.0, 2.0, 0.0)
"""Seconds until an editor that says it has done something is looked at again, each time; after the last it has not."""

type Choose = Callable[[Manuscript, frozenset[str]], tuple[Part, ...]]
"""Which parts a document is to have; the set is of paths that are not free."""


class Restructuring:
    """Works out what the documents of one workspace would be. Nothing is written here."""

    def __init__(self, sizes: Sizes, buffers: Buffers, manuscripts: Manuscripts) -> None:
        self._sizes = sizes
        self._buffers = buffers
        self._manuscripts = manuscripts

    def allows(self, path: str) -> bool:
        """Whether the document is one that may be taken apart: counted here, and not what a person asks of the team."""
        return self._sizes.counts(path) and path not in REQUESTS

    async def split(self, path: str, wanted: Sequence[str] = ()) -> Restructured:
        """Split at the headings of the `wanted` words or anchors, each into a document of its own; without them so that all
        is within the limit. Raises UsageError with the reason when that cannot be done.
        """
        counter = self._sizes.counter()

        def parts(source: Manuscript, taken: frozenset[str]) -> tuple[Part, ...]:
            return self._chosen(source, wanted, taken) if wanted else self._suggested(source, counter, taken)

        return await self._split(f"Split {path}", path, parts, counter)

    async def move(self, path: str, first: int, last: int) -> Restructured:
        """Move the sections that the lines mean into a new document. Raises as `split`."""

        def parts(source: Manuscript, taken: frozenset[str]) -> tuple[Part, ...]:
            lines = scan(source.text.unified())
            pieces = meant(sections(lines), first, last)
            if not pieces:
                raise UsageError("There is no section at that place.", "Put the cursor below a heading.")
            return (self._free(path, lines, pieces, taken),)

        return await self._split(f"Move a part of {path} to a new document", path, parts, self._sizes.counter())

    async def ignored(self, path: str) -> Restructured:
        """The comment that suppresses the diagnostic of the document's size, at its beginning. Raises UsageError."""
        source = self._manuscripts.open(path)
        if source is None:
            source = await asyncio.to_thread(self._manuscripts.closed, path)
        text, lines = source.text, scan(source.text.unified())
        at = next((n for n, line in enumerate(lines) if line.kind is not Kind.FRONT), len(lines))
        lines_after, ends_after = [*text.lines[:at], IGNORE_SIZE, *text.lines[at:]], [*text.ends]
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

    async def _split(self, label: str, path: str, choose: Choose, counter: Counter) -> Restructured:
        if not self.allows(path):
            raise UsageError(f"{path} is no document that can be split.", "Choose a counted Markdown document.")
        open_ = self._manuscripts.all_open()
        others = [other for other in self._sizes.documents.sizes if other != path]
        rewrites, made = await asyncio.to_thread(self._worked_out, path, choose, counter, open_, others)
        return Restructured(label, rewrites, made)

    def _worked_out(
        self, path: str, choose: Choose, counter: Counter, open_: Mapping[str, Manuscript], others: Sequence[str]
    ) -> tuple[tuple[Rewrite, ...], tuple[Made, ...]]:
        source = open_.get(path) or self._manuscripts.closed(path)
        text = source.text.unified()
        try:
            parts = choose(source, frozenset(other.casefold() for other in (path, *others)))
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
        rewrites += _relinked(path, homes, self._manuscripts.readable(others, open_))
        return tuple(rewrites), made

    def _chosen(self, source: Manuscript, wanted: Sequence[str], taken: frozenset[str]) -> tuple[Part, ...]:
        path, lines = source.path, scan(source.text.unified())
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
            parts.append(self._free(path, lines, fits, taken | mine))
        return tuple(parts)

    def _suggested(self, source: Manuscript, counter: Counter, taken: frozenset[str]) -> tuple[Part, ...]:
        path, limit = source.path, self._sizes.documents.limits.warn
        while True:
            found = suggestion(path, source.text.unified(), counter, limit, taken)
            if not found.pieces:
                raise UsageError(
                    f"{path} cannot be split: {found.reason}.", "Split it by hand, or name other headings."
                )
            there = {piece.path for piece in found.pieces if self._manuscripts.there(piece.path)}
            if not there:
                return tuple(Part(piece.path, piece.title, piece.starts) for piece in found.pieces)
            taken |= there

    def _free(self, path: str, lines: Sequence[Line], pieces: Sequence[Section], taken: frozenset[str]) -> Part:
        """The part that takes `pieces`, at a path that is free also on the disk and none of the folded `taken`."""
        while self._manuscripts.there((part := named(path, lines, pieces, taken)).path):
            taken |= {part.path.casefold()}
        return part


def _relinked(path: str, homes: Mapping[str, tuple[str, str]], others: Iterable[Manuscript]) -> list[Rewrite]:
    """The other documents whose links lead into what moves from `path` to its `homes`."""
    found = []
    for other in others:
        text = other.text.unified()
        if basename(path) in unquote(text) and (after := relinked(other.path, text, path, homes)) != text:
            found.append(Rewrite(other.path, other.text, fitted(other.path, other.text, after), other.version))
    return found


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
