"""What the API refuses, the rehearsal refuses: in the API's shape, with its codes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kinos.worker.rehearsal import Rehearsal, serving
from worker.rehearsal.wire import HEADERS, HELLO, TOOL, connected, events, post, without

EPHEMERAL = {"cache_control": {"type": "ephemeral"}}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving() as server:
        yield server.url


def user(content: object) -> dict[str, Any]:
    return HELLO | {"messages": [{"role": "user", "content": content}]}


def said(*turns: tuple[str, object], **more: object) -> dict[str, Any]:
    return HELLO | {"messages": [{"role": role, "content": content} for role, content in turns]} | more


def marked(count: int) -> list[dict[str, Any]]:
    return [{"type": "text", "text": f"part {number}", **EPHEMERAL} for number in range(count)]


CALL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "seen"}
LOOKED = (("user", "Look"), ("assistant", [CALL]), ("user", [RESULT]))
HOUR = {"type": "ephemeral", "ttl": "1h"}
INVALID_SCHEMA = "tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12"
NO_SCHEMAS: list[object] = [
    *({"type": "text"}, {"type": ["string", "text"]}, {"type": []}, {"enum": "a"}, {"items": [{"type": "string"}]}),
    *(
        {"items": "string"},
        {"properties": {"b": 1}},
        {"anyOf": []},
        {"minLength": -1},
        {"minimum": "1"},
        {"pattern": "("},
    ),
    *({"additionalProperties": "no"}, {"description": 1}, {"required": ["a", "a"]}, {"not": 1}, "string", None),
]


def tool(schema: dict[str, Any]) -> dict[str, Any]:
    return TOOL | {"input_schema": {"type": "object", **schema}}


def answered(results: list[dict[str, Any]]) -> dict[str, Any]:
    return said(*LOOKED[:2], ("user", results), tools=[TOOL])


REFUSED = [
    (without("max_tokens"), "max_tokens: Field required"),
    (HELLO | {"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
    (HELLO | {"max_tokens": "many"}, "max_tokens: Input should be a valid integer"),
    (HELLO | {"max_tokens": True}, "max_tokens: Input should be a valid integer"),
    (
        HELLO | {"max_tokens": 128_001},
        "max_tokens: 128001 > 128000, which is the maximum allowed number of output tokens for claude-sonnet-5-5",
    ),
    (HELLO | {"model": "claude-haiku-4-5", "max_tokens": 64_001}, "max_tokens: 64001 > 64000"),
    (without("model"), "model: Field required"),
    (without("messages"), "messages: Field required"),
    (HELLO | {"messages": []}, "messages: at least one message is required"),
    (HELLO | {"temprature": 1}, "temprature: Extra inputs are not permitted"),
    (HELLO | {"stream": "yes"}, "stream: Input should be a valid boolean"),
    (HELLO | {"model": "claude-sonnet-4-5", "temperature": 1.5}, "temperature: range: 0..1"),
    (HELLO | {"model": "claude-sonnet-4-5", "temperature": "hot"}, "temperature: Input should be a valid number"),
    (HELLO | {"temperature": 0}, "`temperature` is deprecated for this model."),
    (HELLO | {"top_p": 0.5}, "`top_p` is deprecated for this model."),
    (said(("system", "Be brief."), ("user", "Hello")), 'messages: Unexpected role "system".'),
    (said(("tool", "Hello")), "messages.0.role: Input should be 'user' or 'assistant'"),
    (said(("assistant", "Hello"), ("user", "Hello")), 'messages: first message must use the "user" role'),
    (user(""), "messages.0: all messages must have non-empty content except for the optional final assistant message"),
    (user([]), "messages.0: all messages must have non-empty content"),
    (user([{"type": "text", "text": ""}]), "messages: text content blocks must be non-empty"),
    (user(" \n"), "messages: text content blocks must contain non-whitespace text"),
    (
        user([{"type": "text", "text": "", **EPHEMERAL}]),
        "messages.0.content.0.text: cache_control cannot be set for empty text blocks",
    ),
    (user([{"type": "telepathy"}]), "messages.0.content.0: Input tag 'telepathy' found using 'type'"),
    (user([{"text": "no type"}]), "messages.0.content.0: Input tag 'None' found using 'type'"),
    (
        HELLO | {"messages": [{"role": "user", "content": "x", "name": "me"}]},
        "messages.0.name: Extra inputs are not permitted",
    ),
    (
        HELLO | {"system": [{"type": "text", "text": " "}]},
        "system: text content blocks must contain non-whitespace text",
    ),
    (
        said(("user", "Hello"), ("assistant", "I "), model="claude-haiku-4-5"),
        "messages: final assistant content cannot end with trailing whitespace",
    ),
    (said(("user", "Hello"), ("assistant", "I")), "This model does not support assistant message prefill."),
    (HELLO | {"tools": [without("name", TOOL)]}, "tools.0.custom.name: Field required"),
    (HELLO | {"tools": [TOOL | {"name": "look around"}]}, "tools.0.custom.name: String should match pattern"),
    (HELLO | {"tools": [without("input_schema", TOOL)]}, "tools.0.custom.input_schema: Field required"),
    (HELLO | {"tools": [TOOL | {"input_schema": {}}]}, "tools.0.custom.input_schema.type: Field required"),
    (
        HELLO | {"tools": [TOOL | {"input_schema": {"type": "array"}}]},
        "tools.0.custom.input_schema.type: Input should be 'object'",
    ),
    (HELLO | {"tools": [TOOL, TOOL]}, "tools: Tool names must be unique."),
    (
        HELLO | {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "listen"}},
        "Tool 'listen' not found in provided tools",
    ),
    (
        HELLO | {"tools": [TOOL], "tool_choice": {"type": "any"}},
        'tool_choice: type "tool" and "any" are not supported for this model.',
    ),
    (HELLO | {"tool_choice": {"type": "auto"}}, "tool_choice may only be specified while providing tools."),
    (user(marked(5)), "A maximum of 4 blocks with cache_control may be provided. Found 5."),
    (
        user(marked(2)) | {"system": marked(2), "tools": [TOOL | EPHEMERAL]},
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    (
        user([{"type": "text", "text": "x", "cache_control": {"type": "eternal"}}]),
        "messages.0.content.0.cache_control.type: Input should be 'ephemeral'",
    ),
    (
        user([{"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "2h"}}]),
        "messages.0.content.0.cache_control.ttl: Input should be '5m' or '1h'",
    ),
    (
        said(("user", [RESULT]), tools=[TOOL]),
        "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1.",
    ),
    (
        said(("user", "Look"), ("assistant", [CALL]), ("user", "And?"), tools=[TOOL]),
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1.",
    ),
    (
        said(("user", "Look"), ("assistant", [CALL]), ("user", [RESULT])),
        "Requests which include `tool_use` or `tool_result` blocks must define tools.",
    ),
    *((HELLO | {"tools": [tool({"properties": {"a": schema}})]}, INVALID_SCHEMA) for schema in NO_SCHEMAS),
    (HELLO | {"tools": [tool({"properties": []})]}, INVALID_SCHEMA),
    (HELLO | {"tools": [tool({"required": "a"})]}, INVALID_SCHEMA),
    (HELLO | {"tools": [tool({"required": [1]})]}, INVALID_SCHEMA),
    (
        HELLO | {"tools": [tool({"properties": {"a b": {}}})]},
        "tools.0.custom.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'",
    ),
    (
        HELLO | {"tools": [tool({"properties": {"a" * 65: {}}})]},
        "tools.0.custom.input_schema.properties: Property keys",
    ),
    *(
        (
            HELLO | {"tools": [tool({key: [{"type": "object"}]})]},
            "tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level",
        )
        for key in ("anyOf", "oneOf", "allOf")
    ),
    (HELLO | {"tools": [TOOL | {"paramters": {}}]}, "tools.0.custom.paramters: Extra inputs are not permitted"),
    (
        user([{"type": "text", "text": "x", "txt": "y"}]),
        "messages.0.content.0.text.txt: Extra inputs are not permitted",
    ),
    (HELLO | {"system": [{"type": "text", "text": "x", "id": 1}]}, "system.0.id: Extra inputs are not permitted"),
    (
        answered([RESULT | {"contents": "x"}]),
        "messages.2.content.0.tool_result.contents: Extra inputs are not permitted",
    ),
    (
        answered([RESULT | {"content": [{"type": "text", "text": ""}]}]),
        "messages: text content blocks must be non-empty",
    ),
    (
        answered([RESULT | {"content": [{"type": "tool_use"}]}]),
        "messages.2.content.0.tool_result.content.0: Input tag 'tool_use' found",
    ),
    (user([CALL]) | {"tools": [TOOL]}, "messages.0: `tool_use` blocks can only be in `assistant` messages"),
    (
        said(("user", "Look"), ("assistant", [RESULT]), tools=[TOOL]),
        "messages.1: `tool_result` blocks can only be in `user` messages",
    ),
    (
        said(("user", "Look"), ("assistant", [CALL, CALL]), ("user", [RESULT]), tools=[TOOL]),
        "messages.1.content.1: `tool_use` ids must be unique",
    ),
    (
        said(*LOOKED, ("assistant", [CALL]), ("user", [RESULT]), tools=[TOOL]),
        "messages.3.content.0: `tool_use` ids must be unique",
    ),
    (answered([RESULT, RESULT]), "messages.2.content.1: each tool_use must have a single result."),
    (
        said(("user", "Look"), ("assistant", [CALL | {"id": "a b"}]), tools=[TOOL]),
        "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ),
    (
        answered([RESULT | {"content": marked(2)}]) | {"system": marked(1), "tools": [TOOL | EPHEMERAL], **EPHEMERAL},
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    (
        user(marked(1)) | {"system": [{"type": "text", "text": "x", **EPHEMERAL}], "cache_control": HOUR},
        "cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block.",
    ),
    (
        user([*marked(1), {"type": "text", "text": "x", "cache_control": HOUR}]),
        "messages.0.content.1.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m'",
    ),
    (HELLO | {"stop_sequences": "END"}, "stop_sequences: Input should be a valid list"),
    (HELLO | {"stop_sequences": ["END", 1]}, "stop_sequences.1: Input should be a valid string"),
    (HELLO | {"stop_sequences": [" "]}, "stop_sequences: each stop sequence must contain non-whitespace"),
    (
        HELLO | {"max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 2000}},
        "`max_tokens` must be greater than `thinking.budget_tokens`.",
    ),
    (
        HELLO | {"thinking": {"type": "enabled", "budget_tokens": 1000}},
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
    ),
    (HELLO | {"thinking": {"type": "enabled"}}, "thinking.enabled.budget_tokens: Field required"),
    (HELLO | {"thinking": {"type": "deep"}}, "thinking: Input tag 'deep' found using 'type'"),
    (HELLO | {"thinking": True}, "thinking: Input should be a valid dictionary"),
    ([1], "Input should be a valid dictionary"),
    (b"{not json", "The request body is not valid JSON"),
    (b"\xff", "The request body is not valid JSON"),
    (b"[" * 100_000, "The request body is not valid JSON"),
    (user("half \ud800"), "The request body is not valid JSON"),
    (user("word " * 200_001), "prompt is too long: "),
]


@pytest.mark.parametrize(("body", "message"), REFUSED, ids=lambda value: value[:60] if isinstance(value, str) else "")
def test_a_malformed_request_is_refused_in_the_apis_words(url: str, body: object, message: str) -> None:
    status, kind, text = post(url, body).error
    assert (status, kind) == (400, "invalid_request_error")
    assert text.startswith(message)


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (HELLO | {"temperature": 1}, {}),
        (HELLO | {"model": "claude-sonnet-4-5", "temperature": 0.3}, {}),
        (HELLO | {"model": "claude-opus-4-5", "tools": [TOOL], "tool_choice": {"type": "tool", "name": "look"}}, {}),
        (said(("user", "Hello"), ("assistant", "I"), model="claude-haiku-4-5"), {}),
        (said(("user", "Hello"), ("user", "again")), {}),
        (said(("user", "Look"), ("assistant", [CALL]), ("user", [RESULT]), tools=[TOOL]), {}),
        (user(marked(4)), {}),
        (user(marked(2)) | {"system": [{"type": "text", "text": "x", "cache_control": HOUR}], **EPHEMERAL}, {}),
        (answered([RESULT | {"content": [{"type": "text", "text": "x"}], "is_error": True}]), {}),
        (answered([without("content", RESULT)]), {}),
        (HELLO | {"stop_sequences": ["END"], "thinking": {"type": "disabled"}}, {}),
        (HELLO | {"max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}, {}),
        (
            HELLO
            | {
                "tools": [
                    tool(
                        {
                            "properties": {
                                "a.b-c": {"type": ["string", "null"], "enum": ["x", None], "pattern": "^x"},
                                "list": {"type": "array", "items": {"$ref": "#/$defs/one"}, "minItems": 1},
                                "any": {"anyOf": [{"type": "integer", "minimum": 0}, True]},
                            },
                            "required": ["list"],
                            "additionalProperties": False,
                            "$defs": {"one": {"type": "string"}},
                        }
                    )
                    | {"description": "Look", "strict": True}
                ]
            },
            {},
        ),
        (HELLO | {"system": "", "tools": [{"type": "web_search_20250305", "name": "web_search"}]}, {}),
        (HELLO, {"anthropic-version": "2026-10-21"}),
    ],
)
def test_a_proper_request_is_answered(url: str, body: object, changes: dict[str, str]) -> None:
    assert post(url, body, headers=HEADERS | changes).status == 200


def test_the_newest_version_of_the_api_takes_no_sampling_at_all(url: str) -> None:
    headers = HEADERS | {"anthropic-version": "2026-10-21"}
    body = HELLO | {"model": "claude-sonnet-4-5", "temperature": 1}
    assert post(url, body, headers=headers).error[2] == "temperature: Extra inputs are not permitted"


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        (without("x-api-key", HEADERS), (401, "authentication_error", "x-api-key header is required")),
        (
            without("anthropic-version", HEADERS),
            (400, "invalid_request_error", "anthropic-version: header is required"),
        ),
        (
            HEADERS | {"anthropic-version": "2020-01-01"},
            (400, "invalid_request_error", 'anthropic-version: "2020-01-01" is not a valid version'),
        ),
    ],
)
def test_headers_are_checked_before_the_body(url: str, headers: dict[str, str], error: tuple[int, str, str]) -> None:
    assert post(url, b"{", headers=headers).error == error


def test_a_bearer_token_is_a_key_too(url: str) -> None:
    headers = without("x-api-key", HEADERS) | {"authorization": "Bearer rehearsal"}
    assert post(url, HELLO, headers=headers).status == 200


@pytest.mark.parametrize("model", ["gpt-5", "claude-2.1", "sonnet"])
def test_a_model_that_does_not_exist_is_not_found(url: str, model: str) -> None:
    assert post(url, HELLO | {"model": model}).error == (404, "not_found_error", f"model: {model}")


def test_other_places_are_not_found(url: str) -> None:
    assert post(url, HELLO, "/v1/complete").error == (404, "not_found_error", "Not Found")
    assert post(url, b"", method="GET").status == 405


def test_a_body_that_is_too_large_is_refused(url: str) -> None:
    with serving() as server:
        server.knobs.most_bytes = 1000
        reply = post(server.url, user("x" * 2000))
        assert reply.error == (413, "request_too_large", "Request exceeds the maximum allowed number of bytes.")


@pytest.mark.parametrize("length", ["-5", "many", "", "²"])
def test_a_body_of_no_stated_length_is_an_empty_one(url: str, length: str) -> None:
    connection = connected(url)
    connection.putrequest("POST", "/v1/messages")
    for name, value in (HEADERS | {"content-length": length}).items():
        connection.putheader(name, value.encode("utf-8"))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 400
    assert b"The request body is not valid JSON" in answer.read()
    connection.close()


def test_many_can_ask_at_once(url: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda number: post(url, user(f"Hello {number}")), range(48)))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body["id"] for reply in replies}) == 48


def test_an_answer_has_the_apis_shape(url: str) -> None:
    reply = post(url, HELLO)
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["request-id"].startswith("req_")
    body = reply.body
    assert body.keys() == {"id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"}
    assert (body["type"], body["role"], body["model"]) == ("message", "assistant", "claude-sonnet-5-5")
    assert body["id"].startswith("msg_")
    assert body["stop_reason"] == "end_turn"
    assert body["content"][0]["text"].startswith("This is the rehearsal model of KinOS.")


def test_a_stream_has_the_apis_events(url: str) -> None:
    reply = post(url, HELLO | {"stream": True, "max_tokens": 1000})
    assert reply.headers["content-type"].startswith("text/event-stream")
    names = [name for name, _ in events(reply.raw)]
    assert names[:3] == ["message_start", "content_block_start", "ping"]
    assert set(names[3:-3]) == {"content_block_delta"}
    assert names[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    text = "".join(data["delta"]["text"] for name, data in events(reply.raw) if name == "content_block_delta")
    assert text == post(url, HELLO | {"max_tokens": 1000}).body["content"][0]["text"]


def test_an_answer_longer_than_max_tokens_is_cut(url: str) -> None:
    whole = post(url, HELLO | {"max_tokens": 1000}).body
    cut = post(url, HELLO | {"max_tokens": 7}).body
    assert cut["stop_reason"] == "max_tokens"
    assert 4 <= cut["usage"]["output_tokens"] <= 7
    assert whole["content"][0]["text"].startswith(cut["content"][0]["text"])


def test_a_connection_is_kept_for_the_next_request(url: str) -> None:
    connection = connected(url)
    for _ in range(3):
        connection.request("POST", "/v1/messages", b"{}", HEADERS)
        answer = connection.getresponse()
        assert answer.read()
        assert not answer.will_close
    connection.close()


def test_what_came_in_is_recorded_without_the_key() -> None:
    with serving() as server:
        post(server.url, HELLO)
        post(server.url, HELLO | {"max_tokens": 0})
        assert [(one.path, one.status) for one in server.requests] == [("/v1/messages", 200), ("/v1/messages", 400)]
        assert server.requests[0].body == HELLO
        assert server.requests[0].headers["x-api-key"] == "(given)"


def test_rules_can_be_replaced() -> None:
    with serving(lambda request: _echo(request.messages[-1]["content"][0]["text"])) as server:
        assert post(server.url, HELLO).body["content"] == [{"type": "text", "text": "Hello"}]


def _echo(text: str) -> Any:
    from kinos.worker.rehearsal import Answer, Text

    return Answer((Text(text),))


def test_a_closed_server_refuses_connections() -> None:
    server = Rehearsal()
    connection = connected(server.url)
    connection.connect()
    server.close()
    with pytest.raises(OSError):
        post(server.url, HELLO)
    connection.close()
