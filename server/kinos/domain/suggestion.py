"""What would bring a document that is too large down to size: sections to split out, passages to fold."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kinos.domain.printable import printable
from kinos.domain.repeat import Place, Repeat
from kinos.domain.size import kilotokens

_SHOWN = 3
"""Passages and headings named of one document."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A document that a split would make beside the old one: its path, the lines (0-based) and titles of the headings whose
    sections it takes, its own title, and its tokens.
    """

    path: str
    title: str
    starts: tuple[int, ...]
    headings: tuple[str, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """For one document: the pieces to split out and the tokens that would stay, or why there are none (`reason`); and what
    it says twice or others say too.
    """

    path: str
    pieces: tuple[Piece, ...]
    stays: int
    reason: str
    repeats: tuple[Repeat, ...]

    def lines(self) -> list[str]:
        """As shown in the map."""
        path = printable(self.path)
        if self.pieces:
            into = "; ".join(f"{_listed(piece.headings)} ({kilotokens(piece.tokens)})" for piece in self.pieces)
            shown = [f"- {path}: split out {into}; {kilotokens(self.stays)} tokens stay"]
        else:
            shown = [f"- {path}: {printable(self.reason)}"]
        for repeat in self.repeats[:_SHOWN]:
            places = ", ".join(f"{printable(place.path)}:{place.line + 1}" for place in repeat.places[:_SHOWN])
            words = printable(repeat.words)
            shown.append(
                f"- {path}:{repeat.line + 1}: “{words} …” stands in {places} too ({repeat.tokens} tokens each)"
            )
        return shown


def _listed(headings: tuple[str, ...]) -> str:
    named = ", ".join(f"“{printable(heading)}”" for heading in headings[:_SHOWN])
    return named if len(headings) <= _SHOWN else f"{named} and {len(headings) - _SHOWN} more"


def wire(suggestion: Suggestion) -> dict[str, Any]:
    """As JSON."""
    return asdict(suggestion)


def unwired(value: Mapping[str, Any]) -> Suggestion:
    """What `wire` made."""
    pieces = (
        Piece(**{**piece, **{key: tuple(piece[key]) for key in ("starts", "headings")}}) for piece in value["pieces"]
    )
    repeats = (
        Repeat(**{**repeat, "places": tuple(Place(**place) for place in repeat["places"])})
        for repeat in value["repeats"]
    )
    return Suggestion(value["path"], tuple(pieces), value["stays"], value["reason"], tuple(repeats))
