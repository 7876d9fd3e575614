"""The web search tool as the rehearsal server knows it: what it refuses, and the shape of its answers."""

from collections.abc import Iterator
from typing import Any

import pytest

from kinos.domain.brief import tools
from kinos.domain.citation import addresses
from kinos.worker.rehearsal import Answer, Rehearsal, ToolUse, serving
from kinos.worker.rehearsal.answer import cites, searched
from kinos.worker.rehearsal.server_tool import ERRORS
from worker.rehearsal.stage import Stage
from worker.rehearsal.wire import HELLO, events, post, without

SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
USE = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "tides"}}
PAGE = {"type": "web_search_result", "title": "Tides", "url": "https://example.org/t", "encrypted_content": "eA=="}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [PAGE]}
FAILED = {**FOUND, "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"}}


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    with serving() as running:
        yield running


def offered(**changes: object) -> dict[str, Any]:
    return HELLO | {"tools": [{**SEARCH, **changes}]}


def paused(*blocks: dict[str, Any], role: str = "assistant") -> dict[str, Any]:
    return offered() | {"messages": [*HELLO["messages"], {"role": role, "content": list(blocks)}]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (offered(type="web_search_20991231"), "tools.0: Input tag 'web_search_20991231' found using 'type'"),
        (offered(type="web_search"), "tools.0: Input tag 'web_search' found using 'type'"),
        (offered(name="search"), "tools.0.web_search_20250305.name: Input should be 'web_search'"),
        (HELLO | {"tools": [without("name", SEARCH)]}, "tools.0.name: Field required"),
        (offered(max_uses=0), "tools.0.web_search_20250305.max_uses: Input should be greater than 0"),
        (offered(max_uses=-1), "tools.0.web_search_20250305.max_uses: Input should be greater than 0"),
        (offered(max_uses="5"), "tools.0.web_search_20250305.max_uses: Input should be a valid integer"),
        (offered(max_uses=True), "tools.0.web_search_20250305.max_uses: Input should be a valid integer"),
        (offered(max_searches=5), "tools.0.web_search_20250305.max_searches: Extra inputs are not permitted"),
        (offered(input_schema={}), "tools.0.web_search_20250305.input_schema: Extra inputs are not permitted"),
        (
            offered(allowed_domains=["a.org"], blocked_domains=["b.org"]),
            "tools.0.web_search_20250305: Only one of `allowed_domains` and `blocked_domains` can be specified",
        ),
        (offered(allowed_domains="a.org"), "tools.0.web_search_20250305.allowed_domains: Input should be a valid list"),
        (offered(blocked_domains=["https://a.org"]), "tools.0.web_search_20250305.blocked_domains: 'https://a.org'"),
        (offered(user_location={"city": "Brest"}), "tools.0.web_search_20250305.user_location.type: Input should be"),
        (
            offered() | {"model": "claude-3-haiku-20240307", "max_tokens": 100},
            "'claude-3-haiku-20240307' does not support tool types: web_search_20250305.",
        ),
        (offered() | {"tools": [SEARCH, SEARCH]}, "tools: Tool names must be unique."),
        (paused(FOUND), "messages.1.content.0: each `web_search_tool_result` block must have a corresponding"),
        (paused({**USE, "id": "toolu_1"}), "messages.1.content.0.server_tool_use.id: String should match pattern"),
        (paused(without("input", USE)), "messages.1.content.0.server_tool_use.input: Field required"),
        (paused(USE, without("content", FOUND)), "messages.1.content.1.web_search_tool_result.content: Field required"),
        (
            paused(USE, {**FOUND, "content": [without("encrypted_content", PAGE)]}),
            "messages.1.content.1.web_search_tool_result.content.0.encrypted_content: Field required",
        ),
        (
            paused(USE, {**FOUND, "content": {"type": "web_search_tool_result_error", "error_code": "tired"}}),
            "messages.1.content.1.web_search_tool_result.content.error_code: Input should be one of",
        ),
        (paused(USE, role="user"), "messages.1: `server_tool_use` blocks can only be in `assistant` messages"),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_what_the_api_refuses_is_refused(server: Rehearsal, body: object, said: str) -> None:
    status, kind, text = post(server.url, body).error
    assert (status, kind) == (400, "invalid_request_error")
    assert text.startswith(said)


@pytest.mark.parametrize(
    "body",
    [
        offered(),
        HELLO | {"tools": [without("max_uses", SEARCH)]},
        offered(type="web_search_20260318", allowed_callers=["direct"]),
        offered(allowed_domains=["example.org"], user_location={"type": "approximate", "city": "Brest"}),
        paused(USE, FOUND),
        paused(USE, FAILED),
        paused({"type": "text", "text": "I search."}, USE),
    ],
)
def test_a_proper_request_is_answered(server: Rehearsal, body: object) -> None:
    assert post(server.url, body).status == 200


def test_an_organisation_without_the_search_refuses_only_who_offers_it(server: Rehearsal) -> None:
    server.knobs.fail("no-search")
    assert post(server.url, HELLO).status == 200
    assert "Web search is not enabled" in post(server.url, offered()).error[2]
    assert post(server.url, offered()).status == 200


def scripted() -> Answer:
    return Answer(
        (
            *searched("tides", ("Tides", "https://example.org/t"), ("Gates", "https://example.org/g")),
            *searched("storms", error="too_many_requests"),
            cites("It rises twice a day.", "Tides", "https://example.org/t"),
            ToolUse("look", {}),
        ),
        "tool_use",
    )


def test_an_answer_has_the_blocks_and_the_bill_of_a_search(server: Rehearsal) -> None:
    server.knobs.script([scripted()])
    body = post(server.url, offered()).body
    use, found, other, failed, text, call = body["content"]
    assert (use["type"], use["name"], use["input"]) == ("server_tool_use", "web_search", {"query": "tides"})
    assert found["tool_use_id"] == use["id"] != other["id"] == failed["tool_use_id"]
    assert [result["url"] for result in found["content"]] == ["https://example.org/t", "https://example.org/g"]
    assert all(result["encrypted_content"] for result in found["content"])
    assert failed["content"] == {"type": "web_search_tool_result_error", "error_code": "too_many_requests"}
    assert text["citations"][0]["type"] == "web_search_result_location"
    assert call["type"] == "tool_use"
    assert body["usage"]["server_tool_use"] == {"web_search_requests": 1, "web_fetch_requests": 0}


def test_a_stream_tells_the_same(server: Rehearsal) -> None:
    server.knobs.script([scripted()])
    told = events(post(server.url, offered() | {"stream": True}).raw)
    starts = [data["content_block"] for name, data in told if name == "content_block_start"]
    assert [block["type"] for block in starts][:2] == ["server_tool_use", "web_search_tool_result"]
    assert starts[0]["input"] == {}
    assert len(starts[1]["content"]) == 2
    assert any(data["delta"]["type"] == "citations_delta" for name, data in told if name == "content_block_delta")
    assert [
        data["usage"]["server_tool_use"]["web_search_requests"] for name, data in told if name == "message_delta"
    ] == [1]


@pytest.mark.agents
@pytest.mark.timeout(120)
def test_the_sdk_reads_it_and_sends_it_back(server: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    from anthropic import Anthropic

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    pause = Answer(searched("tides", ("Tides", "https://example.org/t")), "pause_turn")
    server.knobs.script([pause, *(Answer(searched("x", error=code)) for code in ERRORS)])
    asked: dict[str, Any] = {"model": "claude-sonnet-5-5", "max_tokens": 100, "tools": [SEARCH]}
    with Anthropic(api_key="rehearsal", base_url=server.url, max_retries=0) as client:
        first = client.messages.create(**asked, messages=HELLO["messages"])
        assert first.stop_reason == "pause_turn"
        assert first.usage.server_tool_use is not None
        assert first.usage.server_tool_use.web_search_requests == 1
        back = {"role": "assistant", "content": [block.to_dict() for block in first.content]}
        for code in ERRORS:
            answer = client.messages.create(**asked, messages=[*HELLO["messages"], back])
            assert answer.content[1].model_dump()["content"]["error_code"] == code
            assert answer.usage.server_tool_use is None


def planned(stage: Stage, server: Rehearsal) -> list[dict[str, Any]]:
    """What the model answers research, with a search at hand."""
    body = {"messages": [{"role": "user", "content": stage.brief("research").render()}]}
    blocks = post(server.url, HELLO | body | {"max_tokens": 4000, "tools": [*tools(), SEARCH]}).body["content"]
    return list(blocks)


def test_research_searches_for_what_the_request_asks_and_labels_it_as_rehearsal(server: Rehearsal) -> None:
    stage = Stage({"a.md": "# A\n"}, "- How high are storm surges in Brest?\n- What closes the gate?\n")
    use, found, text, call = planned(stage, server)
    assert use["input"]["query"] == "How high are storm surges in Brest?"
    urls = [result["url"] for result in found["content"]]
    assert all(url.startswith(("https://example.org/", "https://example.com/")) for url in urls)
    assert "Rehearsal" in text["text"]
    assert call["input"]["files"] == ["research.md"]
    assert "Rehearsal" in call["input"]["why"]
    assert "Rehearsal: nothing was looked up" in call["input"]["instructions"]
    assert set(addresses(call["input"]["instructions"])) == set(urls)


def test_without_a_search_research_finds_no_new_address(server: Rehearsal) -> None:
    stage = Stage({"a.md": "# A\n"}, "- How high are storm surges in Brest?\n")
    body = {"messages": [{"role": "user", "content": stage.brief("research").render()}]}
    (call,) = post(server.url, HELLO | body | {"max_tokens": 4000, "tools": tools()}).body["content"]
    assert "A rehearsal makes no outside call, so it asks no web search" in call["input"]["reason"]
