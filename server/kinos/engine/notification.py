"""The queue of what a front end has to tell: bounded, the most urgent first, and honest about what was left out."""

import itertools
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

from kinos.domain.notification import ALWAYS, DROPPABLE, Kind
from kinos.domain.setting import Settings


@dataclass(frozen=True, slots=True)
class Notification:
    """One that waits. `payload` is the front end's; `since` is when the first of `times` that are told as one was put."""

    kind: Kind
    payload: object
    since: float
    times: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """How many may wait, how many are handed over in one go, and which kinds are told."""

    queue: int
    batch: int
    kinds: frozenset[Kind]


def rules(settings: Iterable[Settings]) -> Rules:
    """The rules of one connection over the folders with these settings: whatever one of them allows."""
    every = tuple(settings) or (Settings(),)
    kinds = {Kind(kind) for each in every for kind in each.notifications_kinds}
    return Rules(
        max(each.notifications_queue for each in every),
        max(each.notifications_batch for each in every),
        frozenset(kinds | ALWAYS),
    )


class NotificationQueue:
    """What waits, in the order of `Kind` and within a kind in the order put.

    At most `capacity` wait, as far as that can be had without leaving out what must not be: of the kinds in `ALWAYS` nothing
    is, and of content and status the newest about each thing stays.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._lanes: dict[Kind, OrderedDict[Hashable, Notification]] = {kind: OrderedDict() for kind in Kind}
        self._numbers = itertools.count()
        self._length = 0
        self.lost = 0
        """How many were left out since somebody set this to 0."""

    def __len__(self) -> int:
        return self._length

    def put(self, kind: Kind, payload: object, now: float, key: str = "") -> None:
        """Let it wait. One with the same kind and `key` that waits already is replaced where it stands."""
        lane, name = self._lanes[kind], key or next(self._numbers)
        waiting = lane.get(name)
        if waiting is None:
            lane[name] = Notification(kind, payload, now)
            self._length += 1
            self._shed()
        else:
            lane[name] = replace(waiting, payload=payload, times=waiting.times + 1)

    def forget(self, kind: Kind, key: str) -> None:
        """What waits under this key is no longer true."""
        if self._lanes[kind].pop(key, None) is not None:
            self._length -= 1

    def take(self) -> Notification | None:
        """The next to tell; None when nothing waits."""
        lane = next(filter(None, self._lanes.values()), None)
        if lane is None:
            return None
        self._length -= 1
        return lane.popitem(last=False)[1]

    def _shed(self) -> None:
        while self._length > self.capacity:
            lane = next((self._lanes[kind] for kind in reversed(Kind) if kind in DROPPABLE and self._lanes[kind]), None)
            if lane is None:
                return
            self._length -= 1
            self.lost += lane.popitem(last=False)[1].times
