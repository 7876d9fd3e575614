from collections.abc import Sequence
from typing import override

import pytest

from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Denied, Endpoint, Granted, Message, Reserve, Retry, Settle
from kinos.domain.usage import Usage
from kinos.worker.deadline import Deadline, OverdueError
from kinos.worker.gate import Gate
from kinos.worker.source import Source
from worker.faulty import ConnectError, HTTPStatusError, ReadTimeout, RemoteProtocolError, Response, said

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


def longest() -> float:
    """A chance that makes every pause as long as it can be."""
    return 1.0


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def gate(
    engine: Engine, clock: Clock, attempts: int = 1, delay: float = 1.0, timeout: float = 60.0, chance: float = 1.0
) -> Gate:
    source = Source("claude-sonnet-5-5", Endpoint("sk-1", "http://127.0.0.1:1"))
    retry = Retry(attempts, delay, (429, 500))
    return Gate(engine, source, retry, Deadline(timeout, clock), clock.sleep, lambda: chance)


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


@pytest.mark.parametrize("cut", [Reserve, Settle])
def test_an_alarm_leaves_what_is_said_to_the_engine_whole(clock: Clock, cut: type[Message]) -> None:
    class Interrupted(Engine):
        @override
        def send(self, message: Message) -> None:
            if isinstance(message, cut):
                asked.deadline._ring(0, None)
            super().send(message)

    engine = Interrupted()
    asked = gate(engine, clock)
    with pytest.raises(OverdueError):
        ask(asked, Model("yes"))
    assert isinstance(engine.heard[-1], cut)


def test_each_try_is_reserved_by_itself(engine: Engine, clock: Clock) -> None:
    asked = gate(engine, clock, attempts=3)
    ask(asked, Model(refusal(429), ConnectError("refused"), "yes"))
    assert sum(isinstance(message, Reserve) for message in engine.heard) == 3
    assert asked.spent == sum(engine.settled, Usage())


def test_each_try_that_is_refused_settles_nothing_and_the_one_that_is_served_what_it_used(
    engine: Engine, clock: Clock
) -> None:
    ask(gate(engine, clock, attempts=3), Model(refusal(429), refusal(500), "yes"))
    assert engine.settled == [Usage(), Usage(), REAL]


def test_each_try_that_may_have_been_billed_counts_in_full(engine: Engine, clock: Clock) -> None:
    asked = gate(engine, clock, attempts=3)
    with pytest.raises(FaultError, match="tried 3 times"):
        ask(asked, Model(*[RemoteProtocolError("gone")] * 3))
    assert engine.settled == [WORST] * 3
    assert asked.spent == Usage(1500, 900, calls=3)


@pytest.mark.parametrize(
    ("chance", "pauses"), [(1.0, [1.0, 2.0, 4.0]), (0.5, [0.75, 1.5, 3.0]), (0.0, [0.5, 1.0, 2.0])]
)
def test_the_pause_doubles_and_chance_takes_up_to_half_of_it(
    engine: Engine, clock: Clock, chance: float, pauses: list[float]
) -> None:
    ask(gate(engine, clock, attempts=4, chance=chance), Model(*[refusal(500)] * 3, "yes"))
    assert clock.slept == pauses


def test_a_pause_doubles_up_to_a_minute(engine: Engine, clock: Clock) -> None:
    ask(gate(engine, clock, attempts=10, timeout=1e6), Model(*[refusal(500)] * 9, "yes"))
    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


def test_two_gates_that_fail_at_one_moment_do_not_come_back_at_one(engine: Engine) -> None:
    clocks = [Clock() for _ in range(20)]
    for clock in clocks:
        known = gate(engine, clock)
        asked = Gate(engine, known.source, Retry(2, 1.0, (429,)), known.deadline, clock.sleep)
        ask(asked, Model(refusal(429, retry_after="7"), "yes"))
    assert len({clock.now for clock in clocks}) == len(clocks)


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_the_api_says_how_long_to_wait_at_least_and_chance_adds_a_little(
    engine: Engine, clock: Clock, chance: float
) -> None:
    ask(gate(engine, clock, attempts=2, chance=chance), Model(refusal(429, retry_after="7"), "yes"))
    assert clock.slept == [7.0 + chance]


def test_a_wish_to_come_back_at_once_does_not_shorten_the_pause(engine: Engine, clock: Clock) -> None:
    ask(gate(engine, clock, attempts=3, chance=0.0), Model(*[refusal(429, retry_after="0")] * 2, "yes"))
    assert clock.slept == [1.0, 2.0]


def test_a_wish_to_wait_longer_than_there_is_time_ends_the_call(engine: Engine, clock: Clock) -> None:
    with pytest.raises(FaultError) as caught:
        ask(gate(engine, clock, attempts=2, timeout=5.0), Model(refusal(429, retry_after="7"), "yes"))
    assert caught.value.kind is FailureKind.RATE_LIMIT
    assert clock.slept == []


def test_nobody_waits_for_long_within_a_call_and_the_wish_is_handed_on(engine: Engine, clock: Clock) -> None:
    with pytest.raises(FaultError) as caught:
        ask(gate(engine, clock, attempts=4, timeout=600.0), Model(refusal(429, retry_after="60"), "yes"))
    assert (caught.value.kind, caught.value.retry_after) == (FailureKind.RATE_LIMIT, 60.0)
    assert clock.slept == []


def test_no_pause_ends_after_the_call(engine: Engine, clock: Clock) -> None:
    with pytest.raises(FaultError, match="HTTP 500, tried 3 times"):
        ask(gate(engine, clock, attempts=9, timeout=5.0), Model(*[refusal(500)] * 9))
    assert clock.slept == [1.0, 2.0]  # the next would be 4 s, of which 2 are left


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
