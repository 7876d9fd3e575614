"""What one engine is given from outside when it is made."""

from dataclasses import dataclass

from kinos.engine.circuit import Circuits
from kinos.engine.ports import (
    Catalog,
    Checker,
    Checkup,
    Clock,
    Counting,
    DayLedger,
    Disk,
    Editor,
    Ids,
    Origin,
    OwnFiles,
    Rehearsal,
    Services,
    StateFolder,
    Workers,
)


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside of one engine. `circuits` are those of its process; without them it has its own."""

    disk: Disk
    folder: StateFolder
    catalog: Catalog
    workers: Workers
    rehearsal: Rehearsal
    counting: Counting
    clock: Clock
    ids: Ids
    days: DayLedger
    editor: Editor | None = None
    circuits: Circuits | None = None
    checkup: Checkup | None = None
    services: Services | None = None
    checker: Checker | None = None
    origin: Origin | None = None
    own: OwnFiles | None = None
