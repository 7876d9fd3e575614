"""What the request asks for: the items of its lists, and its sentences that ask for something."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kinos.domain.markdown import Kind, blocks, scan
from kinos.worker.rehearsal.rule.asking import asks, asks_as_title

MOST = 40
"""Wishes taken from a request: a list longer than that is no plan."""
SHORTEST = 2
"""Words a sentence needs to be a wish."""

_BULLET = re.compile(r"( *)(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?(.*)")
_SENTENCE = re.compile(r"(?<=[.!?…])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)\s+(?=[^\sa-z])")
_DOCUMENT = re.compile(r"`([^`\s]+\.(?:md|markdown))`|(?<![\w/`])([\w./-]+\.(?:md|markdown))\b")
_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = frozenset(
    """
    about after also with without that this these those them they there their then than from into onto over under have
    must should shall need needs want wants wish please would like make write add create keep every each some same such
    only when where which while what will your yours ours been being were does done just more most much many very page
    pages document documents text file files line lines project dans avec pour sans cette sont être avoir faire plus
    leur leurs nous vous tout tous toute toutes chaque aussi mais comme doit doivent
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing asked for. `source` says where: the item or sentence by number."""

    text: str
    source: str

    @property
    def documents(self) -> Sequence[str]:
        """Paths of the documents it names."""
        return documents_named(self.text)

    @property
    def words(self) -> frozenset[str]:
        """The words that say what it is about."""
        return words(self.text)


def wishes(request: str) -> list[Wish]:
    """The wishes of a request: its list items, then its sentences that ask; where there is neither, every sentence."""
    return _all_wishes(request)[:MOST]


def unread(request: str) -> list[str]:
    """The sentences of a request that are not among its wishes: nobody may say that they are met."""
    every = _all_wishes(request)
    taken = {wish.text for wish in every}
    left = [s for s in _sentences(request) if s not in taken and not _leads(s) and len(s.split()) > SHORTEST]
    return [wish.text for wish in every[MOST:]] + left


def _all_wishes(request: str) -> list[Wish]:
    items = [Wish(text, f"request, item {number}") for number, text in enumerate(list_items(request), 1)]
    sentences = [(number, s) for number, s in enumerate(_sentences(request), 1) if len(s.split()) >= SHORTEST]
    asking = [
        Wish(text, f"request, sentence {number}") for number, text in sentences if not _leads(text) and asks(text)
    ]
    return items + asking or [Wish(text, f"request, sentence {number}") for number, text in sentences]


def _leads(sentence: str) -> bool:
    """Whether the sentence only leads to what follows it."""
    return sentence.endswith(":")


def list_items(text: str) -> list[str]:
    """The items of the outermost lists of a text, each as one line; what stands below an item belongs to it."""
    found: list[str] = []
    margin = None
    for line in scan(text):
        if line.kind is not Kind.ITEM:
            margin = margin if line.kind is Kind.BLANK else None
            continue
        item = _BULLET.fullmatch(line.text)
        if item and (margin is None or len(item[1]) <= margin):
            margin = len(item[1])
            found.append(item[2].strip())
        elif found:
            found[-1] += f" {(item[2] if item else line.text).strip()}"
    return [text for text in found if text]


def _sentences(text: str) -> list[str]:
    """The sentences of its paragraphs, and its headings where they ask by themselves."""
    found: list[str] = []
    for block in blocks(scan(text)):
        flat = " ".join(block.text.split()).strip("# ")
        if block.kind is Kind.TEXT:
            found += [sentence.strip() for sentence in _SENTENCE.split(flat) if sentence.strip()]
        elif block.kind is Kind.HEADING and asks_as_title(flat):
            found.append(flat)
    return found


def documents_named(text: str) -> list[str]:
    """Paths of Markdown documents a text names, each once."""
    found = (quoted or bare for quoted, bare in _DOCUMENT.findall(text))
    return list(
        dict.fromkeys(
            path.removeprefix("./") for path in found if not path.startswith("/") and ".." not in path.split("/")
        )
    )


def words(text: str) -> frozenset[str]:
    """The words of four letters and more that are not everyday ones, folded."""
    return frozenset(word for word in (found.casefold() for found in _WORD.findall(text)) if word not in _COMMON)


def alike(left: str, right: str) -> bool:
    """Whether two texts ask the same: in the same words, one quotes the other, or they share most of their telling words."""
    a, b = (" ".join(text.split()).casefold().strip(" |") for text in (left, right))
    if a == b or (a and (a in b or b in a) and min(len(a), len(b)) > 12):
        return True
    ours, theirs = words(left), words(right)
    return bool(ours and theirs) and len(ours & theirs) >= 0.7 * min(len(ours), len(theirs)) and len(ours & theirs) >= 2


def short(text: str, most: int = 90) -> str:
    """The text's beginning, cut at a word."""
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    return flat[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
