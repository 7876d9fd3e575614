"""The exact total of a document's lines, kept up to date edit by edit."""

from collections.abc import Sequence

from kinos.tokens.line import LineCounter
from kinos.tokens.position import content

BOM = "\ufeff"


class Tally:
    """Tokens of a document given as lines with their ends; a splice costs what the lines it touches cost.

    It shares the list with its owner, who changes it and then calls `spliced`. A leading BOM and an empty document
    cost nothing.
    """

    def __init__(self, counter: LineCounter, lines: Sequence[str]) -> None:
        self.counter = counter
        self._lines = lines
        self._costs = self._counted(lines)
        self._lone = sum(map(_lone, lines))
        self._head = self._first()
        self._body = counter.span(self._costs, 0, len(lines))
        self._whole: int | None = None

    def spliced(self, start: int, old: Sequence[str], new: Sequence[str]) -> None:
        """From the line `start` on, `new` stands in the list where `old` stood."""
        costs, stop = self._costs, start + len(old)
        before, after = max(start - 1, 0), max(stop, 1)
        while before and not costs[before]:
            before -= 1
        while after < len(costs) and not costs[after]:
            after += 1
        self._body -= self.counter.span(costs, before, after)
        costs[start:stop] = self._counted(new)
        self._body += self.counter.span(costs, before, after + len(new) - len(old))
        self._lone += sum(map(_lone, new)) - sum(map(_lone, old))
        self._whole = None
        if start == 0:
            self._head = self._first()

    def total(self) -> int:
        """Tokens of the whole document."""
        if len(self._lines) == 1 and self._lines[0] in ("", BOM):
            return 0
        if self._lone:
            # A carriage return alone ends a line of the document, but the tokenizer removes it: two lines are one.
            if self._whole is None:
                self._whole = self.counter.count("".join(self._lines).removeprefix(BOM))
            return self._whole
        return self._head + self._body

    def by_line(self) -> list[int]:
        """Tokens of each line, which add up to the total: blank lines are paid by what stands before them, lines that only
        the document keeps apart (a lone carriage return) by the first of them.
        """
        if len(self._lines) == 1 and self._lines[0] in ("", BOM):
            return [0]
        shares = [0] * len(self._lines)
        texts, firsts = self._joined() if self._lone else (self._lines, range(len(self._lines)))
        costs = self._counted(texts) if self._lone else self._costs
        seen = 0
        shares[0] = self.counter.head(content(texts[0]).removeprefix(BOM))
        for at in range(1, len(costs)):
            if costs[at]:
                shares[firsts[seen]] += self.counter.newlines(at - seen)
                shares[firsts[at]] = costs[at]
                seen = at
        shares[firsts[seen]] += self.counter.tail(len(costs) - 1 - seen)
        return shares

    def _joined(self) -> tuple[list[str], list[int]]:
        """The lines as the tokenizer tells them apart, and where each begins among ours."""
        texts, firsts, open_ = [""], [0], True
        for at, line in enumerate(self._lines):
            if not open_:
                texts.append("")
                firsts.append(at)
            texts[-1] += line
            open_ = _lone(line)
        return texts, firsts

    def _counted(self, lines: Sequence[str]) -> list[int]:
        return [self.counter.line(content(line)) for line in lines]

    def _first(self) -> int:
        return self.counter.head(content(self._lines[0]).removeprefix(BOM))


def _lone(line: str) -> bool:
    return line.endswith("\r")
