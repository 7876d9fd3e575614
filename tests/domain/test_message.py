"""Messages between the engine and a worker come back from the wire as they went."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.errors import FailureKind
from kinos.domain.message import (
    Code,
    Denied,
    EditCall,
    Edited,
    Endpoint,
    Failed,
    Granted,
    Heard,
    Message,
    PlanCall,
    Planned,
    Read,
    Ready,
    Reserve,
    Retry,
    Settle,
    Text,
    decode,
    encode,
)
from kinos.domain.task import Edits, NothingToDo, Task
from kinos.domain.usage import Usage

TEXT = st.text()
NUMBER = st.integers(0, 10**9)
USAGE = st.builds(Usage, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER)
ENDPOINT = st.builds(Endpoint, TEXT, st.none() | TEXT, st.booleans())
RETRY = st.builds(Retry, NUMBER, st.floats(0, 60), st.tuples(NUMBER, NUMBER))
WARMTH = st.none() | st.floats(0, 1)
SECONDS = st.floats(0, 1000)
TASK = st.builds(Task, TEXT, TEXT, st.tuples(TEXT, TEXT), TEXT, st.lists(TEXT, max_size=2).map(tuple))
CODE = st.builds(Code, TEXT, TEXT, TEXT, TEXT, TEXT, st.dictionaries(TEXT | st.just("kind"), NUMBER))
EDITS = st.builds(Edits, TEXT, TEXT, st.dictionaries(TEXT | st.just("kind"), st.none() | TEXT))
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        PlanCall, TEXT, TEXT, NUMBER, WARMTH, ENDPOINT, RETRY, SECONDS, SECONDS, TEXT, TEXT, NUMBER, st.none() | CODE
    ),
    st.builds(EditCall, TEXT, TEXT, NUMBER, WARMTH, ENDPOINT, RETRY, SECONDS, SECONDS, TEXT, st.tuples(TEXT), TEXT),
    st.builds(Planned, TASK | st.builds(NothingToDo, TEXT) | EDITS, USAGE),
    st.builds(Read, TEXT),
    st.builds(Text, st.none() | TEXT, TEXT),
    st.builds(Edited, st.tuples(TEXT), TEXT, USAGE),
    st.builds(Failed, st.sampled_from(FailureKind), TEXT, TEXT, USAGE),
    st.builds(Reserve, TEXT, NUMBER, NUMBER, NUMBER),
    st.builds(Granted, NUMBER),
    st.builds(Denied, TEXT),
    st.builds(Settle, NUMBER, TEXT, USAGE),
    st.builds(Heard, TEXT),
    st.builds(Ready, st.dictionaries(TEXT | st.just("kind"), TEXT | st.just("Task"))),
)


@given(MESSAGES)
def test_a_message_comes_back_as_it_went(message: Message) -> None:
    frame = encode(message)
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4
    assert decode(frame[4:]) == message


@pytest.mark.parametrize("body", ["[]", "{}", '{"kind": "Nobody"}', '{"kind": "Granted"}', "no json"])
def test_what_is_no_message_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"message|without|Expecting"):
        decode(body.encode())


def test_a_key_is_not_shown_where_a_call_is_printed() -> None:
    assert "secret" not in repr(Endpoint("secret"))


def test_a_frame_is_plain_ascii_whatever_the_text() -> None:
    assert json.loads(encode(Denied("é🔴"))[4:].decode("ascii"))["reason"] == "é🔴"
