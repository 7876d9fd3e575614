"""What is read from the chunks that litellm makes of any provider's stream."""

from types import SimpleNamespace

import pytest

from kinos.worker.chat_stream import ChatStream
from kinos.worker.reply import Stop


def chunk(*calls: tuple[str, str], finish: str | None = None, content: str | None = None) -> SimpleNamespace:
    """A chunk with tool calls, each with its id and name, numbered from 0 as Ollama does anew in each chunk."""
    used = [
        SimpleNamespace(index=index, id=identity, function=SimpleNamespace(name=name, arguments="{}"))
        for index, (identity, name) in enumerate(calls)
    ]
    delta = SimpleNamespace(content=content, tool_calls=used)
    return SimpleNamespace(choices=[SimpleNamespace(finish_reason=finish, delta=delta)], usage=None)


def test_calls_of_two_chunks_with_one_number_are_two() -> None:
    stream = ChatStream()
    for each in (chunk(("a", "one")), chunk(("b", "two"))):
        stream.add(each)
    assert [(call.id, call.name) for call in stream.reply(finished=True, chunks=[]).calls] == [
        ("a", "one"),
        ("b", "two"),
    ]


@pytest.mark.parametrize(
    ("finish", "stop"),
    [
        ("stop", Stop.DONE),
        ("length", Stop.CUT_OFF),
        ("content_filter", Stop.REFUSED),
        ("refusal", Stop.REFUSED),
        ("model_context_window_exceeded", Stop.CONTEXT),
    ],
)
def test_why_an_answer_ended_is_what_the_provider_says(finish: str, stop: Stop) -> None:
    stream = ChatStream()
    assert stream.add(chunk(content="half")) == "half"
    stream.add(chunk(finish=finish))
    assert stream.reply(finished=True, chunks=[]).stop is stop
