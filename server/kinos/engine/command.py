"""The commands others give an engine as JSON: `kinos.server.*` of the protocol and the methods of the control socket.

Each takes one object, which is checked here, and answers with plain JSON values.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kinos.domain.change import ChangeState
from kinos.domain.errors import UsageError
from kinos.domain.finding import sound
from kinos.domain.near import did_you_mean
from kinos.domain.setting import read
from kinos.engine import listing
from kinos.engine.history import Reverted, Selection
from kinos.engine.lifecycle import Start
from kinos.engine.session import Session

type Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Command:
    """`act` does it; `keys` are all that its object may have. A `stepwise` one is not cut off in the middle of a step."""

    act: Callable[..., Awaitable[Any]]
    keys: tuple[str, ...] = ()
    stepwise: bool = False


async def run(session: Session, name: str, arguments: Arguments, stopped: Callable[[], bool] = bool) -> Any:
    """Give `session` the command `name`. Raises UsageError for one that does not exist or has wrong arguments, before anything
    is done. Once `stopped`, a stepwise one begins no further step; the others can be cancelled.
    """
    command = COMMANDS.get(name)
    if command is None:
        known = f"There are: {', '.join(sorted(COMMANDS))}."
        raise UsageError(f"There is no command {name!r}.", f"{did_you_mean(name, COMMANDS)} {known}".lstrip())
    check_keys(name, arguments, command.keys)
    for key in arguments:
        _READERS.get(key, _text)(arguments, key)
    return await command.act(session, arguments, *((stopped,) if command.stepwise else ()))


def check_keys(name: str, arguments: Arguments, keys: Sequence[str]) -> None:
    """Raises UsageError for a key that the command does not take: with `reherse` passed over, a rehearsal would be a team that
    costs money.
    """
    if unknown := sorted(set(arguments) - set(keys)):
        known = f"It takes {', '.join(keys)}." if keys else "It takes nothing."
        meant = did_you_mean(unknown[0], keys)
        raise UsageError(f"{name} does not take {', '.join(unknown)}.", f"{meant} {known}".lstrip())


async def _start_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    start = Start(team=_text(arguments, "team"), rehearse=_truth(arguments, "rehearse"), landing=_landing(arguments))
    started = await session.start_team(start)
    return {"team": started.team, "reason": started.reason, "agents": list(started.agents)}


async def _stop_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    return {"stopped": await session.stop_team()}


async def _start_agent(session: Session, arguments: Arguments) -> dict[str, Any]:
    name = _needed(arguments, "agent")
    return {"agent": name, "state": await session.start_agent(name, rehearse=_truth(arguments, "rehearse"))}


async def _stop_agent(session: Session, arguments: Arguments) -> dict[str, Any]:
    name = _needed(arguments, "agent")
    return {"agent": name, "state": await session.stop_agent(name)}


async def _show_map(session: Session, arguments: Arguments) -> str:
    await session.counted()
    await session.map.suggest()
    return session.map.text()


async def _update_map(session: Session, arguments: Arguments) -> str:
    await session.counted()
    await session.map.suggest()
    return session.map.write()


async def _documents(session: Session, arguments: Arguments) -> dict[str, Any]:
    if _truth(arguments, "suggest"):
        await session.map.suggest()
    return session.map.table()


async def _map_object(session: Session, arguments: Arguments) -> dict[str, Any]:
    await session.map.suggest()
    return session.map.object()


async def _diff(session: Session, arguments: Arguments) -> str:
    return session.diff(_needed(arguments, "change"))


async def _proposal(session: Session, arguments: Arguments) -> dict[str, Any]:
    change = _needed(arguments, "change")
    return {"change": change, "files": [asdict(file) for file in session.proposal(change)]}


async def _edit_change(session: Session, arguments: Arguments) -> dict[str, Any]:
    texts, bases = _texts(arguments, "texts"), _texts(arguments, "bases")
    made = await session.edit_change(
        _needed(arguments, "change"), texts, {path: text for path, text in bases.items() if text is not None}
    )
    return made.described()


async def _status(session: Session, arguments: Arguments) -> dict[str, Any]:
    return session.picture()


async def _history(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    changes, last = session.changes(), _count(arguments, "last")
    older = [each for each in changes[:-last] if each.state is ChangeState.PROPOSED] if last else ()
    told = (*older, *(changes[-last:] if last else changes))
    return [change.described() | {"conflict": session.obstacle(change)} for change in told]


async def _contents(session: Session, arguments: Arguments) -> dict[str, Any]:
    change = _needed(arguments, "change")
    return {"change": change, "files": [asdict(file) for file in session.contents(change)]}


async def _figures(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    return [each.described() for each in session.figures()]


async def _cycles(session: Session, arguments: Arguments) -> dict[str, Any]:
    every = session.cycles()
    return {"cycles": [cycle.described() for cycle in every[-CYCLES:]], "earlier": max(0, len(every) - CYCLES)}


async def _phase_history(session: Session, arguments: Arguments) -> dict[str, Any]:
    rule = session.sizes.rule
    points = [point.described() for point in session.phase_history()]
    return {"points": points, "limit": rule.limit, "converge": rule.converge_at, "expand": rule.expand_at}


async def _sessions(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    return [account.described() for account in session.accounts()]


async def _doctor(session: Session, arguments: Arguments) -> dict[str, Any]:
    found = await session.checkup(live=_truth(arguments, "live"))
    return {"sound": sound(found), "findings": [each.described() for each in found]}


async def _undo(session: Session, arguments: Arguments, stopped: Callable[[], bool]) -> dict[str, Any]:
    return _reverted(await session.undo(_selection(arguments), stopped))


async def _redo(session: Session, arguments: Arguments, stopped: Callable[[], bool]) -> dict[str, Any]:
    return _reverted(await session.redo(_selection(arguments), stopped))


async def _accept(session: Session, arguments: Arguments) -> dict[str, Any]:
    return (await session.accept(_needed(arguments, "change"))).described()


async def _reject(session: Session, arguments: Arguments) -> dict[str, Any]:
    return (await session.reject(_needed(arguments, "change"), _text(arguments, "reason"))).described()


async def _consolidate(session: Session, arguments: Arguments) -> dict[str, Any]:
    path, withdraw = _needed(arguments, "path"), _truth(arguments, "withdraw")
    running = session.consolidate(path, withdraw=withdraw)
    if withdraw:
        message = f"The team is not asked to consolidate {path} any more."
    elif running:
        message = f"The team takes it up: every agent that may edit {path} is told first."
    else:
        message = "No team runs here: it is kept, and told to the next one that is started."
    return {"path": path, "running": running, "message": message}


async def _edit_prompt(session: Session, arguments: Arguments) -> dict[str, Any]:
    name = _needed(arguments, "agent")
    path, created = session.catalog.adopt(name)
    return {"agent": name, "path": path, "created": created}


async def _edit_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    name = _needed(arguments, "team")
    path, created = session.catalog.adopt_team(name)
    return {"team": name, "path": path, "created": created}


async def _teams(session: Session, arguments: Arguments) -> dict[str, Any]:
    found, errors = await asyncio.to_thread(listing.teams, session.catalog)
    name, reason = await session.next_team()
    return {"next": {"team": name, "reason": reason}, "found": found, "errors": errors}


async def _agents(session: Session, arguments: Arguments) -> dict[str, Any]:
    found, errors = await asyncio.to_thread(listing.agents, session.catalog)
    return {"found": found, "errors": errors}


async def _set_phase(session: Session, arguments: Arguments) -> dict[str, Any]:
    session.set_phase(_needed(arguments, "phase"))
    return session.picture()


async def _pause_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    session.pause_team()
    return session.picture()


async def _resume_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    await session.resume_team()
    return session.picture()


async def _set_budget(session: Session, arguments: Arguments) -> dict[str, Any]:
    await session.set_budget(_caps(arguments))
    return session.picture()


_CAPS = {"usd": "usd", "tokens": "tokens", "runs": "runs", "minutes": "minutes", "usdPerDay": "usd_per_day"}
"""Caps by the names of the settings `budget.*`, and as fields."""

CYCLES = 300
"""Cycles that are told at once, at most; the latest ones."""

_SELECTION = ("change", "cycle", "agent", "session", "all")

COMMANDS: Mapping[str, Command] = {
    "startTeam": Command(_start_team, ("team", "rehearse", "landing")),
    "stopTeam": Command(_stop_team),
    "startAgent": Command(_start_agent, ("agent", "rehearse")),
    "stopAgent": Command(_stop_agent, ("agent",)),
    "showMap": Command(_show_map),
    "updateMap": Command(_update_map),
    "mapObject": Command(_map_object),
    "documents": Command(_documents, ("suggest",)),
    "diff": Command(_diff, ("change",)),
    "contents": Command(_contents, ("change",)),
    "proposal": Command(_proposal, ("change",)),
    "editChange": Command(_edit_change, ("change", "texts", "bases")),
    "status": Command(_status),
    "history": Command(_history, ("last",)),
    "cycles": Command(_cycles),
    "figures": Command(_figures),
    "phaseHistory": Command(_phase_history),
    "sessions": Command(_sessions),
    "doctor": Command(_doctor, ("live",)),
    "undo": Command(_undo, _SELECTION, stepwise=True),
    "redo": Command(_redo, _SELECTION, stepwise=True),
    "accept": Command(_accept, ("change", "reason")),
    "reject": Command(_reject, ("change", "reason")),
    "consolidate": Command(_consolidate, ("path", "withdraw")),
    "editPrompt": Command(_edit_prompt, ("agent",)),
    "editTeam": Command(_edit_team, ("team",)),
    "teams": Command(_teams),
    "agents": Command(_agents),
    "setPhase": Command(_set_phase, ("phase",)),
    "pauseTeam": Command(_pause_team),
    "resumeTeam": Command(_resume_team),
    "setBudget": Command(_set_budget, tuple(_CAPS)),
}
"""Beside these keys the language server takes `folder`, which says whose command it is."""


def _reverted(done: Reverted) -> dict[str, Any]:
    aside = [{"id": identity, "reason": reason} for identity, reason in done.set_aside]
    unsaved = [{"id": identity, "paths": list(paths)} for identity, paths in done.unsaved]
    return {"changes": list(done.changes), "setAside": aside, "unsaved": unsaved}


def _selection(arguments: Arguments) -> Selection:
    return Selection(
        _text(arguments, "change"),
        _text(arguments, "cycle"),
        _text(arguments, "agent"),
        _truth(arguments, "session"),
        _truth(arguments, "all"),
    )


def _text(arguments: Arguments, key: str) -> str:
    value = arguments.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"{key} must be text, not {value!r}.")
    return value


def _texts(arguments: Arguments, key: str) -> dict[str, str | None]:
    value = arguments.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(text is None or isinstance(text, str) for text in value.values()):
        raise UsageError(f"{key} must be an object of texts by path.")
    return value


def _needed(arguments: Arguments, key: str) -> str:
    value = _text(arguments, key)
    if not value:
        raise UsageError(f"{key} is missing.", f'Give an object with "{key}".')
    return value


def _caps(arguments: Arguments) -> dict[str, float]:
    """The caps that are given, each as its setting takes it; text is no number here."""
    caps = {field: cap for name, field in _CAPS.items() if (cap := _cap(arguments, name)) is not None}
    if not caps:
        raise UsageError("No cap is given.", f"Give an object with some of {', '.join(_CAPS)}; 0 is no cap.")
    return caps


def _cap(arguments: Arguments, name: str) -> float | None:
    value = arguments.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        raise UsageError(f"{name} must be a number, not {value!r}.")
    try:
        cap: float = read(f"budget.{name}", value)
    except UsageError as error:
        raise UsageError(f"{name} {error.message}.", "0 is no cap.") from error
    return cap


def _truth(arguments: Arguments, key: str) -> bool:
    value = arguments.get(key)
    if value is not None and not isinstance(value, bool):
        raise UsageError(f"{key} must be true or false, not {value!r}.")
    return bool(value)


def _count(arguments: Arguments, key: str) -> int:
    """0 when it is not given."""
    value = arguments.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise UsageError(f"{key} must be a whole number of at least 1, not {value!r}.")
    return value or 0


def _landing(arguments: Arguments) -> str:
    value = _text(arguments, "landing")
    if value not in ("", "review", "auto"):
        raise UsageError(f"landing must be review or auto, not {value!r}.")
    return value


_READERS: Mapping[str, Callable[[Arguments, str], object]] = {
    **dict.fromkeys(("rehearse", "session", "all", "live", "withdraw", "suggest"), _truth),
    **dict.fromkeys(("texts", "bases"), _texts),
    **dict.fromkeys(_CAPS, _cap),
    "landing": lambda arguments, key: _landing(arguments),
    "last": _count,
}
"""What takes each key that is no text."""
