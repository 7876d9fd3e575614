"""Links in Markdown: where they point, the anchors of a document, and pointing them elsewhere."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from kinos.domain.markdown.heading import headings, plain
from kinos.domain.markdown.line import Kind, Line, is_prose

_INLINE = re.compile(r"\]\(\s*(?P<url><[^<>]*>|(?:[^\s()<>]|\([^\s()]*\))+)")
_REFERENCE = re.compile(r" {0,3}\[(?P<title>[^\]^][^\]]*)\]:\s*(?P<url><[^<>]*>|\S+)")
_ATTRIBUTE = re.compile(r"""<[a-zA-Z][^<>]*?\s(?:href|src)\s*=\s*(["'])(?P<url>[^"'<>\s]+)\1""", re.IGNORECASE)
_AUTOMATIC = re.compile(r"<(?P<url>[a-zA-Z][a-zA-Z0-9+.-]+:[^\s<>]*)>")
_BARE = re.compile(r"(?<![\w/])(?P<url>https?://[^\s<>\"`|\]]+)")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)")
_USED = re.compile(r"\[([^\[\]]+)\](?!\()")
_LABEL = re.compile(r" {0,3}\[([^\]]+)\]:")
_EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ID = re.compile(r"""\s(?:id|name)\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"\{:?[^}]*#([\w.-]+)[^}]*\}")

SAFE = "/!,+@&=~*;:$"
"""What stands in an address as it is, beside letters and digits."""


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
    """All links and images in order: inline ones, definitions, `href` and `src` in HTML, and addresses that stand bare.

    Code and comments are left out.
    """
    for number, text in enumerate(_readable(lines)):
        if lines[number].kind is Kind.DEFINITION and (found := _REFERENCE.match(text)):
            yield _target(number, found, found["title"])
        elif text:
            yield from _in_line(number, text, lines[number].text)


def _in_line(number: int, masked: str, text: str) -> Iterator[Target]:
    found: list[Target] = []
    taken: list[tuple[int, int]] = []
    for match in _INLINE.finditer(masked):
        opening = masked[: match.start()].rfind("[")
        found.append(_target(number, match, text[opening + 1 : match.start()]))
        taken.append((opening, match.end("url")))
    for pattern in (_ATTRIBUTE, _AUTOMATIC, _BARE):
        for match in pattern.finditer(masked):
            start, end = match.span("url")
            # An address that is a link's text, or stands in a tag, is no link of its own.
            if not any(start < until and since < end for since, until in taken):
                found.append(_bare(number, match) if pattern is _BARE else _target(number, match, ""))
                taken.append((start, end))
    yield from sorted(found, key=lambda target: target.start)


def _target(number: int, found: re.Match[str], title: str) -> Target:
    return Target(number, found.start("url"), found.end("url"), found["url"].removeprefix("<").removesuffix(">"), title)


def _bare(number: int, found: re.Match[str]) -> Target:
    """An address in running text: what ends the sentence does not belong to it, nor a bracket it did not open."""
    url = found["url"].rstrip("?!.,:;*_~'")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip("?!.,:;*_~'")
    return Target(number, found.start("url"), found.start("url") + len(url), url)


def _readable(lines: Sequence[Line]) -> Iterator[str]:
    """The text of each line with code and comments blanked out, every other character where it was; empty for code."""
    inside = False
    for line in lines:
        if line.kind is Kind.HTML:
            text = line.text
            if inside:
                closed = text.find("-->")
                text = " " * len(text) if closed < 0 else " " * (closed + 3) + text[closed + 3 :]
                inside = closed < 0
            inside = inside or "<!--" in text.rpartition("-->")[2]
            yield _blanked(_COMMENT, text)
        elif is_prose(line) or line.kind is Kind.DEFINITION:
            inside = False
            yield _blanked(_COMMENT, without_code(line.text))
        else:
            inside = False
            yield ""


def without_code(text: str) -> str:
    """`text` with its code spans blanked out, every other character where it was."""
    return _blanked(_CODE_SPAN, text)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: " " * len(found[0]), text)


def retargeted(lines: Sequence[Line], place: Callable[[str], str | None]) -> list[str]:
    """The texts of `lines`, each link pointing where `place` says; None leaves it. External links are not asked about."""
    found = ((target, place(target.url)) for target in targets(lines) if not target.external)
    return respelled(lines, [(target, new) for target, new in found if new is not None])


def respelled(lines: Sequence[Line], addresses: Sequence[tuple[Target, str]]) -> list[str]:
    """The texts of `lines`, each of these links, in the order in which they stand there, with its new address."""
    texts = [line.text for line in lines]
    for target, new in reversed(addresses):
        old = texts[target.line]
        texts[target.line] = old[: target.start] + new + old[target.end :]
    return texts


def link_text(title: str) -> str:
    """A heading's words, fit to stand in square brackets."""
    return re.sub(r"([\[\]\\])", r"\\\1", plain(title).rstrip(":").strip()) or "Section"


def anchors(lines: Sequence[Line]) -> frozenset[str]:
    """Every anchor of a document: those of its headings and those written by hand."""
    by_hand = {name for line in lines for name in anchors_in(line)}
    return frozenset(by_hand | {heading.anchor for heading in headings(lines)})


def anchors_in(line: Line) -> list[str]:
    """The anchors written by hand in a line."""
    if line.kind is Kind.CODE:
        return []
    text = without_code(line.text)
    return [name for tag in _TAG.findall(text) for name in _ID.findall(tag)] + _ATTRIBUTES.findall(text)


def resolve(source: str, url: str) -> tuple[str, str] | None:
    """The workspace path (that of `source` for a bare anchor) and the anchor `url` means; None for places elsewhere.

    A path that begins with `/` begins at the workspace's root, as on GitHub.
    """
    if _EXTERNAL.match(url):
        return None
    path, _, anchor = url.partition("#")
    path = unquote(path.partition("?")[0])
    if not path:
        return source, unquote(anchor)
    joined = path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(source), path)
    plain_path = posixpath.normpath(joined)
    return None if plain_path.startswith("..") else (plain_path, unquote(anchor))


def relative(source: str, path: str, anchor: str = "") -> str:
    """The address, from the document `source`, of `path` and an anchor in it."""
    tail = f"#{quote(anchor, safe='')}" if anchor and not anchor.isascii() else f"#{anchor}" if anchor else ""
    if source == path and tail:
        return tail
    address = posixpath.relpath(path, posixpath.dirname(source) or ".")
    return quote(address, safe=SAFE) + tail


def definitions(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Link definitions and footnotes by folded label, each with its own lines."""
    found: dict[str, list[Line]] = {}
    for number, line in enumerate(lines):
        if line.kind is Kind.DEFINITION and (label := _LABEL.match(line.text)):
            body = [line]
            for later in lines[number + 1 :]:
                if later.kind in (Kind.DEFINITION, Kind.HEADING) or not re.match(r" {2,}\S", later.text):
                    break
                body.append(later)
            found.setdefault(_folded(label[1]), body)
    return found


def labels_used(lines: Sequence[Line]) -> set[str]:
    """Labels in square brackets that prose and footnotes use; some may mean no definition."""
    used = set()
    for line, text in zip(lines, _readable(lines), strict=True):
        label = _LABEL.match(text) if line.kind is Kind.DEFINITION else None
        used |= {_folded(found) for found in _USED.findall(text[label.end() :] if label else text)}
    return used


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()
