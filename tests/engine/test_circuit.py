import pytest

from fakes.clock import FakeClock
from kinos.domain.breaker import FIRST_PAUSE, LONG_WISH, THRESHOLD
from kinos.domain.errors import FailureKind
from kinos.domain.message import Denied, Failed, Granted, Planned, Reserve, Settle
from kinos.domain.task import NothingToDo
from kinos.domain.usage import Usage
from kinos.engine.circuit import Circuit, Circuits

WORKED = Planned(NothingToDo("all is well"), Usage())
RESERVE = Reserve("claude-sonnet-5-5", 1, 1)
TRIPPING = [
    FailureKind.UNREACHABLE,
    FailureKind.BROKEN,
    FailureKind.TIMEOUT,
    FailureKind.OVERLOADED,
    FailureKind.SERVER,
]
ANSWERED = [
    FailureKind.AUTHENTICATION, FailureKind.PERMISSION, FailureKind.RATE_LIMIT, FailureKind.BAD_REQUEST,
    FailureKind.CONTEXT_TOO_LONG, FailureKind.CUT_OFF, FailureKind.EMPTY_ANSWER, FailureKind.NO_TASK, FailureKind.NO_MATCH,
]  # fmt: skip
SILENT = [
    FailureKind.BUDGET, FailureKind.POLICY, FailureKind.CONFLICT, FailureKind.DISK, FailureKind.JOURNAL, FailureKind.WORKER,
    FailureKind.INTERNAL, FailureKind.EXTENSION, FailureKind.CIRCUIT_OPEN,
]  # fmt: skip


async def granted(message: Reserve | Settle) -> Granted | None:
    return Granted(1) if isinstance(message, Reserve) else None


def failure(kind: FailureKind, retry_after: float | None = None) -> Failed:
    return Failed(kind, "it failed", "", Usage(), retry_after)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def circuit(clock: FakeClock) -> Circuit:
    return Circuits(clock).of("models.example")


def fail(circuit: Circuit, kind: FailureKind = FailureKind.OVERLOADED, times: int = THRESHOLD) -> None:
    for number in range(times):
        circuit.heard(failure(kind), f"y{number}")


@pytest.mark.parametrize("kind", TRIPPING)
def test_failures_of_the_endpoint_open_it(circuit: Circuit, kind: FailureKind) -> None:
    fail(circuit, kind)
    assert not circuit.admits("y9")
    assert circuit.outage is not None
    assert circuit.outage.told("at 15:32") == (
        f"The model's API at models.example is not answering ({kind}, 3 calls in a row); trying again at 15:32."
    )


@pytest.mark.parametrize("kind", ANSWERED)
def test_an_endpoint_that_refuses_or_answers_badly_answers(circuit: Circuit, kind: FailureKind) -> None:
    fail(circuit, times=THRESHOLD - 1)
    fail(circuit, kind, times=10)
    fail(circuit, times=THRESHOLD - 1)
    assert circuit.admits("y9")


@pytest.mark.parametrize("kind", SILENT)
def test_what_says_nothing_about_the_endpoint_does_not_count(circuit: Circuit, kind: FailureKind) -> None:
    fail(circuit, times=THRESHOLD - 1)
    fail(circuit, kind, times=10)
    assert circuit.admits("y9")
    fail(circuit, times=1)
    assert not circuit.admits("y9")


def test_every_other_kind_of_failure_is_of_one_of_these_sorts() -> None:
    assert set(FailureKind) - {*TRIPPING, *ANSWERED, *SILENT} <= {"no-web-search"}


def test_a_rate_limit_counts_only_with_a_long_wish_to_wait_and_the_wish_is_kept(
    circuit: Circuit, clock: FakeClock
) -> None:
    for _ in range(10):
        circuit.heard(failure(FailureKind.RATE_LIMIT, LONG_WISH - 1), "y")
    assert circuit.admits("y")
    for _ in range(THRESHOLD):
        circuit.heard(failure(FailureKind.RATE_LIMIT, 120.0), "y")
    clock.set(119.0)
    assert not circuit.admits("y")
    clock.set(120.0)
    assert circuit.admits("y")


async def test_a_call_in_the_middle_is_denied_and_told_why(circuit: Circuit) -> None:
    gate = circuit.guarded(granted, "y1")
    assert isinstance(await gate(RESERVE), Granted)
    fail(circuit)
    denied = await gate(RESERVE)
    assert isinstance(denied, Denied)
    assert denied.failure is FailureKind.CIRCUIT_OPEN
    assert "models.example is not answering (overloaded, 3 calls in a row)" in denied.reason
    assert "model.endpoint" in denied.remedy


async def test_what_was_reserved_before_can_be_settled(circuit: Circuit) -> None:
    heard: list[Reserve | Settle] = []

    async def gate(message: Reserve | Settle) -> None:
        heard.append(message)

    fail(circuit)
    await circuit.guarded(gate, "y1")(Settle(1, "m", Usage()))
    assert heard == [Settle(1, "m", Usage())]


async def test_the_one_that_tries_may_make_all_its_calls_and_nobody_else_any(
    circuit: Circuit, clock: FakeClock
) -> None:
    fail(circuit)
    clock.set(FIRST_PAUSE)
    first, second = circuit.guarded(granted, "first"), circuit.guarded(granted, "second")
    assert isinstance(await first(RESERVE), Granted)
    assert isinstance(await second(RESERVE), Denied)
    assert isinstance(await first(RESERVE), Granted)
    circuit.heard(WORKED, "first")
    assert isinstance(await second(RESERVE), Granted)


def test_endpoints_have_a_circuit_each(clock: FakeClock) -> None:
    circuits = Circuits(clock)
    fail(circuits.of("one"))
    assert not circuits.of("one").admits("y")
    assert circuits.of("other").admits("y")


def test_whoever_subscribed_hears_when_it_opens_closes_or_is_tried_again(clock: FakeClock) -> None:
    circuits, moves = Circuits(clock), []
    unsubscribe = circuits.subscribe(lambda: moves.append(clock.monotonic()))
    circuit = circuits.of("one")
    fail(circuit)
    assert len(moves) == 1
    clock.set(FIRST_PAUSE)
    circuit.admit("y")
    circuit.release("y")
    circuit.heard(WORKED, "y")
    assert len(moves) == 4
    unsubscribe()
    fail(circuit)
    assert len(moves) == 4
