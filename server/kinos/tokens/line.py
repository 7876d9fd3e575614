"""Exact counting by word and by line: the count of a text is the sum over its words and what stands between them.

Why that is exact: no vocabulary piece crosses a word's border or mixes a newline with anything else (checked when
loading), so nothing looks beyond them but the two ends of a message. Its head, with the message's own border, is paid by
the first line; the newlines at its end meet those of the frame.

Parts with rare characters are counted by an oracle that is handed them whole. They are cut before a space that an ASCII
letter follows, a place where a word begins that does not look back; the space belongs to the left part, which is counted
with a word after it. Controls, a lone carriage return among them, are removed by the tokenizer and end no line here.
"""

import re
from collections.abc import Callable, Sequence
from unicodedata import is_normalized, normalize

from kinos.tokens.alphabet import RARE, RARE_ASCII, SPACE, WORD
from kinos.tokens.memo import Costs
from kinos.tokens.stream import CONTRACTED, Rules, stream, word
from kinos.tokens.vocabulary import Vocabulary

MEMO_BYTES = 32 * 1024 * 1024
"""Bound of each of the two memos that a counter has."""

BLOCK = 1 << 16
"""Characters that are cut into parts at a time."""

_CUT = re.compile(r" (?=[A-Za-z])")
_WORD = rf"[{WORD}]+(?: (?=[{WORD}]))?"
_CONTRACTION = rf"(?<='){CONTRACTED}(?![{WORD}])(?: (?=[{WORD}]))?"
_PART = re.compile(f"{_WORD}|[^{WORD}]+(?:{_CONTRACTION})?")
"""A word, with the space to the next word, which costs nothing; or what stands between words, with a contraction's end."""

_SEAM = re.compile(rf"(?<=[{WORD}]) (?=[{WORD}])")
_LETTER = re.compile(f"[{WORD}]")
_BLANK_HEAD = re.compile(f"[{SPACE}]")
_STRAIGHT = {"‘": "'", "’": "'", "“": '"', "”": '"'}


class LineCounter:
    """Counts lines, newline runs and texts; all counts are tokens without the message's overhead.

    `oracle` gives the exact count of a message, and is asked for parts with rare characters only.
    """

    def __init__(
        self, vocabulary: Vocabulary, rules: Rules, oracle: Callable[[str], int], memo_bytes: int = MEMO_BYTES
    ) -> None:
        self._tile = vocabulary.cost
        self._runs = vocabulary.runs
        self._rules = rules
        self._oracle = oracle
        self._ladder = [0]
        self._costs = Costs(self._between, memo_bytes)
        self._rare = Costs(self._asked, memo_bytes)

    def count(self, text: str) -> int:
        """Tokens of a whole text. As a message, even an empty one may cost its opening border."""
        text = self._plain(text)
        if _odd(text) or _BLANK_HEAD.match(text):
            lines = text.split("\n")
            return self.head(lines[0]) + self.span([self.line(line) for line in lines], 0, len(lines))
        body = text.rstrip("\n")
        cost, at = self._opening(body)
        while len(body) - at > BLOCK and (cut := _SEAM.search(body, at + BLOCK)):
            cost += self._sum(body, at, cut.start())
            at = cut.start()
        if at < len(body):
            *parts, last = _PART.findall(body, at)
            cost += sum(map(self._costs.__getitem__, parts)) + self._closing(last)
        return cost + self.tail(len(text) - len(body))

    def line(self, line: str) -> int:
        """Tokens of a line that is not the first, without its end; 0 exactly when the tokenizer sees an empty line."""
        if not line:
            return 0
        line = self._plain(line)
        if not _odd(line):
            return self._sum(f"\n{line}\n") - 2
        *inner, last = _CUT.split(line)
        return sum(map(self._inner_part, inner)) + self._last_part(last)

    def head(self, line: str) -> int:
        """Tokens of the first line, without its end: the message's opening border and leading space belong to it."""
        line = self._plain(line)
        if not _odd(line) and not _BLANK_HEAD.match(line):
            cost, at = self._opening(line, "\n")
            return cost + (self._sum(f"{line}\n", at) - 1 if at < len(line) else 0)
        first, *rest = _CUT.split(line)
        if not rest:
            return self._oracle(f"{first}\na") - 2
        *inner, last = rest
        return self._oracle(f"{first} a") - 1 + sum(map(self._inner_part, inner)) + self._last_part(last)

    def newlines(self, length: int) -> int:
        """Tokens of a run of `length` newlines between two lines: the fewest vocabulary runs that make it up."""
        # With enough newlines the longest run is always among the fewest: of any `longest` shorter runs, some add up to
        # a multiple of it. So the ladder ends at the square.
        longest = self._runs[-1]
        many = max(0, length - longest * longest) // longest
        length -= many * longest
        ladder = self._ladder
        for at in range(len(ladder), length + 1):
            ladder.append(1 + min(ladder[at - run] for run in self._runs if run <= at))
        return many + ladder[length]

    def tail(self, length: int) -> int:
        """Tokens of the newlines that end a message: the frame adds two more and pays one token of them."""
        return self.newlines(length + 2) - 1 if length else 0

    def span(self, costs: Sequence[int], start: int, stop: int) -> int:
        """Tokens of the lines after `start` up to and including `stop`, and of all newlines between them.

        `costs` are those of all lines; `start` is 0 or a line with a cost, `stop` a line with a cost or len(costs).
        """
        total, seen = 0, start
        for at in range(start + 1, min(stop + 1, len(costs))):
            if costs[at]:
                total += self.newlines(at - seen) + costs[at]
                seen = at
        return total + self.tail(len(costs) - 1 - seen) if stop == len(costs) else total

    def _plain(self, text: str) -> str:
        """What the tokenizer makes of a text first: composed, with line feeds, and with straight quotes if it folds them."""
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        if text.isascii():
            return text
        if not is_normalized("NFC", text):
            text = normalize("NFC", text)
        if self._rules.folds_quotes:
            for curly, straight in _STRAIGHT.items():
                text = text.replace(curly, straight)
        return text

    def _sum(self, text: str, start: int = 0, stop: int | None = None) -> int:
        parts = _PART.findall(text, start) if stop is None else _PART.findall(text, start, stop)
        return sum(map(self._costs.__getitem__, parts))

    def _opening(self, body: str, behind: str = "") -> tuple[int, int]:
        """Tokens of what stands before the first word of a message, and where it ends; `behind` is a newline or the end."""
        found = _PART.match(body)
        if found is None or found.end() == len(body):
            if found is not None and _LETTER.match(body):
                return 0, 0
            after = f"{behind}a" if behind else ""
            return self._tile(stream(f"{body}{after}", self._rules, head=True)) - len(after), len(body)
        part = found[0]
        if _LETTER.match(part):
            return 0, 0
        after = "" if _LETTER.match(part[-1]) else "a"
        return self._tile(stream(f"{part}{after}", self._rules, head=True)) - len(after), found.end()

    def _closing(self, part: str) -> int:
        """Tokens of the last part of a message."""
        return self._costs[part] if _LETTER.match(part[-1]) else self._tile(stream(f"a{part}", self._rules)) - 1

    def _between(self, part: str) -> int:
        """Tokens of a word, or of what stands between two words."""
        if _LETTER.match(part):
            return self._costs[part[:-1]] if part[-1] == " " else self._tile(word(part, self._rules))
        after = "" if _LETTER.match(part[-1]) else "a"
        return self._tile(stream(f"a{part}{after}", self._rules)) - 1 - len(after)

    def _inner_part(self, part: str) -> int:
        """Tokens of a part that a space and a word follow, that space included."""
        if _odd(part):
            return self._rare[f"{part} a"] - 1
        return self._sum(f"\n{part} a") - 2

    def _last_part(self, part: str) -> int:
        """Tokens of a part at the end of a line."""
        if _odd(part):
            # One less than nothing when nothing is left of the part: its two newlines are one token then.
            return max(0, self._rare[f"{part}\na"] - 2)
        return self._sum(f"\n{part}\n") - 2

    def _asked(self, part: str) -> int:
        return self._oracle(f"a\n{part}") - 2


def _odd(text: str) -> bool:
    return (RARE_ASCII if text.isascii() else RARE).search(text) is not None
