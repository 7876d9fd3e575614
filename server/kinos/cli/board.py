"""The picture of a running team, laid out for the room there is: what matters least goes first, nothing ever wraps."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kinos.cli.gauge import ASCII, DRAWN, Strokes, gauge, phase_bar
from kinos.cli.terminal import counted
from kinos.domain.change import Change
from kinos.domain.size import kilotokens
from kinos.domain.state import WORKING, AgentState, AgentView, State, TeamState
from kinos.domain.status import last_cycle
from kinos.domain.usage import dollars

ROOM = 16
"""Columns that the task, or the last result, needs to say anything; with less, other columns make room for it."""

_GAP = 2
_UNDER_WAY = frozenset({TeamState.STARTING, TeamState.STOPPING})
_STYLES: Mapping[str, str] = {
    TeamState.RUNNING: "green",
    TeamState.PAUSED: "yellow",
    TeamState.STARTING: "cyan",
    TeamState.STOPPING: "cyan",
    "EXPANSION": "green",
    "CONVERGENCE": "magenta",
}
_RIGHT = frozenset({"weight", "landed", "spent"})
_SPARED = ("weight", "spent", "landed", "task")
"""Columns that are dropped when it is narrow, the least important first."""
_WAITING = 3
"""Waiting changes that are named; the rest is counted."""


def board(
    picture: Mapping[str, Any],
    state: State,
    width: int,
    height: int = 1000,
    waiting: Sequence[Change] = (),
    strokes: Strokes = DRAWN,
) -> RenderableType:
    """The team in `width` columns and at most `height` lines: what it does, what it has used, a line for each agent, and
    what waits for a person.
    """
    views, queue = list(state.agents.values()), bool(waiting)
    head = [_standing(picture, width, strokes), _sizes(picture, width, strokes), _use(picture, width, strokes)]
    room = height - 2  # an empty line, and the heads of the columns
    while len(head) > 1 and len(head) + len(views) + queue > room:
        head.pop()
    shown = _by_importance(views)[: max(1, room - len(head) - queue)]
    rows = [view for view in views if view in shown]
    lines = _waiting(waiting, max(1, room - len(head) - len(rows)), width, strokes)
    return Group(Text(), *head, _agents(rows, state.team.state, width, strokes), *lines)


def strokes_for(encoding: str) -> Strokes:
    """What a terminal of that encoding can draw."""
    return DRAWN if encoding.lower().replace("-", "").startswith("utf") else ASCII


def _by_importance(views: Sequence[AgentView]) -> list[AgentView]:
    """Who works, then who failed, then the rest."""
    return sorted(views, key=lambda view: 0 if view.state in WORKING else 1 if view.state is AgentState.FAILED else 2)


def _standing(picture: Mapping[str, Any], width: int, strokes: Strokes) -> Text:
    team, phase = picture["team"], picture["phase"]["name"]
    doing = f"{team['state']}{strokes.dots}" if team["state"] in _UNDER_WAY else team["state"]
    parts = [
        Text(team["name"], style="bold"),
        Text(doing, style=_STYLES.get(team["state"], "dim")),
        Text(phase, style=_STYLES.get(phase, "")),
        Text("changes wait for you" if team["landing"] == "review" else "changes land", style="dim"),
        Text(team["reason"] if team["state"] == TeamState.PAUSED else "", style="yellow"),
    ]
    return _fitting([part for part in parts if part.plain], " " * _GAP, width)


def _sizes(picture: Mapping[str, Any], width: int, strokes: Strokes) -> Text:
    """The total's share of the limit with both thresholds, and how many documents are over a limit."""
    tokens, documents = picture["tokens"], picture["documents"]
    parts = [
        phase_bar(tokens, 20 if width >= 60 else 10, strokes),
        Text(f"{kilotokens(tokens['total'])} of {kilotokens(tokens['limit'])} tokens"),
        Text(f"{documents['tooLong']} too long", style="red" if documents["tooLong"] else "dim"),
        Text(f"{documents['long']} long", style="yellow" if documents["long"] else "dim"),
        Text(counted(documents["count"], "document", "documents"), style="dim"),
    ]
    return _fitting(parts, " " * _GAP, width)


def _use(picture: Mapping[str, Any], width: int, strokes: Strokes) -> Text:
    """What is used of each cap."""
    budget, free = picture["budget"], picture["team"]["rehearsal"]
    usd, today = budget["usd"], budget["usdToday"]
    money = (
        Text("rehearsal, no cost", style="dim")
        if free
        else gauge(dollars(usd), usd or 0, budget["usdCap"], "{:g}", strokes)
    )
    parts = [
        money,
        gauge(f"{kilotokens(budget['tokens'])} tokens", budget["tokens"], budget["tokensCap"], kilotokens, strokes),
        gauge(f"{budget['runs']} cycles", budget["runs"], last_cycle(budget), "{:g}", strokes),
        gauge(f"{budget['minutes']:.0f} min", budget["minutes"], budget["minutesCap"], "{:g}", strokes),
        *(
            []
            if free or today is None
            else [gauge(f"{dollars(today)} today", today, budget["usdPerDay"], "{:g}", strokes)]
        ),
    ]
    return _fitting(parts, " " * _GAP, width)


def _fitting(parts: Sequence[Text], gap: str, width: int) -> Text:
    """The parts in one line; one that does not fit any more is left out."""
    line = Text(no_wrap=True, overflow="crop")
    for part in parts:
        if not line.cell_len:
            line.append_text(part)
        elif line.cell_len + len(gap) + part.cell_len <= width:
            line.append(gap, style=part.style).append_text(part)
    return line


def _waiting(changes: Sequence[Change], most: int, width: int, strokes: Strokes) -> list[Text]:
    """In at most so many lines the changes that wait for a person, by id, and what to do about them."""
    if not changes:
        return []
    named = changes[: min(_WAITING, most - 1)]
    lines = [_named(change, width, strokes) for change in named]
    more = len(changes) - len(named)
    parts = [
        f"{more}{' more' if named else ''} wait for you" if more else "",
        "kin review",
        "--accept ID",
        "--reject ID",
    ]
    return [*lines, _fitting([Text(part, style="dim") for part in parts if part], ", ", width)]


def _named(change: Change, width: int, strokes: Strokes) -> Text:
    line = Text.assemble(("waits ", "yellow"), (change.id, "bold"), f"  {change.agent}: {change.title}", no_wrap=True)
    line.truncate(width, overflow=strokes.overflow)
    return line


def _agents(views: Sequence[AgentView], team: TeamState, width: int, strokes: Strokes) -> Table:
    rows = [_row(view, team, strokes) for view in views]
    fixed = {
        heading: max([cell_len(heading), *(cell_len(row[heading].plain) for row in rows)])
        for heading in ("agent", "state", "weight", "landed", "spent")
    }
    # As wide as it will ever be: columns that move with every event cannot be read.
    fixed["state"] = max(fixed["state"], *(len(name) for name in AgentState))
    fixed["spent"] = max(fixed["spent"], len("0.0000$"))
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


def _row(view: AgentView, team: TeamState, strokes: Strokes) -> dict[str, Text]:
    starting = team is TeamState.STARTING and view.state is AgentState.STOPPED
    failed = view.state is AgentState.FAILED
    style = "yellow" if view.state in WORKING else "red" if failed or view.deferred else "dim"
    about = (
        view.deferred or view.task or view.said or (view.last_error if failed else view.last_result or view.last_error)
    )
    return {
        "agent": Text(view.name),
        "state": Text("starting" if starting else view.state, style=style),
        "weight": Text("" if starting else f"{view.weight:g}"),
        "landed": Text(str(view.landed)),
        "spent": Text("" if starting else _spent(view), style="dim"),
        "task": Text(" ".join(about.split()), style=style, overflow=strokes.overflow),
    }


def _spent(view: AgentView) -> str:
    """US dollars, or tokens where they cost nothing."""
    if view.usd is None:
        return "?"
    return f"{view.usd:.4f}$" if view.usd else kilotokens(view.usage.total)
