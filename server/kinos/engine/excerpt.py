"""As much of a text as fits into so many tokens, counted exactly."""

from collections.abc import Awaitable, Callable, Iterable

type Count = Callable[[str], Awaitable[int]]


async def excerpt(text: str, most: int, count: Count) -> str:
    """`text` if it has at most `most` tokens, else the most whole lines of its beginning, and a word about the rest."""
    if await fits(text, most, count):
        return text
    lines = text.splitlines(keepends=True)
    low, high = 0, len(lines) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if await fits(_begun(lines, middle), most, count):
            low = middle
        else:
            high = middle - 1
    return _begun(lines, low)


async def first_that_fits(texts: Iterable[str], most: int, count: Count) -> str:
    """The first of `texts` with at most `most` tokens, else an excerpt of the last."""
    text = ""
    for text in texts:
        if await fits(text, most, count):
            return text
    return await excerpt(text, most, count)


async def fits(text: str, most: int, count: Count) -> bool:
    """Whether `text` has at most `most` tokens. No token is less than a byte, so short texts need no count."""
    return len(text.encode("utf-8", "surrogatepass")) <= most or await count(text) <= most


def _begun(lines: list[str], number: int) -> str:
    left = len(lines) - number
    return f"{''.join(lines[:number])}… and {left} more {'line' if left == 1 else 'lines'}, left out here\n"
