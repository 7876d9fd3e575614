"""Exact counting by line: the count of a text is the sum over its lines and over the newline runs between them.

Why that is exact, for ctok 1.3: no vocabulary piece mixes a newline with anything else (checked when loading), and a
newline is inert in every rewrite that comes first (NFC, removals, folding, marking). Only two places look beyond a
line: the message's head, which the first line pays, and the newlines at its end. Other controls, a lone carriage
return among them, are removed by the tokenizer, so they end no line here.

Inside a line the same holds before a space that an ASCII letter follows: a word's opening marker starts a piece in
every vocabulary, and the word after it does not look back. The space belongs to the left part, which is counted with
a word after it.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from kinos.tokens.memo import Memo

MEMO_BYTES = 8 * 1024 * 1024
"""Bound of each of the three memos a counter has."""

_CUT = re.compile(r" (?=[A-Za-z])")


class LineCounter:
    """Counts lines, newline runs and texts by asking `oracle`, the exact count of a message, for small parts only.

    `runs` are the lengths of the newline runs that are one token. All counts are tokens without the message's overhead.
    """

    def __init__(self, oracle: Callable[[str], int], runs: Iterable[int], memo_bytes: int = MEMO_BYTES) -> None:
        self._oracle = oracle
        self._runs = sorted(runs)
        self._ladder = [0]
        self._lines = Memo(memo_bytes)
        self._inner = Memo(memo_bytes)
        self._last = Memo(memo_bytes)

    def count(self, text: str) -> int:
        """Tokens of a whole text. As a message, even an empty one may cost its opening marker."""
        if "\r\n" in text:
            text = text.replace("\r\n", "\n")  # the removal of this one is the same before NFC as after it
        lines = text.split("\n")
        return self.head(lines[0]) + self.span([self.line(line) for line in lines], 0, len(lines))

    def line(self, line: str) -> int:
        """Tokens of a line that is not the first, without its end; 0 exactly when the tokenizer sees an empty line."""
        count = self._lines.get(line)
        if count is None:
            *inner, last = _CUT.split(line)
            count = sum(map(self._inner_part, inner)) + self._last_part(last)
            self._lines.put(line, count)
        return count

    def head(self, line: str) -> int:
        """Tokens of the first line, without its end: the message's opening marker and leading space belong to it."""
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

    def _inner_part(self, part: str) -> int:
        """Tokens of a part that a space and a word follow, that space included."""
        count = self._inner.get(part)
        if count is None:
            count = self._oracle(f"a\n{part} a") - 3
            self._inner.put(part, count)
        return count

    def _last_part(self, part: str) -> int:
        """Tokens of a part at the end of a line."""
        count = self._last.get(part)
        if count is None:
            # One less than nothing when nothing is left of the part: its two newlines are one token then.
            count = max(0, self._oracle(f"a\n{part}\na") - 4)
            self._last.put(part, count)
        return count
