import signal

import pytest

from kinos.worker.deadline import Deadline, OverdueError
from kinos.worker.fault import StreamError


def pause_after(deadline: Deadline, things: int) -> None:
    with deadline.expecting(0.05) as came:
        for _ in range(things):
            came()
        signal.pause()


def test_what_is_left_becomes_less() -> None:
    now = [0.0]
    deadline = Deadline(10.0, lambda: now[0])
    now[0] = 4.0
    assert deadline.left() == 6.0


def test_nothing_is_left_at_the_end() -> None:
    now = [0.0]
    deadline = Deadline(10.0, lambda: now[0])
    now[0] = 10.0
    with pytest.raises(OverdueError):
        deadline.left()


def test_an_alarm_waits_until_a_message_is_out() -> None:
    deadline = Deadline(10.0)
    said: list[str] = []

    def say() -> None:
        with deadline.held():
            deadline._ring(0, None)
            said.append("a whole message")

    with pytest.raises(OverdueError):
        say()
    assert said == ["a whole message"]


def test_an_alarm_ends_what_is_under_way() -> None:
    with pytest.raises(OverdueError):
        Deadline(10.0)._ring(0, None)


def test_what_has_begun_may_not_pause_for_longer_than_stated() -> None:
    with Deadline(60.0) as deadline, pytest.raises(StreamError, match=r"nothing came for 0\.05 s"):
        pause_after(deadline, things=1)


def test_the_first_thing_may_take_all_the_time_there_is() -> None:
    with Deadline(0.02) as deadline, pytest.raises(OverdueError) as caught, deadline.expecting(0.01):
        signal.pause()
    assert caught.type is OverdueError


def test_each_thing_that_comes_gives_new_time() -> None:
    now = [0.0]
    deadline = Deadline(60.0, lambda: now[0])
    with deadline.expecting(10.0) as came:
        came()
        now[0] = 9.0
        came()
        assert deadline._next == 19.0
    assert deadline._next is None
