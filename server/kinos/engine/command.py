"""The commands others give an engine as JSON: `kinos.server.*` of the protocol and the methods of the control socket.

Each takes one object, which `argument` reads, and answers with plain JSON values.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kinos.domain.change import ChangeState
from kinos.domain.errors import UsageError
from kinos.domain.finding import sound
from kinos.domain.near import did_you_mean
from kinos.engine import listing
from kinos.engine.argument import CAPS, Arguments, check_keys
from kinos.engine.history import Reverted, Selection
from kinos.engine.lifecycle import Start
from kinos.engine.session import Session


@dataclass(frozen=True, slots=True)
class Command:
    """`act` does it; `keys` are all that its object may have. A `stepwise` one is not cut off in the middle of a step."""

    act: Callable[..., Awaitable[Any]]
    keys: tuple[str, ...] = ()
    stepwise: bool = False


async def run(session: Session, name: str, given: Mapping[str, Any], stopped: Callable[[], bool] = bool) -> Any:
    """Give `session` the command `name`. Raises UsageError for one that does not exist or has wrong arguments, before anything
    is done. Once `stopped`, a stepwise one begins no further step; the others can be cancelled.
    """
    command = COMMANDS.get(name)
    if command is None:
        known = f"There are: {', '.join(sorted(COMMANDS))}."
        raise UsageError(f"There is no command {name!r}.", f"{did_you_mean(name, COMMANDS)} {known}".lstrip())
    check_keys(name, given, command.keys)
    arguments = Arguments(given)
    arguments.check()
    return await command.act(session, arguments, *((stopped,) if command.stepwise else ()))


async def _start_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    start = Start(team=arguments.text("team"), rehearse=arguments.truth("rehearse"), landing=arguments.landing())
    started = await session.start_team(start)
    return {"team": started.team, "reason": started.reason, "agents": list(started.agents)}


async def _stop_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    return {"stopped": await session.stop_team()}


async def _start_agent(session: Session, arguments: Arguments) -> dict[str, Any]:
    name = arguments.needed("agent")
    return {"agent": name, "state": await session.start_agent(name, rehearse=arguments.truth("rehearse"))}


async def _stop_agent(session: Session, arguments: Arguments) -> dict[str, Any]:
    name = arguments.needed("agent")
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
    if arguments.truth("suggest"):
        await session.map.suggest()
    return session.map.table()


async def _map_object(session: Session, arguments: Arguments) -> dict[str, Any]:
    await session.map.suggest()
    return session.map.object()


async def _diff(session: Session, arguments: Arguments) -> str:
    return session.diff(arguments.needed("change"))


async def _proposal(session: Session, arguments: Arguments) -> dict[str, Any]:
    change = arguments.needed("change")
    return {"change": change, "files": [asdict(file) for file in session.proposal(change)]}


async def _edit_change(session: Session, arguments: Arguments) -> dict[str, Any]:
    texts, bases = arguments.texts("texts"), arguments.texts("bases")
    made = await session.edit_change(
        arguments.needed("change"), texts, {path: text for path, text in bases.items() if text is not None}
    )
    return made.described()


async def _status(session: Session, arguments: Arguments) -> dict[str, Any]:
    return session.picture()


async def _history(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    changes, last = session.changes(), arguments.count("last")
    older = [each for each in changes[:-last] if each.state is ChangeState.PROPOSED] if last else ()
    told = (*older, *(changes[-last:] if last else changes))
    return [change.described() | {"conflict": session.obstacle(change)} for change in told]


async def _contents(session: Session, arguments: Arguments) -> dict[str, Any]:
    change = arguments.needed("change")
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
    found = await session.checkup(live=arguments.truth("live"))
    return {"sound": sound(found), "findings": [each.described() for each in found]}


async def _undo(session: Session, arguments: Arguments, stopped: Callable[[], bool]) -> dict[str, Any]:
    return _reverted(await session.undo(_selection(arguments), stopped))


async def _redo(session: Session, arguments: Arguments, stopped: Callable[[], bool]) -> dict[str, Any]:
    return _reverted(await session.redo(_selection(arguments), stopped))


async def _accept(session: Session, arguments: Arguments) -> dict[str, Any]:
    return (await session.accept(arguments.needed("change"))).described()


async def _reject(session: Session, arguments: Arguments) -> dict[str, Any]:
    return (await session.reject(arguments.needed("change"), arguments.text("reason"))).described()


async def _consolidate(session: Session, arguments: Arguments) -> dict[str, Any]:
    path, withdraw = arguments.needed("path"), arguments.truth("withdraw")
    running = session.consolidate(path, withdraw=withdraw)
    if withdraw:
        message = f"The team is not asked to consolidate {path} any more."
    elif running:
        message = f"The team takes it up: every agent that may edit {path} is told first."
    else:
        message = "No team runs here: it is kept, and told to the next one that is started."
    return {"path": path, "running": running, "message": message}


async def _edit_prompt(session: Session, arguments: Arguments) -> dict[str, Any]:
    name = arguments.needed("agent")
    path, created = session.catalog.adopt(name)
    return {"agent": name, "path": path, "created": created}


async def _edit_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    name = arguments.needed("team")
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
    session.set_phase(arguments.needed("phase"))
    return session.picture()


async def _pause_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    session.pause_team()
    return session.picture()


async def _resume_team(session: Session, arguments: Arguments) -> dict[str, Any]:
    await session.resume_team()
    return session.picture()


async def _set_budget(session: Session, arguments: Arguments) -> dict[str, Any]:
    await session.set_budget(arguments.caps())
    return session.picture()


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
    "setBudget": Command(_set_budget, tuple(CAPS)),
}
"""Beside these keys the language server takes `folder`, which says whose command it is."""


def _reverted(done: Reverted) -> dict[str, Any]:
    aside = [{"id": identity, "reason": reason} for identity, reason in done.set_aside]
    unsaved = [{"id": identity, "paths": list(paths)} for identity, paths in done.unsaved]
    return {"changes": list(done.changes), "setAside": aside, "unsaved": unsaved}


def _selection(arguments: Arguments) -> Selection:
    return Selection(
        arguments.text("change"),
        arguments.text("cycle"),
        arguments.text("agent"),
        arguments.truth("session"),
        arguments.truth("all"),
    )
