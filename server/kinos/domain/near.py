"""Words that somebody may have meant."""

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question with the nearest of `known`; empty when none is near."""
    from difflib import get_close_matches

    by_case = {each.casefold(): each for each in known}
    close = get_close_matches(word.casefold(), by_case, 1)
    return f"Did you mean {by_case[close[0]]}?" if close else ""
