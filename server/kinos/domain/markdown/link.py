"""Links in Markdown: where they point, the anchors of a document, and pointing them elsewhere."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from kinos.domain.markdown.heading import headings, plain
from kinos.domain.markdown.line import Kind, Line, is_prose, text_of

_INLINE = re.compile(r"\]\(\s*(?P<url><[^<>]*>|(?:[^\s()<>]|\([^\s()]*\))+)")
_REFERENCE = re.compile(r" {0,3}\[(?P<label>[^\]]+)\]:\s*(?P<url><[^<>]*>|\S+)")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_USED = re.compile(r"\[([^\[\]]+)\]")
_EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_ANCHOR = re.compile(r"""\b(?:id|name)\s*=\s*["']([^"']+)["']|\{:?[^}]*#([\w.-]+)[^}]*\}""")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link points: `line` and the columns of its address, `url` without angle brackets; `title` is the link's text."""

    line: int
    start: int
    end: int
    url: str
    title: str = ""

    @property
    def external(self) -> bool:
        """Whether it leaves the workspace (has a scheme or a host)."""
        return bool(_EXTERNAL.match(self.url))


def targets(lines: Sequence[Line]) -> Iterator[Target]:
    """All links and images in prose, and link definitions, in order. Code is left out."""
    for number, line in enumerate(lines):
        if line.kind is Kind.DEFINITION:
            if found := _REFERENCE.match(line.text):
                yield _target(number, found, found["label"])
        elif is_prose(line):
            masked = without_code(line.text)
            for found in _INLINE.finditer(masked):
                before = masked[: found.start()]
                yield _target(number, found, line.text[before.rfind("[") + 1 : found.start()])


def _target(number: int, found: re.Match[str], title: str) -> Target:
    return Target(number, found.start("url"), found.end("url"), found["url"].removeprefix("<").removesuffix(">"), title)


def without_code(text: str) -> str:
    """`text` with its code spans blanked out, every other character where it was."""
    return _CODE_SPAN.sub(lambda found: " " * len(found[0]), text)


def retargeted(lines: Sequence[Line], place: Callable[[str], str | None]) -> list[str]:
    """The texts of `lines`, each link pointing where `place` says; None leaves it."""
    texts = [line.text for line in lines]
    for target in reversed(list(targets(lines))):
        new = None if target.external else place(target.url)
        if new is not None:
            old = texts[target.line]
            texts[target.line] = old[: target.start] + new + old[target.end :]
    return texts


def link_text(title: str) -> str:
    """A heading's words, fit to stand in square brackets."""
    return re.sub(r"([\[\]\\])", r"\\\1", plain(title).rstrip(":").strip()) or "Section"


def anchors(lines: Sequence[Line]) -> frozenset[str]:
    """Every anchor of a document, those written by hand too."""
    text = text_of([line.text for line in lines if line.kind is not Kind.CODE])
    by_hand = {first or second for first, second in _ANCHOR.findall(text)}
    return frozenset(by_hand | {heading.anchor for heading in headings(lines)})


def resolve(source: str, url: str) -> tuple[str, str] | None:
    """The workspace path (that of `source` for a bare anchor) and the anchor `url` means; None for places elsewhere."""
    if _EXTERNAL.match(url) or url.startswith("/"):
        return None
    path, _, anchor = url.partition("#")
    path = unquote(path.partition("?")[0])
    if not path:
        return source, unquote(anchor)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    return None if joined.startswith("..") else (joined, unquote(anchor))


def relative(source: str, path: str, anchor: str = "") -> str:
    """The address, from the document `source`, of `path` and an anchor in it."""
    tail = f"#{quote(anchor, safe='')}" if anchor and not anchor.isascii() else f"#{anchor}" if anchor else ""
    if source == path and tail:
        return tail
    address = posixpath.relpath(path, posixpath.dirname(source) or ".")
    return quote(address, safe="/()!,'+@&=~*;:$").replace("(", "%28").replace(")", "%29") + tail


def definitions(lines: Sequence[Line]) -> dict[str, list[str]]:
    """Link definitions and footnotes by folded label, each with its own lines."""
    found: dict[str, list[str]] = {}
    for number, line in enumerate(lines):
        if line.kind is Kind.DEFINITION and (label := re.match(r" {0,3}\[([^\]]+)\]:", line.text)):
            body = [line.text]
            for later in lines[number + 1 :]:
                if not re.match(r" {2,}\S", later.text):
                    break
                body.append(later.text)
            found.setdefault(_folded(label[1]), body)
    return found


def labels_used(lines: Sequence[Line]) -> set[str]:
    """Labels in square brackets that prose uses; some may mean no definition."""
    return {_folded(label) for line in lines if is_prose(line) for label in _USED.findall(without_code(line.text))}


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()
