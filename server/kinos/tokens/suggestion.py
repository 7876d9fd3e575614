"""Works out a suggestion, and counts what it would come to before it is made."""

from collections.abc import Collection

from kinos.domain.markdown import headings, lines_of, plain, scan
from kinos.domain.markdown.division import division
from kinos.domain.markdown.split import Part, SplitError, split
from kinos.domain.repeat import Search
from kinos.domain.suggestion import Piece, Suggestion
from kinos.tokens.counter import Counter
from kinos.tokens.document import OpenText

_TRIES = 8
"""How often a division is planned for less, when counting shows that a document would still be too large."""


def suggestion(
    path: str, text: str, counter: Counter, limit: int, taken: Collection[str], search: Search | None = None
) -> Suggestion:
    """What would bring `text` to at most `limit` tokens. `taken` are paths that are not free; `search` has looked for the
    passages of `text` in other documents. Raises UnavailableError when `counter` cannot count.
    """
    text = plain_text(text)
    costs = OpenText(text, 0).by_line(counter)
    repeats = search.repeats(costs) if search else ()
    try:
        parts, sizes = _counted(path, text, costs, counter, limit, taken)
    except SplitError as error:
        return Suggestion(path, (), sum(costs), str(error), repeats)
    titles = {heading.line: plain(heading.title) for heading in headings(scan(text))}
    pieces = tuple(
        Piece(part.path, part.title, part.starts, tuple(titles[at] for at in part.starts), sizes[part.path])
        for part in parts
    )
    return Suggestion(path, pieces, sizes[path], "", repeats)


def plain_text(text: str) -> str:
    """A document as suggestions see it: line feeds only, and no byte order mark."""
    return "".join(f"{line}\n" for line in lines_of(text.removeprefix("\ufeff")))


def _counted(
    path: str, text: str, costs: list[int], counter: Counter, limit: int, taken: Collection[str]
) -> tuple[tuple[Part, ...], dict[str, int]]:
    """The parts, and the tokens of every document after the split, none above the limit. Raises SplitError."""
    aim = limit
    for _ in range(_TRIES):
        parts = division(path, text, costs, aim, taken)
        sizes = {name: counter.count(made).tokens for name, made in split(path, text, parts).items()}
        over = max(sizes.values()) - limit
        if over <= 0:
            return parts, sizes
        aim -= max(over, limit // 50)
    raise SplitError("its headings do not divide it into pieces that are small enough")
