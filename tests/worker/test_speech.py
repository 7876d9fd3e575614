from itertools import pairwise

from kinos.domain.message import Granted, Heard, Message
from kinos.worker.deadline import Deadline
from kinos.worker.speech import MOST, PAUSE, Speech


class Engine:
    """A Line that remembers what it was told, and when."""

    def __init__(self) -> None:
        self.now = 0.0
        self.told: list[tuple[float, str]] = []

    def send(self, message: Message) -> None:
        assert isinstance(message, Heard)
        self.told.append((self.now, message.text))

    def receive(self) -> Message:
        return Granted(1)

    def speech(self) -> Speech:
        return Speech(self, Deadline(60.0), lambda: self.now)


def test_the_first_words_are_told_at_once() -> None:
    engine = Engine()
    engine.speech().say("I look")
    assert engine.told == [(0.0, "I look")]


def test_a_token_every_hundredth_of_a_second_is_five_messages_a_second_at_most_and_no_word_is_lost() -> None:
    engine = Engine()
    speech = engine.speech()
    for number in range(200):
        engine.now = number / 100
        speech.say(f"{number} ")
    speech.end()
    times = [time for time, _ in engine.told[:-1]]
    assert all(later - sooner >= PAUSE for sooner, later in pairwise(times))
    assert "".join(text for _, text in engine.told) == "".join(f"{number} " for number in range(200))


def test_what_is_left_is_told_at_the_end_and_nothing_when_nothing_is() -> None:
    engine = Engine()
    speech = engine.speech()
    for piece in ("a", "b", ""):
        speech.say(piece)
    speech.end()
    speech.end()
    assert [text for _, text in engine.told] == ["a", "b"]


def test_of_a_flood_the_last_characters_are_told() -> None:
    engine = Engine()
    engine.speech().say("x" * MOST + "end")
    assert engine.told[0][1] == "x" * (MOST - 3) + "end"


def test_what_is_told_cannot_steer_a_terminal() -> None:
    engine = Engine()
    engine.speech().say("\x1b[2J\ud83d")
    assert engine.told[0][1] == "\\x1b[2J\\ud83d"
