"""Where a text leads out of the workspace: the hosts of its links and images, read the way a browser would read them."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from kinos.domain.markdown import is_prose, link, scan
from kinos.domain.path import is_markdown
from kinos.domain.printable import printable

_MARKED_UP = frozenset({".mdx", ".html", ".htm", ".xml", ".css", ".sass", ".scss", ".less", ".vue", ".svelte", ".svg"})
"""Files beside Markdown that a browser shows, and from which it fetches what they name."""
_PLAIN_MARKUP = frozenset({".rst", ".adoc", ".asciidoc", ".org", ".tex", ".bib", ".txt"})
"""Files in which an address that stands bare becomes a link."""

# A renderer and our scanner may differ about what is code, and a link may go over a line's end: these look everywhere.
_ANYWHERE = (
    re.compile(r"\]\(\s*<?(?P<url>[^\s<>()]+)"),
    re.compile(r"^[ \t>*+-]*(?:\d+[.)][ \t]*)?\[[^\]\n]+\]:\s*<?(?P<url>[^\s<>]+)", re.MULTILINE),
    re.compile(r"""\burl\(\s*["']?(?P<url>[^\s"'()]+)""", re.IGNORECASE),
    re.compile(r"""@import\s+["'](?P<url>[^\s"']+)""", re.IGNORECASE),
)
_ATTRIBUTE = re.compile(
    r"""\b(?:href|src|srcset|poster|data|action|formaction|background|cite|ping|content|style|archive|codebase|manifest)"""
    r"""\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'<>]+))""",
    re.IGNORECASE,
)
_PART = re.compile(r"""(?:^|(?<=[\s,;("'=]))(?P<url>(?:[a-z][a-z0-9+.-]+:|[/\\]{2})[^\s,;"'()]*)""", re.IGNORECASE)
"""An address in an attribute, of which one may hold several."""
_BARE = re.compile(r"(?<![\w/])(?P<url>(?:https?|ftp)://[^\s<>\"`|\]]+)", re.IGNORECASE)
_WWW = re.compile(r"(?<![\w/.@-])www\.(?P<host>[\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
"""What GitHub and others make a link of, though it has no scheme."""

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(.*)", re.DOTALL)
_WEB = frozenset({"http", "https", "ftp", "ws", "wss"})
_HOST_END = re.compile(r"[/?#]")


@dataclass(frozen=True, slots=True)
class Made:
    """A file of a change as texts: what the agent was given and what it made of it; None is no such file."""

    path: str
    base: str | None
    result: str | None


def new_hosts(files: Iterable[Made]) -> dict[str, tuple[str, ...]]:
    """By path, the hosts that links and images of the results lead to and those of no base did, sorted.

    Text that moves from one file of a change to another brings nothing new. A scheme without a host (`javascript:`) counts
    as a host of its own.
    """
    files = list(files)
    known = {host for file in files if file.base is not None for host in hosts(file.path, file.base)}
    found = {file.path: hosts(file.path, file.result) - known for file in files if file.result is not None}
    return {path: tuple(sorted(map(_shown, new))) for path, new in found.items() if new}


def hosts(path: str, text: str) -> frozenset[str]:
    """The hosts that links and images in the file lead to, in lower case; none for source code."""
    return frozenset(host for url in _addresses(path, text) if (host := _host(url)))


def _addresses(path: str, text: str) -> Iterator[str]:
    suffix = PurePosixPath(path.casefold()).suffix
    if is_markdown(path):
        lines = scan(text)
        yield from (target.url for target in link.targets(lines))
        for line in lines:
            if is_prose(line):
                yield from (f"https://{found[0]}" for found in _WWW.finditer(link.without_code(line.text)))
    elif suffix in _PLAIN_MARKUP:
        yield from (found["url"] for found in _BARE.finditer(text))
    if is_markdown(path) or suffix in _MARKED_UP:
        yield from _fetched(text)


def _fetched(text: str) -> Iterator[str]:
    for pattern in _ANYWHERE:
        yield from (found["url"] for found in pattern.finditer(text))
    for attribute in _ATTRIBUTE.finditer(text):
        value = html.unescape(attribute["double"] or attribute["single"] or attribute["bare"] or "")
        yield from (found["url"] for found in _PART.finditer(_without_breaks(value)))


def _host(address: str) -> str:
    """The host of an address; its scheme and a colon when it has none; empty for a place in the workspace."""
    url = _ESCAPED.sub(r"\1", _without_breaks(html.unescape(address))).replace("\\", "/").strip()
    scheme, rest = "", url
    if found := _SCHEME.match(url):
        scheme, rest = found[1].lower(), found[2]
    if scheme == "mailto":
        rest = f"//{rest}"
    elif not rest.startswith("//") and scheme not in _WEB:
        return f"{scheme}:" if scheme else ""
    authority = unquote(_HOST_END.split(rest.lstrip("/"), maxsplit=1)[0])
    host = authority.rpartition("@")[2]
    # What stands after the last colon is a port, unless it is the end of an address in brackets.
    host = host if host.endswith("]") else re.sub(r":\d*$", "", host)
    return host.casefold().rstrip(".") or f"{scheme}:"


def _without_breaks(text: str) -> str:
    """Browsers leave these out of an address before they read it."""
    return re.sub(r"[\t\n\r]", "", text)


def _shown(host: str) -> str:
    """A host as it may stand in a message: one that looks like another is written out."""
    return printable(host) if host.isascii() else ascii(host).strip("'")
