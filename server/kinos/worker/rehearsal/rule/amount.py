"""Amounts a wish names: how many words or tokens, and numbers of other things, which no rule counts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIGITS = r"\d+(?:[ .,\u00a0\u202f]\d{3})+|\d+(?:\.\d+)?"
_SPELLED = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen|deux|trois|quatre|cinq|sept|huit|neuf|dix|"
    "onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|cent|mille|douzaine"
)
_MEASURED = re.compile(
    rf"(?P<low>{_DIGITS})\s*(?P<low_kilo>k\b)?(?:\s*(?:-|–|to|and|à|et)\s*(?P<high>{_DIGITS})\s*(?P<high_kilo>k\b)?)?"
    r"[\s-]*(?P<unit>words?|mots?|tokens?|jetons?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"(?<![\w.#`/-])(?:{_DIGITS}|(?:{_SPELLED})s?)\b(?:[\s-]+[^\W\d_]+)?", re.IGNORECASE)
_LEAST = re.compile(r"(?:at least|minimum(?: of)?|au moins)\s*$", re.IGNORECASE)
_MOST = re.compile(r"(?:at most|up to|within|maximum(?: of)?|limit of|limit is|au plus)\s*$", re.IGNORECASE)
_ABOVE = re.compile(
    r"(?:(?:more|longer|larger|bigger|greater) than|over|above|exceeds?|plus de|dépasse(?:r|nt)?|au-dessus de)\s*$",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?:(?:less|fewer|shorter|smaller) than|below|under|moins de|au-dessous de|en dessous de)\s*$", re.IGNORECASE
)
_NONE = re.compile(r"\b(?:no|not|never|nothing|none|aucune?|ne|n['’]|pas|cannot)\b", re.IGNORECASE)
_ABOUT = 0.1
"""Share by which a size may differ from one that is named without a bound."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A size a wish names: from `least` to `most` (None: no bound) of `unit`, "words" or "tokens"; `text` says it."""

    least: int | None
    most: int | None
    unit: str
    text: str

    def holds(self, size: int) -> bool:
        """Whether `size` is such an amount."""
        return (self.least is None or size >= self.least) and (self.most is None or size <= self.most)


def amounts(wish: str) -> Iterator[Amount]:
    """The sizes in words or tokens the wish names."""
    for found in _MEASURED.finditer(wish):
        low = _value(found["low"], found["low_kilo"] or (found["high_kilo"] if found["high"] else None))
        unit = "tokens" if found["unit"].casefold().startswith(("token", "jeton")) else "words"
        before = wish[: found.start()]
        most = _value(found["high"], found["high_kilo"]) if found["high"] else None
        bounds = (low, most) if most is not None else _bounds(before, low)
        yield Amount(*bounds, unit, found[0].strip())


def _bounds(before: str, size: int) -> tuple[int | None, int | None]:
    denied = bool(_NONE.search(re.split(r"[.;:!?]\s", before)[-1]))
    above, below = bool(_ABOVE.search(before)), bool(_BELOW.search(before))
    if _LEAST.search(before) or (above and not denied) or (below and denied):
        return size, None
    if _MOST.search(before) or above or below:
        return None, size
    return round(size * (1 - _ABOUT)), round(size * (1 + _ABOUT))


def _value(digits: str, kilo: str | None) -> int:
    grouped = re.fullmatch(r"\d+(?:[ .,\u00a0\u202f]\d{3})+", digits)
    number = float(re.sub(r"\D", "", digits)) if grouped and not kilo else float(digits.replace(",", "."))
    return round(number * 1000) if kilo else round(number)


def uncounted(wish: str) -> list[str]:
    """The numbers of things other than words and tokens that the wish names, each with the word after it."""
    rest = re.sub(r"`[^`]*`", " ", _MEASURED.sub(" ", wish))
    return [found[0] for found in _NUMBER.finditer(rest)]
