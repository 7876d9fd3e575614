import http.client
import json
import threading
import time
from contextlib import suppress

import pytest

from kinos.domain.task import Task
from kinos.worker.rehearsal import Answer, Knobs, Text, ToolUse, serving
from kinos.worker.rehearsal.api import Request
from kinos.worker.rehearsal.meter import overhead, tokens
from kinos.worker.rehearsal.order import Mend
from worker.rehearsal.stage import MODEL, Stage, editing, planning
from worker.rehearsal.wire import HEADERS, HELLO, connected, events, post

MEND = Task("Mend", "Slips.", ("a.md",), Mend("a.md", ("doubled words",)).render())
FILES = {"a.md": "# A\n\nthe the end\n"}


def body_of(kind: str) -> dict[str, object]:
    made = planning(Stage(FILES).brief("redacteur")) if kind == "plan" else editing(MEND, FILES)
    body = {"model": made.model, "max_tokens": 4000, "system": list(made.system), "messages": list(made.messages)}
    return body | ({"tools": list(made.tools)} if made.tools else {})


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("401", 401, "authentication_error"),
        ("403", 403, "permission_error"),
        ("429", 429, "rate_limit_error"),
        ("500", 500, "api_error"),
        ("529", 529, "overloaded_error"),
    ],
)
def test_a_fault_is_answered_as_the_api_does_and_then_it_is_over(name: str, status: int, kind: str) -> None:
    with serving() as server:
        server.knobs.fail(name, 2)
        replies = [post(server.url, HELLO) for _ in range(3)]
        assert [reply.status for reply in replies] == [status, status, 200]
        assert replies[0].error[1] == kind
        assert server.knobs.left == ()


def test_a_rate_limit_says_when_to_come_again() -> None:
    with serving(knobs=Knobs(retry_after=7)) as server:
        server.knobs.fail("429")
        assert post(server.url, HELLO).headers["retry-after"] == "7"


def test_counting_tokens_uses_up_no_fault() -> None:
    with serving() as server:
        server.knobs.fail("529")
        count = {"model": HELLO["model"], "messages": HELLO["messages"]}
        assert post(server.url, count, "/v1/messages/count_tokens").body == {
            "input_tokens": overhead(MODEL) + tokens("Hello", MODEL)
        }
        assert post(server.url, HELLO).status == 529


@pytest.mark.parametrize("stream", [True, False])
def test_half_an_answer_breaks_off(stream: bool) -> None:
    with serving() as server:
        server.knobs.fail("half-stream")
        with pytest.raises(http.client.IncompleteRead) as broken:
            post(server.url, HELLO | {"stream": stream})
        assert broken.value.partial
        assert post(server.url, HELLO).status == 200


@pytest.mark.parametrize("stream", [True, False])
def test_a_stalled_answer_ends_when_the_server_does(stream: bool) -> None:
    with serving() as server:
        server.knobs.fail("stall")
        connection = connected(server.url)
        connection.request("POST", "/v1/messages", json.dumps(HELLO | {"stream": stream}).encode(), HEADERS)
        if stream:
            assert connection.getresponse().status == 200
    connection.close()


def test_a_stalled_answer_ends_when_the_client_goes() -> None:
    with serving() as server:
        server.knobs.fail("stall")
        connection = connected(server.url)
        connection.request("POST", "/v1/messages", json.dumps(HELLO | {"stream": True}).encode(), HEADERS)
        # The beginning has come, so the fault is this request's and not the next one's.
        answer = connection.getresponse()
        answer.close()
        connection.close()
        assert post(server.url, HELLO).status == 200


def test_an_empty_answer_has_no_content() -> None:
    with serving() as server:
        server.knobs.fail("empty")
        assert post(server.url, HELLO).body["content"] == []


def test_a_cut_answer_stops_at_max_tokens() -> None:
    with serving() as server:
        server.knobs.fail("cut")
        cut = post(server.url, HELLO).body
        assert cut["stop_reason"] == "max_tokens"
        assert 0 < len(cut["content"][0]["text"]) < len(post(server.url, HELLO).body["content"][0]["text"])


def test_faults_of_a_kind_of_request_wait_for_theirs() -> None:
    with serving() as server:
        server.knobs.fail("bad-edit")
        server.knobs.fail("no-tool")
        assert post(server.url, HELLO).status == 200
        assert post(server.url, body_of("plan")).body["content"][0]["type"] == "text"
        assert "It should not stand anywhere." in post(server.url, body_of("edit")).body["content"][0]["text"]
        assert post(server.url, body_of("plan")).body["content"][0]["name"] == "propose_task"
        assert "the end\n" in post(server.url, body_of("edit")).body["content"][0]["text"]


def test_a_script_gives_exact_answers_in_order() -> None:
    with serving() as server:
        server.knobs.script([Answer((Text("one"),)), Answer((ToolUse("look", {"x": 1}),), "tool_use")])
        assert post(server.url, HELLO).body["content"] == [{"type": "text", "text": "one"}]
        (block,) = post(server.url, HELLO).body["content"]
        assert (block["name"], block["input"]) == ("look", {"x": 1})
        assert block["id"].startswith("toolu_")
        assert post(server.url, HELLO).body["content"][0]["text"].startswith("This is the rehearsal model")


def test_a_tool_call_streams_as_pieces_of_json() -> None:
    with serving() as server:
        server.knobs.script([Answer((ToolUse("look", {"at": "the sea"}),), "tool_use")])
        found = events(post(server.url, HELLO | {"stream": True}).raw)
        pieces = [data["delta"]["partial_json"] for name, data in found if name == "content_block_delta"]
        assert "".join(pieces) == '{"at": "the sea"}'
        assert found[-2][1]["delta"]["stop_reason"] == "tool_use"


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="earthquake"):
        Knobs().fail("earthquake")


def test_delays_hold_back_the_first_byte_and_each_piece() -> None:
    with serving(knobs=Knobs(delay=0.05, pace=0.01)) as server:
        start = time.monotonic()
        post(server.url, HELLO | {"stream": True})
        assert time.monotonic() - start > 0.05 + 7 * 0.01


def test_closing_does_not_wait_for_a_delay() -> None:
    asked = threading.Event()

    def answer(request: Request) -> Answer:
        asked.set()
        return Answer((Text("late"),))

    with serving(answer, Knobs(delay=60)) as server:
        client = threading.Thread(target=_hangs_up_on, args=(server.url,))
        client.start()
        assert asked.wait(10)
        start = time.monotonic()
    assert time.monotonic() - start < 5
    client.join(5)
    assert not client.is_alive()


def _hangs_up_on(url: str) -> None:
    with suppress(http.client.HTTPException, OSError):
        post(url, HELLO)
