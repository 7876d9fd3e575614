"""Bars: how much of something is used, and where the phase changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rich.text import Text

_WIDTH = 6
"""Columns of the bar of a cap."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """What bars are drawn with, and how a text that is too long ends."""

    full: str
    empty: str
    mark: str
    dots: str
    overflow: Literal["ellipsis", "crop"]


DRAWN = Strokes("━", "─", "│", "…", "ellipsis")
ASCII = Strokes("#", "-", "|", "...", "crop")


def phase_bar(tokens: Mapping[str, Any], width: int, strokes: Strokes) -> Text:
    """The total's share of the limit, with a mark where EXPANSION and one where CONVERGENCE begins, and the percentage."""
    limit = max(1, tokens["limit"])
    filled = min(width, round(width * tokens["total"] / limit))
    marks = {
        min(width - 1, round(width * (tokens["total"] - tokens["toExpand"]) / limit)): "green",
        min(width - 1, round(width * (tokens["total"] + tokens["toConverge"]) / limit)): "magenta",
    }
    bar = Text()
    for column in range(width):
        if column in marks:
            bar.append(strokes.mark, style=marks[column])
        elif column < filled:
            bar.append(strokes.full, style="cyan")
        else:
            bar.append(strokes.empty, style="bright_black")
    return bar.append(f" {tokens['percent']:.0f} %")


def gauge(text: str, used: float, cap: float, shown: str | Callable[[Any], str], strokes: Strokes) -> Text:
    """`text`, and how much of `cap` that is as a bar; no bar where there is no cap (0)."""
    if not cap:
        return Text(text, style="dim")
    share = min(1.0, used / cap)
    full = min(_WIDTH, round(_WIDTH * share))
    colour = "red" if share >= 0.9 else "yellow" if share >= 0.7 else "green"
    limit = shown.format(cap) if isinstance(shown, str) else shown(cap)
    return Text.assemble(
        (strokes.full * full, colour),
        (strokes.empty * (_WIDTH - full), "bright_black"),
        f" {text}",
        (f" of {limit}", "dim"),
    )
