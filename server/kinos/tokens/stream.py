"""The marked stream: a text as the tokenizer tiles it, with the borders and the case of words written in as marks.

It is written for texts without rare characters (`kinos.tokens.alphabet`) by the rules that ctok 1.3 found by measuring:

- a word stands between borders; one in title case or in capitals is spelled small behind a mark;
- a sign has a border on the side where it touches a space, and not before two spaces;
- one space between a closing and an opening border is not written;
- an apostrophe is the opening border of the `s`, `t`, `ll` … of a contraction.
"""

import re
from dataclasses import dataclass

from kinos.tokens.alphabet import BLANK, DIGIT, LETTER, NUMBER, PUNCTUATION, SELECTOR, SIGN, SPACE, WORD
from kinos.tokens.vocabulary import CAPS, CLOSE, OPEN, SHIFT

SUFFIXES = ("s", "t", "d", "m", "ll", "re", "ve")
"""What an apostrophe binds to the word before it."""

_RUN = re.compile(
    rf"(?P<word>[{WORD}]+)|(?P<punctuation>[{PUNCTUATION}]+)|(?P<blank>[{BLANK}]+)|(?P<digit>[{DIGIT}]+)"
    rf"|(?P<sign>[{SIGN}][{SIGN}{SELECTOR}]*)|(?P<number>[{NUMBER}]+)|(?P<letter>[{LETTER}][{LETTER}{SELECTOR}]*)"
)
_SPACES = re.compile(f"[{SPACE}]")
_SIGNED = re.compile(f"[{PUNCTUATION}{SIGN}{NUMBER}{SELECTOR}]")
_SEAM = re.compile(f"{CLOSE} (?=[{SHIFT}{CAPS}]?{OPEN})")

type Runs = list[tuple[str, str]]
"""Kinds (names of groups in `_RUN`) and texts."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Where the tokenizers differ: from how many letters on a word in capitals is marked as such (None: never), whether
    curly quotes are made straight first, and whether a message opens with a border, a space to what follows it.
    """

    caps_from: int | None
    folds_quotes: bool
    bordered: bool


def stream(text: str, rules: Rules, *, head: bool = False) -> str:
    """The marked stream of a part of a text, or of its head. It has no rare characters and does not end in a newline."""
    text = _SPACES.sub(" ", text)
    if head and rules.bordered and text[:1] == " " and text[1:2] != " ":
        text = text[1:]  # the border is that space
    runs = [(found.lastgroup or "", found[0]) for found in _RUN.finditer(text)]
    marked = [_marked(runs, at, rules, head=head) for at in range(len(runs))]
    if head and rules.bordered and not _takes_border(runs):
        marked.insert(0, " " if runs and _opens_word(runs, 0) else OPEN)
    return _SEAM.sub(CLOSE, "".join(marked))


def word(text: str, rules: Rules) -> str:
    """The marked stream of one word."""
    small = "".join(map(str.lower, text))  # letter by letter: no rule for a sigma at the end
    capital = small[0] != text[0]
    if rules.caps_from is not None and len(text) >= rules.caps_from and _in_capitals(text, small):
        return f"{CAPS}{OPEN}{small}{CLOSE}"
    if capital and small[1:] == text[1:]:
        return f"{SHIFT}{OPEN}{small}{CLOSE}"
    return f"{OPEN}{text}{CLOSE}"


def _in_capitals(text: str, small: str) -> bool:
    return all(map(str.__ne__, text, small))


def _marked(runs: Runs, at: int, rules: Rules, *, head: bool) -> str:
    kind, body = runs[at]
    if kind == "word":
        return f"{body}{CLOSE}" if _contracted(runs, at) else word(body, rules)
    if kind in ("digit", "blank"):
        return body
    spaced = _space_before(runs, at) or (head and at == 0 and rules.bordered)
    opening = OPEN if spaced and _SIGNED.match(body) and not _opens_word(runs, at) else ""
    closing = CLOSE if _space_behind(runs, at) and _SIGNED.match(body[-1]) else ""
    return f"{opening}{body}{closing}"


def _space_before(runs: Runs, at: int) -> bool:
    return at > 0 and runs[at - 1][1].endswith(" ")


def _space_behind(runs: Runs, at: int) -> bool:
    """Whether a single space follows: two or more are a run of their own."""
    following = runs[at + 1][1] if at + 1 < len(runs) else ""
    return following.startswith(" ") and not following.startswith("  ")


def _opens_word(runs: Runs, at: int) -> bool:
    """Whether the run is a lone apostrophe before a word, which takes no border."""
    return runs[at][1] == "'" and at + 1 < len(runs) and runs[at + 1][0] == "word"


def _contracted(runs: Runs, at: int) -> bool:
    """Whether a lone apostrophe is the opening border of this word: unless a sign stands before it, which has its own."""
    if at == 0 or runs[at][1] not in SUFFIXES or runs[at - 1][1] != "'":
        return False
    return at == 1 or runs[at - 2][0] not in ("sign", "number", "letter") or not _SIGNED.match(runs[at - 2][1][-1])


def _takes_border(runs: Runs) -> bool:
    """Whether the first run takes the border that opens a message."""
    if not runs or _opens_word(runs, 0):
        return False
    kind, body = runs[0]
    return kind in ("word", "punctuation", "sign", "number") or body.startswith(" ")
