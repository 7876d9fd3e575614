"""The engine's side of a worker process that a test started: real calls, and a stop that leaves it to the next test."""

from collections.abc import Collection, Sequence
from typing import override

from kinos.adapters.fork_server import ForkServer
from kinos.adapters.interpreter import Interpreter
from kinos.adapters.worker_client import WorkerPool
from kinos.domain.message import EditCall, Edited, Failed, PlanCall, Planned, Reserve, Settle
from kinos.engine.ports import Ear, Gate, Reader
from worker.process import Worker


class _Lent(ForkServer):
    """A fork server that others started, and will end."""

    def __init__(self, interpreter: Interpreter, worker: Worker) -> None:
        super().__init__(interpreter)
        self._control = worker.control

    @property
    @override
    def running(self) -> bool:
        return True

    @property
    @override
    def processes(self) -> Sequence[int]:
        return ()

    @override
    async def clear(self, alive: Collection[int]) -> None:
        """Nothing is given back."""


class LentPool(WorkerPool):
    """`reserved` and `settled` is what the worker said before and after each model call."""

    def __init__(self, worker: Worker) -> None:
        super().__init__("", way=lambda interpreter: _Lent(interpreter, worker))
        self.reserved: list[Reserve] = []
        self.settled: list[Settle] = []

    @override
    async def plan(self, call: PlanCall, gate: Gate, hear: Ear, read: Reader | None = None) -> Planned | Failed:
        return await super().plan(call, self._heard(gate), hear, read)

    @override
    async def edit(self, call: EditCall, gate: Gate, hear: Ear) -> Edited | Failed:
        return await super().edit(call, self._heard(gate), hear)

    def _heard(self, gate: Gate) -> Gate:
        async def asked(message: Reserve | Settle) -> object:
            if isinstance(message, Reserve):
                self.reserved.append(message)
            else:
                self.settled.append(message)
            return await gate(message)

        return asked  # type: ignore[return-value]
