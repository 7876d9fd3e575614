"""What the engine needs from outside, as Protocols; `adapters/` and the front ends implement them."""

from kinos.engine.ports.catalog import Catalog, Checkup, OwnFiles
from kinos.engine.ports.clock import Clock, Ids
from kinos.engine.ports.disk import Disk
from kinos.engine.ports.document import Counting, Editor
from kinos.engine.ports.origin import Origin
from kinos.engine.ports.process import Checker, Ear, Gate, Ran, Reader, Rehearsal, Services, Workers
from kinos.engine.ports.record import Begun, DayLedger, Intent, Journal, StateFolder

__all__ = [
    "Begun",
    "Catalog",
    "Checker",
    "Checkup",
    "Clock",
    "Counting",
    "DayLedger",
    "Disk",
    "Ear",
    "Editor",
    "Gate",
    "Ids",
    "Intent",
    "Journal",
    "Origin",
    "OwnFiles",
    "Ran",
    "Reader",
    "Rehearsal",
    "Services",
    "StateFolder",
    "Workers",
]
