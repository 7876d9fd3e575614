from collections.abc import Sequence

import pytest

from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Denied, Endpoint, Granted, Message, Reserve, Retry, Settle
from kinos.domain.usage import Usage
from kinos.worker.deadline import Deadline, OverdueError
from kinos.worker.fault import Source
from kinos.worker.gate import Gate
from worker.faulty import ConnectError, HTTPStatusError, ReadTimeout, Response, said

REAL = Usage(100, 20, calls=1)
WORST = Usage(500, 300, calls=1)


class Engine:
    """A Line whose engine answers reservations from a list, or grants them."""

    def __init__(self, answers: Sequence[Message] = ()) -> None:
        self.answers = list(answers)
        self.heard: list[Message] = []

    def send(self, message: Message) -> None:
        self.heard.append(message)

    def receive(self) -> Message:
        return self.answers.pop(0) if self.answers else Granted(len(self.heard))

    @property
    def settled(self) -> list[Usage]:
        return [message.usage for message in self.heard if isinstance(message, Settle)]


class Clock:
    """Time that passes only while someone sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Model:
    """A model whose tries end as listed: an exception, or an answer."""

    def __init__(self, *outcomes: BaseException | str) -> None:
        self.outcomes = list(outcomes)
        self.given: list[float] = []

    def __call__(self, seconds: float) -> str:
        self.given.append(seconds)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def refusal(status: int, **headers: str) -> HTTPStatusError:
    return HTTPStatusError(Response(status, said("error", "no"), **headers))


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def gate(engine: Engine, clock: Clock, attempts: int = 1, delay: float = 1.0, timeout: float = 60.0) -> Gate:
    source = Source("claude-sonnet-5-5", Endpoint("sk-1", "http://127.0.0.1:1"))
    return Gate(engine, source, Retry(attempts, delay, (429, 500)), Deadline(timeout, clock), clock.sleep)


def ask(asked: Gate, model: Model, usage: Usage | None = REAL) -> str:
    return asked.ask(500, 300, model, lambda _: usage)


def test_a_call_is_reserved_before_and_settled_after_with_what_it_used(engine: Engine, clock: Clock) -> None:
    assert ask(gate(engine, clock), Model("yes")) == "yes"
    assert engine.heard == [
        Reserve("claude-sonnet-5-5", 500, 300),
        Settle(1, "claude-sonnet-5-5", REAL),
    ]


def test_an_answer_that_does_not_say_what_it_used_settles_the_worst_case(engine: Engine, clock: Clock) -> None:
    ask(gate(engine, clock), Model("yes"), usage=None)
    assert engine.settled == [WORST]


def test_a_denied_call_is_not_made(clock: Clock) -> None:
    model = Model("yes")
    with pytest.raises(FaultError, match=r"the cap of \$5 is reached\. Raise the budget") as caught:
        ask(gate(Engine([Denied("the cap of $5 is reached")]), clock), model)
    assert caught.value.kind is FailureKind.BUDGET
    assert model.given == []


@pytest.mark.parametrize("error", [refusal(401), ConnectError("refused")], ids=["refused by the API", "not connected"])
def test_a_call_that_was_not_served_settles_nothing(engine: Engine, clock: Clock, error: Exception) -> None:
    with pytest.raises(FaultError):
        ask(gate(engine, clock), Model(error))
    assert engine.settled == [Usage()]


@pytest.mark.parametrize("error", [ReadTimeout("late"), OverdueError(), KeyboardInterrupt()])
def test_a_call_that_died_on_the_way_settles_the_worst_case(engine: Engine, clock: Clock, error: BaseException) -> None:
    with pytest.raises((FaultError, OverdueError, KeyboardInterrupt)):
        ask(gate(engine, clock), Model(error))
    assert engine.settled == [WORST]


def test_a_call_that_is_granted_too_late_is_not_made_and_settles_nothing(engine: Engine, clock: Clock) -> None:
    late = gate(engine, clock, timeout=5.0)
    clock.now = 5.0
    with pytest.raises(OverdueError):
        ask(late, Model("yes"))
    assert engine.settled == [Usage()]


def test_each_try_is_reserved_by_itself(engine: Engine, clock: Clock) -> None:
    asked = gate(engine, clock, attempts=3)
    ask(asked, Model(refusal(429), ConnectError("refused"), "yes"))
    assert sum(isinstance(message, Reserve) for message in engine.heard) == 3
    assert asked.spent == sum(engine.settled, Usage())


def test_the_delay_doubles(engine: Engine, clock: Clock) -> None:
    ask(gate(engine, clock, attempts=4), Model(refusal(500), refusal(500), refusal(500), "yes"))
    assert clock.slept == [1.0, 2.0, 4.0]


def test_the_wish_of_the_api_to_wait_comes_first(engine: Engine, clock: Clock) -> None:
    ask(gate(engine, clock, attempts=2), Model(refusal(429, retry_after="7"), "yes"))
    assert clock.slept == [7.0]


def test_a_wish_to_wait_longer_than_there_is_time_ends_the_call(engine: Engine, clock: Clock) -> None:
    with pytest.raises(FaultError) as caught:
        ask(gate(engine, clock, attempts=2, timeout=5.0), Model(refusal(429, retry_after="7"), "yes"))
    assert caught.value.kind is FailureKind.RATE_LIMIT
    assert clock.slept == []


def test_the_last_try_ends_the_call_and_says_how_many_there_were(engine: Engine, clock: Clock) -> None:
    with pytest.raises(FaultError, match="HTTP 500, tried 2 times"):
        ask(gate(engine, clock, attempts=2), Model(refusal(500), refusal(500), "yes"))


def test_a_code_that_is_not_listed_is_not_tried_again(engine: Engine, clock: Clock) -> None:
    model = Model(refusal(503), "yes")
    with pytest.raises(FaultError):
        ask(gate(engine, clock, attempts=3), model)
    assert len(model.given) == 1


def test_what_lasts_is_not_tried_again_whatever_its_code(engine: Engine, clock: Clock) -> None:
    model = Model(HTTPStatusError(Response(429, said("e", "You exceeded your current quota"))), "yes")
    with pytest.raises(FaultError) as caught:
        ask(gate(engine, clock, attempts=3), model)
    assert caught.value.kind is FailureKind.PERMISSION
    assert len(model.given) == 1


def test_a_try_is_given_the_time_that_is_left(engine: Engine, clock: Clock) -> None:
    model = Model(refusal(500), "yes")
    ask(gate(engine, clock, attempts=2, delay=10.0, timeout=60.0), model)
    assert model.given == [60.0, 50.0]


def test_a_bug_passes_unchanged(engine: Engine, clock: Clock) -> None:
    with pytest.raises(ZeroDivisionError):
        ask(gate(engine, clock, attempts=3), Model(ZeroDivisionError(), "yes"))
    assert engine.settled == [WORST]
