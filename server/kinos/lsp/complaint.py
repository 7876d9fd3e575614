"""What is wrong with settings: all that is new is told in one message, each thing once until it is mended."""

import asyncio
from collections.abc import Hashable, Sequence
from typing import Protocol

from kinos.domain.notification import Kind

MOMENT = 0.1
"""Seconds in which several folders may find something wrong with one and the same change."""


class Told(Protocol):
    """Where it is told."""

    def log(self, level: str, message: str) -> None:
        """A sentence for the editor's log."""
        ...

    def tell(self, kind: Kind, message: str) -> None:
        """A sentence for the person."""
        ...


class Complaints:
    """What is wrong now, by who found it: a folder, or the editor's own options."""

    def __init__(self, client: Told) -> None:
        self._client = client
        self._wrong: dict[Hashable, tuple[str, ...]] = {}
        self._told: frozenset[str] = frozenset()
        self._due: asyncio.TimerHandle | None = None

    def put(self, finder: Hashable, problems: Sequence[str]) -> None:
        """This is all that `finder` finds wrong now."""
        self._wrong[finder] = tuple(problems)
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(MOMENT, self._tell)

    def close(self) -> None:
        """Tell nothing any more."""
        if self._due is not None:
            self._due.cancel()

    def _tell(self) -> None:
        self._due = None
        wrong = dict.fromkeys(problem for problems in self._wrong.values() for problem in problems)
        new = [problem for problem in wrong if problem not in self._told]
        self._told = frozenset(wrong)
        for problem in new:
            self._client.log("warning", problem)
        if new:
            self._client.tell(Kind.FLASH, message(new))


def message(problems: Sequence[str]) -> str:
    """One message that names them all."""
    if len(problems) == 1:
        return f"KinOS: {problems[0]}"
    return "\n".join([f"KinOS: {len(problems)} things are wrong with its settings.", *problems])
