"""The real anthropic SDK against the rehearsal server."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from kinos.domain.brief import tools
from kinos.worker.rehearsal import Rehearsal, serving
from kinos.worker.rehearsal.meter import overhead, tokens
from worker.rehearsal.stage import Stage

if TYPE_CHECKING:
    from anthropic import Anthropic

pytestmark = [pytest.mark.agents, pytest.mark.timeout(120)]
MODEL = "claude-sonnet-5-5"
HELLO: list[Any] = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    with serving() as running:
        yield running


@pytest.fixture
def client(server: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Anthropic]":
    from anthropic import Anthropic

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Anthropic(api_key="rehearsal", base_url=server.url, max_retries=0) as made:
        yield made


def planning(files: dict[str, str], agent: str) -> dict[str, Any]:
    brief = Stage(files, "- Write `docs/faq.md` about prices, delivery and returns.\n").brief(agent)
    system = [{"type": "text", "text": "You are an agent. " * 400, "cache_control": {"type": "ephemeral"}}]
    messages = [{"role": "user", "content": brief.render()}]
    return {"model": MODEL, "max_tokens": 4000, "system": system, "messages": messages, "tools": tools()}


def test_an_answer_comes_as_the_sdks_own_object(client: "Anthropic") -> None:
    answer = client.messages.create(model=MODEL, max_tokens=500, messages=HELLO)
    assert answer.stop_reason == "end_turn"
    assert answer.content[0].type == "text"
    assert answer.usage.input_tokens == overhead(MODEL) + tokens("Hello", MODEL)
    assert answer.usage.output_tokens > 0


def test_a_stream_adds_up_to_the_same_message(client: "Anthropic") -> None:
    with client.messages.stream(**planning({"a.md": "# A\n"}, "production")) as stream:
        streamed = stream.get_final_message()
    whole = client.messages.create(**planning({"a.md": "# A\n"}, "production"))
    assert [block.model_dump(exclude={"id"}) for block in streamed.content] == [
        block.model_dump(exclude={"id"}) for block in whole.content
    ]
    assert streamed.stop_reason == whole.stop_reason == "tool_use"
    assert streamed.usage.output_tokens == whole.usage.output_tokens


def test_a_plan_comes_as_a_call_of_the_tool(client: "Anthropic") -> None:
    answer = client.messages.create(**planning({"a.md": "# A\n"}, "production"))
    (call,) = answer.content
    assert call.type == "tool_use"
    assert call.name == "propose_task"
    assert call.input["files"] == ["docs/faq.md"]
    assert str(call.input["why"]).startswith("Rehearsal: ")


def test_a_refused_task_is_not_insisted_on(client: "Anthropic") -> None:
    asked = planning({"a.md": "# A\n"}, "production")
    first = client.messages.create(**asked)
    result = {
        "type": "tool_result",
        "tool_use_id": first.content[0].id,
        "is_error": True,
        "content": "docs/ is closed.",
    }
    asked["messages"] += [{"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
    (call,) = client.messages.create(**asked).content
    assert call.type == "tool_use"
    assert call.input == {"reason": "The task I proposed was not accepted: docs/ is closed."}


def test_the_same_system_prompt_is_read_from_the_cache(client: "Anthropic") -> None:
    first = client.messages.create(**planning({"a.md": "# A\n"}, "production")).usage
    second = client.messages.create(**planning({"b.md": "# B\n"}, "production")).usage
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens
    assert (first.cache_read_input_tokens, second.cache_creation_input_tokens) == (0, 0)
    assert second.cache_read_input_tokens > 1024


def test_counting_tokens_agrees_with_the_bill(client: "Anthropic") -> None:
    asked = planning({"a.md": "# A\n"}, "production")
    count = client.messages.count_tokens(**{key: value for key, value in asked.items() if key != "max_tokens"})
    usage = client.messages.create(**asked).usage
    cached = (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
    assert count.input_tokens == usage.input_tokens + cached


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("401", "AuthenticationError"),
        ("403", "PermissionDeniedError"),
        ("429", "RateLimitError"),
        ("500", "InternalServerError"),
        ("529", "OverloadedError"),
    ],
)
def test_a_fault_is_the_sdks_own_error(server: Rehearsal, client: "Anthropic", fault: str, error: str) -> None:
    import anthropic

    server.knobs.fail(fault)
    with pytest.raises(anthropic.APIStatusError) as raised:
        client.messages.create(model=MODEL, max_tokens=5, messages=HELLO)
    assert raised.value.status_code == int(fault)
    assert any(cls.__name__ == error for cls in type(raised.value).__mro__)


def test_the_sdk_tries_again_when_the_api_asks_for_it(server: Rehearsal) -> None:
    from anthropic import Anthropic

    server.knobs.retry_after = 0.01
    server.knobs.fail("429", 2)
    with Anthropic(api_key="rehearsal", base_url=server.url, max_retries=2) as client:
        assert client.messages.create(model=MODEL, max_tokens=5, messages=HELLO).content
    assert len(server.requests) == 3


@pytest.mark.parametrize("fault", ["half-stream", "stall"])
def test_a_broken_stream_is_an_error_and_no_message(server: Rehearsal, client: "Anthropic", fault: str) -> None:
    import anthropic
    import httpx2

    server.knobs.fail(fault)
    patient = client.with_options(timeout=0.5)
    with (
        pytest.raises((anthropic.APIError, httpx2.HTTPError)),
        patient.messages.stream(model=MODEL, max_tokens=500, messages=HELLO) as stream,
    ):
        stream.get_final_message()
