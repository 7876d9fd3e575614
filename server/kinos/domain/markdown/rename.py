"""Files and folders that get another name: how the links of documents have to be written then, to lead where they led.

Paths are absolute and POSIX, so that what moves from one workspace folder to another is no case of its own.
"""

import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from kinos.domain.markdown.line import Line
from kinos.domain.markdown.link import SAFE, Target, targets
from kinos.domain.path import MARKDOWN
from kinos.domain.rename import Rename, renamed


@dataclass(frozen=True, slots=True)
class Site:
    """Where a document is: its path, and `root`, the folder that addresses beginning with `/` begin at, as on GitHub."""

    path: str
    root: str


def readdressed(
    lines: Sequence[Line], before: Site, after: Site, renames: Collection[Rename]
) -> Iterator[tuple[Target, str]]:
    """The links of a document that have to change, each with its new address, when the document goes from `before` to `after`.

    A link that leads nowhere is taken by its word, and what stands behind `?` and `#` stays as it is.
    """
    for target in targets(lines):
        path, tail = _halves(target.url)
        if target.external or not path:
            continue
        there = _followed(_place(unquote(path), before), renames)
        if _place(unquote(path), after) != there:
            yield target, _address(there, path, after) + tail


def concerned(text: str, renames: Iterable[Rename]) -> bool:
    """Whether a document that stays where it is may have a link to one of `renames`: a cheap look, without reading it.

    A link from outside to something in a renamed folder names that folder, whatever the way.
    """
    names = [_stem(posixpath.basename(each.old)) for each in renames]
    spelled = (text, unquote(text)) if "%" in text else (text,)
    return any(name in each for each in spelled for name in names)


def _halves(url: str) -> tuple[str, str]:
    """The path in an address, and all that follows it."""
    ends = [at for at in (url.find("?"), url.find("#")) if at >= 0]
    end = min(ends, default=len(url))
    return url[:end], url[end:]


def _place(path: str, site: Site) -> str:
    folder = site.root if path.startswith("/") else posixpath.dirname(site.path)
    return posixpath.normpath(posixpath.join(folder, path.lstrip("/")))


def _followed(place: str, renames: Collection[Rename]) -> str:
    """Where `place` is after `renames`. Some write a document without its suffix: then it is found without it, too."""
    for suffix in MARKDOWN:
        for each in renames:
            if each.old == place + suffix and each.new.endswith(suffix):
                return each.new.removesuffix(suffix)
    return renamed(place, renames)


def _address(place: str, old: str, site: Site) -> str:
    """The address of `place` in the manner of the `old` one: from the root or not, with or without `./` and a last `/`."""
    inside = f"{place}/".startswith(f"{site.root.rstrip('/')}/")
    if old.startswith("/") and inside:
        new = "/" + posixpath.relpath(place, site.root).removeprefix(".")
    else:
        new = posixpath.relpath(place, posixpath.dirname(site.path))
    if (old.startswith("./") and not new.startswith(".")) or Target(0, 0, 0, new).external:
        new = f"./{new}"
    if old.endswith("/"):
        new = f"{new.rstrip('/')}/"
    return quote(new, safe=SAFE)


def _stem(name: str) -> str:
    return next((name.removesuffix(suffix) for suffix in MARKDOWN if name.endswith(suffix)), name)
