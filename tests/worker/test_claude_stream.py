from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.errors import FailureKind
from kinos.domain.usage import Usage
from kinos.worker.claude_stream import ClaudeStream
from kinos.worker.fault import StreamError
from kinos.worker.reply import Reply, Stop, ToolCall

START = {"type": "message_start", "message": {"usage": {"input_tokens": 100, "output_tokens": 1}}}
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 20}}


def text(*pieces: str, index: int = 0) -> list[dict[str, Any]]:
    block = {"type": "text", "text": "", "citations": None}
    start = {"type": "content_block_start", "index": index, "content_block": block}
    deltas = [
        {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": piece}}
        for piece in pieces
    ]
    return [start, *deltas, {"type": "content_block_stop", "index": index}]


def tool(*pieces: str, index: int = 0) -> list[dict[str, Any]]:
    block = {"type": "tool_use", "id": "toolu_1", "name": "propose_task", "input": {}}
    start = {"type": "content_block_start", "index": index, "content_block": block}
    deltas = [
        {"type": "content_block_delta", "index": index, "delta": {"type": "input_json_delta", "partial_json": piece}}
        for piece in pieces
    ]
    return [start, *deltas, {"type": "content_block_stop", "index": index}]


def read(*events: object) -> Reply:
    stream = ClaudeStream()
    for event in events:
        stream.add(event)
    return stream.reply()


def fault(*events: object) -> Any:
    with pytest.raises(StreamError) as caught:
        read(*events)
    return caught.value.fault


def test_the_pieces_of_a_text_are_one_text_and_are_told_as_they_come() -> None:
    stream = ClaudeStream()
    told = [stream.add(event) for event in (START, *text("Hel", "lo"), END)]
    assert stream.reply().text == "Hello"
    assert [piece for piece in told if piece] == ["Hel", "lo"]


def test_the_pieces_of_arguments_are_one_json_value() -> None:
    reply = read(START, *tool("", '{"ti', 'tle": 1}'), END)
    assert reply.calls == (ToolCall("propose_task", {"title": 1}, "toolu_1"),)


def test_a_call_without_arguments_has_none() -> None:
    assert read(START, *tool(), END).calls[0].arguments == {}


@pytest.mark.parametrize("broken", ['{"title": ', "{'title': 1}", "[" * 100_000])
def test_arguments_that_are_no_json_are_handed_on_as_text_and_never_sent_back(broken: str) -> None:
    reply = read(START, *tool(broken), END)
    assert reply.calls[0].arguments == broken
    assert reply.turn["content"][0]["input"] == {}


def test_the_answer_goes_back_as_it_came_without_empty_texts() -> None:
    reply = read(START, *text(), *text("Hm.", index=1), *tool('{"a": 1}', index=2), END)
    assert reply.turn == {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "Hm."},
            {"type": "tool_use", "id": "toolu_1", "name": "propose_task", "input": {"a": 1}},
        ],
    }


def test_thinking_goes_back_with_its_signature_and_is_not_the_answer() -> None:
    block = {"type": "thinking", "thinking": "", "signature": ""}
    deltas = [{"type": "thinking_delta", "thinking": "so"}, {"type": "signature_delta", "signature": "s"}]
    thinking = [
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
    ]
    reply = read(START, *thinking, *text("Yes.", index=1), END)
    assert reply.text == "Yes."
    assert reply.turn["content"][0] == {"type": "thinking", "thinking": "so", "signature": "s"}


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("end_turn", Stop.DONE),
        ("tool_use", Stop.DONE),
        ("max_tokens", Stop.CUT_OFF),
        ("model_context_window_exceeded", Stop.CONTEXT),
        ("refusal", Stop.REFUSED),
    ],
)
def test_the_reason_to_stop_is_kept(reason: str, stop: Stop) -> None:
    assert read(START, *text("x"), {**END, "delta": {"stop_reason": reason}}).stop is stop


def test_usage_is_what_the_end_says_and_the_start_where_the_end_is_silent() -> None:
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 100, "cache_read_input_tokens": 30}}}
    end = {**END, "usage": {"output_tokens": 20, "input_tokens": None, "cache_creation_input_tokens": 7}}
    assert read(start, *text("x"), end).usage == Usage(100, 20, 30, 7, calls=1)


@pytest.mark.parametrize(
    "usage", [None, {}, {"input_tokens": 5}, {"output_tokens": -1}, {"output_tokens": "many"}, {"output_tokens": 2.5}]
)
def test_an_end_that_does_not_say_what_was_answered_says_nothing(usage: object) -> None:
    assert read(START, *text("x"), {**END, "usage": usage}).usage is None


def test_a_start_that_does_not_say_what_was_asked_says_nothing() -> None:
    assert read({"type": "message_start", "message": {}}, *text("x"), END).usage is None


@pytest.mark.parametrize("events", [[START], [START, *text("half")], [START, *text("x"), {**END, "delta": {}}]])
def test_a_stream_without_a_reason_to_stop_is_a_broken_connection(events: list[object]) -> None:
    broken = fault(*events)
    assert (broken.kind, broken.sent) == (FailureKind.BROKEN, True)
    assert "the connection broke" in broken.detail


def test_nothing_at_all_is_no_answer_of_a_model() -> None:
    assert fault().kind is FailureKind.SERVER


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("overloaded_error", FailureKind.OVERLOADED, 529),
        ("rate_limit_error", FailureKind.RATE_LIMIT, 429),
        ("api_error", FailureKind.SERVER, 500),
        ("new_error", FailureKind.SERVER, 500),
    ],
)
def test_an_error_in_the_stream_is_a_fault_of_its_own_that_may_have_been_billed(
    name: str, kind: FailureKind, status: int
) -> None:
    found = fault(START, *text("half"), {"type": "error", "error": {"type": name, "message": "why"}})
    assert (found.kind, found.status, found.sent, found.detail) == (kind, status, True, "why")


def test_events_that_are_not_known_change_nothing() -> None:
    assert read({"type": "ping"}, START, {"type": "new"}, *text("x"), END).text == "x"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
events = st.dictionaries(st.sampled_from(["index", "delta", "content_block", "message", "usage", "error"]), json_values)
kinds = st.sampled_from([event["type"] for event in (START, END, *text("x"))] + ["error"])


@given(st.lists(st.builds(lambda kind, event: {**event, "type": kind}, kinds, events) | json_values))
def test_whatever_a_server_sends_is_an_answer_or_a_fault(sent: list[object]) -> None:
    try:
        reply = read(START, *sent)
    except StreamError:
        return
    assert isinstance(reply.text, str)
