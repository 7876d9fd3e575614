"""What the cycles of a team work with, the same for all of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kinos.domain.brief import Brief
from kinos.domain.change import Change, ChangeState
from kinos.domain.team import Agent
from kinos.engine.budget import Budget
from kinos.engine.circuit import Circuits
from kinos.engine.claims import Claims
from kinos.engine.landing import Landing
from kinos.engine.memory import Memory
from kinos.engine.ports import Clock, Ids, Journal, Workers
from kinos.engine.store import Store


@dataclass(frozen=True, slots=True)
class Tools:
    """What a cycle works with."""

    store: Store
    clock: Clock
    ids: Ids
    workers: Workers
    budget: Budget
    circuits: Circuits
    claims: Claims
    landing: Landing
    journal: Journal
    memory: Memory
    observe: Callable[[Agent], Awaitable[Brief]]
    record: Callable[[Change, ChangeState | None], None]
