"""What a rule yields: tasks, best first, or a reason why there is none."""

from collections.abc import Callable, Iterator, Sequence

from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.order import Order, instructions
from kinos.worker.rehearsal.view import View

type Proposal = Iterator[Task | NothingToDo]
type Rule = Callable[[View], Proposal]


def task(title: str, why: str, orders: Sequence[Order], files: Sequence[str] | None = None) -> Task:
    """A task that consists of `orders`, over their files unless `files` says otherwise. It is labelled as rehearsal."""
    paths = tuple(dict.fromkeys(files if files is not None else [order.path for order in orders]))
    return Task(title, f"Rehearsal: {why}", paths, instructions(orders))


def listed(items: Sequence[str], most: int = 4) -> str:
    """`a, b and c`, or the first ones and how many more."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 link`, `2 links`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
