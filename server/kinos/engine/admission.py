"""Who of a running team can be asked at all: who lacks a key or a price is left out, by name, until that is mended."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from kinos.domain.team import Agent, Team

type Judge = Callable[[Team, Mapping[str, Agent]], Mapping[str, str]]
"""Those of the agents that cannot be asked, each with the reason and what mends it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who may run no more, each with the reason, and who may again."""

    out: Mapping[str, str]
    again: tuple[str, ...]


class Admission:
    """Of one run; `barred` are left out from its start, and have been told so."""

    def __init__(self, judge: Judge, barred: Mapping[str, str]) -> None:
        self._judge = judge
        self._barred = dict(barred)
        self._refused: set[str] = set()

    @property
    def barred(self) -> Collection[str]:
        """Who is left out now."""
        return self._barred.keys()

    def refuse(self, name: str, reason: str) -> None:
        """The API refused what `name` asks with: only a new prompt or team file lets it in again."""
        self._barred[name] = reason
        self._refused.add(name)

    def let_in(self, name: str) -> None:
        """A person started `name` anew."""
        self._barred.pop(name, None)
        self._refused.discard(name)

    def look(
        self, team: Team, agents: Mapping[str, Agent], running: Collection[str], changed: Collection[str]
    ) -> Verdict:
        """Judge those who run, or are to join, and those who are left out; `changed` have other files than before."""
        self._refused -= {*changed}
        self._barred = {name: why for name, why in self._barred.items() if name in agents}
        doubtful = [name for name in agents if name in running or (name in self._barred and name not in self._refused)]
        unable = self._judge(team, {name: agents[name] for name in doubtful})
        out = {name: why for name, why in unable.items() if self._barred.get(name) != why}
        again = tuple(name for name in doubtful if name in self._barred and name not in unable)
        self._barred = {**{name: why for name, why in self._barred.items() if name not in again}, **unable}
        return Verdict(out, again)
