"""Undo and redo: which changes are meant, in which order, and what could not be done."""

from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass

from kinos.domain.change import LANDED_STATES, Change, ChangeState, FileChange
from kinos.domain.errors import ConflictError, LandingError, PolicyError, UsageError
from kinos.domain.near import did_you_mean
from kinos.engine.difference import Sides
from kinos.engine.uncut import uncut

STOPPED = "you stopped before its turn came"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which changes: by id, cycle, agent, the last session, or all; nothing given means the last one."""

    change: str = ""
    cycle: str = ""
    agent: str = ""
    session: bool = False
    everything: bool = False

    def matches(self, change: Change, last_session: str) -> bool:
        """Whether `change` is meant, where something was given."""
        return (
            self.everything
            or (bool(self.change) and change.id == self.change)
            or (bool(self.cycle) and change.cycle == self.cycle)
            or (bool(self.agent) and change.agent == self.agent)
            or (self.session and change.session == last_session)
        )

    @property
    def given(self) -> bool:
        """Whether anything was said."""
        return bool(self.change or self.cycle or self.agent or self.session or self.everything)


@dataclass(frozen=True, slots=True)
class Reverted:
    """`changes` were done, in order; `set_aside` could not be, each with its reason; `unsaved` are those of `changes` that
    the disk does not show yet, each with the open documents in which it is not saved.
    """

    changes: tuple[str, ...]
    set_aside: tuple[tuple[str, str], ...]
    unsaved: tuple[tuple[str, tuple[str, ...]], ...] = ()


def to_undo(changes: Sequence[Change], selection: Selection, busy: Collection[str] = ()) -> list[Change]:
    """Landed changes to take back, the newest first, `busy` ones left out. Raises UsageError when one named is not there
    to take back.
    """
    return _selected(list(reversed(changes)), selection, LANDED_STATES, "landed", busy)


def to_redo(changes: Sequence[Change], selection: Selection, busy: Collection[str] = ()) -> list[Change]:
    """Undone changes to put back, the oldest first, `busy` ones left out. Raises UsageError when one named is not there to
    put back.
    """
    return _selected(list(changes), selection, frozenset({ChangeState.UNDONE}), "undone", busy)


def _selected(
    changes: Sequence[Change], selection: Selection, states: frozenset[ChangeState], word: str, busy: Collection[str]
) -> list[Change]:
    able = [change for change in changes if change.state in states and change.id not in busy]
    if not selection.given:
        return able[:1]
    last = changes[0].session if word == "landed" and changes else changes[-1].session if changes else ""
    found = [change for change in able if selection.matches(change, last)]
    named = selection.change or selection.cycle or selection.agent
    if named and not found:
        known = any(named in (change.id, change.cycle, change.agent) for change in changes)
        problem = f"{named} is not {word} now." if known else f"There is no change, cycle or agent {named} here."
        meant = "" if known else did_you_mean(named, {change.agent for change in changes})
        raise UsageError(problem, f"{meant} See kin history.".lstrip())
    return found


async def revert(
    changes: Sequence[Change],
    act: Callable[[Change], Coroutine[None, None, Change]],
    record: Callable[[Change, ChangeState | None], None],
    stopped: Callable[[], bool] = bool,
) -> Reverted:
    """Do `act` to each of `changes`; one that cannot be done is set aside and the rest go on, until `stopped`."""
    done, aside = [], []

    async def one(change: Change) -> None:
        record(await act(change), change.state)

    for change in changes:
        if stopped():
            aside.append((change.id, STOPPED))
            continue
        try:
            await uncut(one(change))
        except (ConflictError, PolicyError, LandingError) as error:
            aside.append((change.id, str(error)))
        else:
            done.append(change.id)
    return Reverted(tuple(done), tuple(aside))


def sides(change: Change, image: Callable[[str], bytes | None]) -> list[Sides]:
    """What landing found and left in each file, or what the change proposes; where it is no longer kept, a note says so."""
    return [_sides(file, image) for file in change.files]


def _sides(file: FileChange, image: Callable[[str], bytes | None]) -> Sides:
    old, new = (file.before, file.after) if file.before or file.after else (file.base, file.result)
    before, after = (None if name is None else image(name) for name in (old, new))
    if (old is not None and before is None) or (new is not None and after is None):
        return Sides(file.path, None, None, "what it was is no longer kept")
    return Sides(file.path, before, after)
