import pytest

from kinos.worker.deadline import Deadline, OverdueError


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
