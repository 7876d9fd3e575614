"""The marked stream: a text as the tokenizer tiles it, with the borders and the case of words written in as marks.

It is written for texts without rare characters (`kinos.tokens.alphabet`) by the rules that ctok 1.3 found by measuring:

- a word stands between borders; one in title case or in capitals is spelled small behind a mark;
- a sign has a border on the side where it touches a space, and none before two spaces;
- a lone apostrophe before a word has none, and is the opening border of the `s`, `t`, `ll` … of a contraction;
- one space between a closing and an opening border is not written.
"""

import re
from dataclasses import dataclass

from kinos.tokens.alphabet import NUMBER, PUNCTUATION, SELECTOR, SIGN, SPACE, WORD
from kinos.tokens.vocabulary import CAPS, CLOSE, OPEN, SHIFT

CONTRACTED = "(?:s|t|d|m|ll|re|ve)"
"""What an apostrophe binds to the word before it."""

_SIGNED = f"[{PUNCTUATION}{SIGN}{NUMBER}{SELECTOR}]"
_SPACES = re.compile(f"[{SPACE}]")
_SUFFIX = re.compile(rf"(?<=(?<!{_SIGNED})'){CONTRACTED}(?![{WORD}])")
_WORDS = re.compile(rf"{_SUFFIX.pattern}|[{WORD}]+")
_OPENED = re.compile(rf"(?<= )(?={_SIGNED})(?!'[{WORD}])")
_CLOSED = re.compile(rf"(?<={_SIGNED})(?= (?! ))")
_SEAM = re.compile(f"{CLOSE} (?=[{SHIFT}{CAPS}]?{OPEN})")
_QUOTED = re.compile(rf"'[{WORD}]")
_OWN_CASE = re.compile("[ẞİ]")
_TAKER = re.compile(f"[{WORD} ]")


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
    before = ""
    if head and rules.bordered:
        if text[:1] == " " and text[1:2] != " ":
            text = text[1:]  # the border is that space
        before = _opening(text)
    text = _CLOSED.sub(CLOSE, _OPENED.sub(OPEN, text))
    return _SEAM.sub(CLOSE, before + _WORDS.sub(lambda found: _marked(found, rules), text))


def word(text: str, rules: Rules) -> str:
    """The marked stream of one word."""
    if not text.isascii() and _OWN_CASE.search(text):
        return _own_case(text)
    small = text.lower() if text.isascii() else "".join(map(str.lower, text))  # no rule for a sigma at the end
    if rules.caps_from is not None and len(text) >= rules.caps_from and all(map(str.__ne__, text, small)):
        return f"{CAPS}{OPEN}{small}{CLOSE}"
    if small[0] != text[0] and small[1:] == text[1:]:
        return f"{SHIFT}{OPEN}{small}{CLOSE}"
    return f"{OPEN}{text}{CLOSE}"


def _own_case(text: str) -> str:
    """A word with a sharp S, which never gets a mark, or a dotted I, which stays as it is behind the mark of another."""
    first, rest = text[0], text[1:]
    titled = first.isupper() and first != "İ" and "ẞ" not in text and not any(c.isupper() for c in rest if c != "İ")
    return f"{SHIFT}{OPEN}{first.lower()}{rest}{CLOSE}" if titled else f"{OPEN}{text}{CLOSE}"


def _marked(found: re.Match[str], rules: Rules) -> str:
    # Looked at where it was found: the borders written before it are signs of no kind.
    if _SUFFIX.match(found.string, found.start()):
        return f"{found[0]}{CLOSE}"
    return word(found[0], rules)


def _opening(text: str) -> str:
    """What is written of the border that opens a message: nothing where a word or a space takes it."""
    if _QUOTED.match(text):
        return " "
    return "" if _TAKER.match(text) else OPEN
