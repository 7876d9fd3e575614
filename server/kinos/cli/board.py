"""The picture of a running team, laid out for the width there is: what matters least goes first, nothing ever wraps."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kinos.domain.size import kilotokens
from kinos.domain.state import WORKING, AgentState, AgentView, State, TeamState

ROOM = 16
"""Columns that the task, or the last result, needs to say anything; with less, other columns make room for it."""

_GAP = 2
_BAR = range(8, 21)
"""How wide the bar of the total may be."""

_UNDER_WAY = frozenset({TeamState.STARTING, TeamState.STOPPING})
_STYLES: Mapping[str, str] = {
    TeamState.RUNNING: "green",
    TeamState.PAUSED: "yellow",
    TeamState.STARTING: "cyan",
    TeamState.STOPPING: "cyan",
    "EXPANSION": "green",
    "CONVERGENCE": "magenta",
}
_RIGHT = frozenset({"weight", "landed"})
_SPARED = ("weight", "landed", "task")
"""Columns that are dropped when it is narrow, the least important first."""


def board(picture: Mapping[str, Any], state: State, width: int) -> RenderableType:
    """The team in `width` columns: what it is doing, what it has used, and a line for each agent."""
    return Group(Text(), _standing(picture, width), _use(picture, width), _agents(state, width))


def _standing(picture: Mapping[str, Any], width: int) -> Text:
    team, phase, tokens = picture["team"], picture["phase"]["name"], picture["tokens"]
    doing = f"{team['state']}…" if team["state"] in _UNDER_WAY else team["state"]
    total = f"{kilotokens(tokens['total'])} of {kilotokens(tokens['limit'])} tokens"
    parts = [
        Text(team["name"], style="bold"),
        Text(doing, style=_STYLES.get(team["state"], "dim")),
        Text(phase, style=_STYLES.get(phase, "")),
        Text(total),
    ]
    line = _fitting(parts, " " * _GAP, width)
    room = min(width - line.cell_len - _GAP, _BAR.stop - 1)
    if room in _BAR:
        line.append(" " * _GAP).append_text(_bar(tokens["percent"], room))
    return line


def _use(picture: Mapping[str, Any], width: int) -> Text:
    budget = picture["budget"]
    spent = "?" if budget["usd"] is None else f"{budget['usd']:.2f}"
    money = "rehearsal, no cost" if picture["team"]["rehearsal"] else f"{spent} of {budget['usdCap']:g} US$"
    parts = [money, f"{kilotokens(budget['tokens'])} tokens used", f"{picture['waiting']} waiting"]
    return _fitting([Text(part, style="dim") for part in parts], " · ", width)


def _fitting(parts: Sequence[Text], gap: str, width: int) -> Text:
    """The parts in one line; one that does not fit any more is left out."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for part in parts:
        if not line.cell_len:
            line.append_text(part)
        elif line.cell_len + len(gap) + part.cell_len <= width:
            line.append(gap, style=part.style).append_text(part)
    return line


def _bar(percent: float, width: int) -> Text:
    full = min(width, round(width * percent / 100))
    return Text.assemble(("━" * full, "cyan"), ("━" * (width - full), "bright_black"))


def _agents(state: State, width: int) -> Table:
    rows = [_row(view, state.team.state) for view in state.agents.values()]
    fixed = {
        heading: max([cell_len(heading), *(cell_len(row[heading].plain) for row in rows)])
        for heading in ("agent", "state", "weight", "landed")
    }
    # As wide as it will ever be: columns that move with every event cannot be read.
    fixed["state"] = max(fixed["state"], *(len(name) for name in AgentState))
    kept, room = _kept(fixed, width)
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="dim", pad_edge=False)
    for heading in kept:
        size = room if heading == "task" else fixed[heading]
        table.add_column(heading, justify="right" if heading in _RIGHT else "left", no_wrap=True, width=size)
    for row in rows:
        table.add_row(*(row[heading] for heading in kept))
    return table


def _kept(fixed: Mapping[str, int], width: int) -> tuple[list[str], int]:
    """The columns that are shown, and what is left of `width` for the task."""
    kept = [*fixed, "task"]
    for spared in ("", *_SPARED):
        kept = [heading for heading in kept if heading != spared]
        room = width - sum(fixed[heading] + _GAP for heading in kept if heading in fixed)
        if room >= ROOM:
            break
    return kept, room


def _row(view: AgentView, team: TeamState) -> dict[str, Text]:
    starting = team is TeamState.STARTING and view.state is AgentState.STOPPED
    failed = view.state is AgentState.FAILED
    style = "yellow" if view.state in WORKING else "red" if failed or view.deferred else "dim"
    about = view.task or view.deferred or (view.last_error if failed else view.last_result)
    return {
        "agent": Text(view.name),
        "state": Text("starting" if starting else view.state, style=style),
        "weight": Text("" if starting else f"{view.weight:g}"),
        "landed": Text(str(view.landed)),
        "task": Text(" ".join(about.split()), style=style, overflow="ellipsis"),
    }
