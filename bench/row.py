"""A row of the table: one comparison, measured several times in one run, with what it must reach and what it aims at."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """`ours` and `peer` are medians in `unit`; `ratio` is what is promised: `at_least` or `at_most` bounds it."""

    name: str
    peer_name: str
    unit: str
    ours: float
    peer: float
    ratio: float
    at_least: float | None = None
    at_most: float | None = None
    aim: float | None = None
    note: str = ""
    more: dict[str, float] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        enough = self.at_least is None or self.ratio >= self.at_least
        return enough and (self.at_most is None or self.ratio <= self.at_most)

    @property
    def aimed(self) -> bool | None:
        """Whether the aim is reached; None without one."""
        if self.aim is None:
            return None
        return self.ratio >= self.aim if self.at_least is not None else self.ratio <= self.aim


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    head = "| what | ours | peer | ratio | promised | kept | aim |\n|---|---|---|---|---|---|---|\n"
    return head + "\n".join(_line(row) for row in rows)


def as_json(rows: Sequence[Row]) -> str:
    """The rows as one JSON object."""
    return json.dumps({"rows": [{**asdict(row), "kept": row.kept, "aimed": row.aimed} for row in rows]}, indent=2)


def _line(row: Row) -> str:
    bound = f"≥ {row.at_least:g} ×" if row.at_least is not None else f"≤ {row.at_most:g} ×"
    aim = "" if row.aim is None else f"{row.aim:g} × {'reached' if row.aimed else 'not reached'}"
    ours, peer = f"{row.ours:,.3g} {row.unit}", f"{row.peer:,.3g} {row.unit} ({row.peer_name})"
    return f"| {row.name} | {ours} | {peer} | {row.ratio:.2f} × | {bound} | {'yes' if row.kept else 'NO'} | {aim} |"
