"""Models of other providers, asked by a real worker: planning and editing, and what their servers do wrong."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from kinos.domain.brief import NOTHING, PROPOSE
from kinos.domain.errors import FailureKind
from kinos.domain.message import Edited, Endpoint, Failed, Heard, Planned, Retry
from kinos.domain.task import NothingToDo, Task
from kinos.domain.usage import Usage
from worker.chat import USAGE, ollama, ollama_stream, openai, openai_refuses, openai_stream
from worker.process import KEY, Worker, edit_call, plan_call
from worker.scripted import Answer, ScriptedApi

pytestmark = pytest.mark.agents

TASK = {"title": "Shorten", "why": "It is long.", "files": ["docs/a.md"], "instructions": "Cut it."}
MADE = Task("Shorten", "It is long.", ("docs/a.md",), "Cut it.")
BLOCK = "notes.md\n```\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n```\n"


@dataclass(frozen=True)
class Server:
    """A provider as its server speaks: where, how it calls a tool, says words, is cut off; what it then says it used."""

    model: str
    path: str
    calls: Callable[[str, Any], Answer]
    says: Callable[[str], Answer]
    cut: Callable[[str], Answer]
    used: Usage


OPENAI = Server(
    "openai/m",
    "/chat/completions",
    lambda name, arguments: openai(calls=[(name, json.dumps(arguments))]),
    openai,
    lambda text: openai(text, finish="length"),
    Usage(90, 9, calls=1),
)
OLLAMA = Server(
    "ollama/m",
    "/api/chat",
    lambda name, arguments: ollama(calls=[(name, arguments)]),
    ollama,
    lambda text: ollama(text, reason="length"),
    Usage(80, 8, calls=1),
)


@pytest.fixture(params=[OPENAI, OLLAMA], ids=["openai", "ollama"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.param
    return found


def plan(running: Worker, api: ScriptedApi, model: str, *answers: Answer, **changes: object) -> Planned | Failed:
    api.answers = list(answers)
    result = running.call(plan_call(api.url, model=model, **changes)).result()
    assert not isinstance(result, Edited)
    return result


def test_a_tool_call_becomes_a_task(running: Worker, api: ScriptedApi, server: Server) -> None:
    result = plan(running, api, server.model, server.calls(PROPOSE, TASK))
    assert result == Planned(MADE, server.used)
    (request,) = api.requests
    assert request.path == server.path
    assert [tool["function"]["name"] for tool in request.body["tools"]] == [PROPOSE, NOTHING]
    assert request.body["tools"][0]["function"]["parameters"]["required"] == ["title", "why", "files", "instructions"]
    assert [turn["role"] for turn in request.body["messages"]] == ["system", "user"]
    assert request.body["stream"] is True


def test_nothing_to_do_becomes_a_reason(running: Worker, api: ScriptedApi, server: Server) -> None:
    result = plan(running, api, server.model, server.calls(NOTHING, {"reason": "All is well."}))
    assert isinstance(result, Planned)
    assert result.outcome == NothingToDo("All is well.")


def test_an_edit_is_made(running: Worker, api: ScriptedApi, server: Server, folder: Path) -> None:
    api.answers = [server.says(BLOCK)]
    result = running.call(edit_call(api.url, folder, ("notes.md",), model=server.model)).result()
    assert result == Edited(("notes.md",), BLOCK, server.used)
    assert "TWO" in (folder / "notes.md").read_text()


def test_a_call_is_reserved_settled_and_told_while_it_runs(running: Worker, api: ScriptedApi, server: Server) -> None:
    api.answers = [server.says("I look around."), server.calls(PROPOSE, TASK)]
    talk = running.call(plan_call(api.url, model=server.model))
    talk.result()
    assert [settle.usage for settle in talk.settled] == [server.used] * 2
    assert len(talk.reserved) == len(api.requests) == 2
    heard = "".join(message.text for message in talk.heard if isinstance(message, Heard))
    assert heard.startswith("I look around.")
    assert '"Shorten"' in heard


def test_the_length_of_an_answer_is_limited(running: Worker, api: ScriptedApi, server: Server) -> None:
    plan(running, api, server.model, server.calls(PROPOSE, TASK))
    body = api.requests[0].body
    assert body.get("max_tokens", body.get("options", {}).get("num_predict")) == 400


@pytest.mark.parametrize("temperature", [0.5, None])
def test_temperature_is_sent_if_set(
    running: Worker, api: ScriptedApi, server: Server, temperature: float | None
) -> None:
    plan(running, api, server.model, server.calls(PROPOSE, TASK), temperature=temperature)
    body = api.requests[0].body
    assert body.get("temperature", body.get("options", {}).get("temperature")) == temperature


def test_ollama_is_given_room_for_all_it_is_to_read_and_say(running: Worker, api: ScriptedApi) -> None:
    api.answers = [OLLAMA.calls(PROPOSE, TASK)]
    talk = running.call(plan_call(api.url, model="ollama/m", brief="x" * 9000))
    talk.result()
    assert api.requests[0].body["options"]["num_ctx"] == talk.reserved[0].input_tokens + 400 > 9000


@pytest.mark.parametrize(("key", "sent"), [(KEY, f"Bearer {KEY}"), ("", "Bearer none")])
def test_openai_gets_the_key_of_the_call(running: Worker, api: ScriptedApi, key: str, sent: str) -> None:
    plan(running, api, "openai/m", OPENAI.calls(PROPOSE, TASK), endpoint=Endpoint(key, api.url))
    assert api.requests[0].headers["authorization"] == sent


def test_ollama_gets_no_key(running: Worker, api: ScriptedApi) -> None:
    plan(running, api, "ollama/m", OLLAMA.calls(PROPOSE, TASK), endpoint=Endpoint("", api.url))
    assert "authorization" not in api.requests[0].headers


@pytest.mark.parametrize(
    "bad",
    [
        OPENAI.says("I would rather talk about it."),
        openai(calls=[(PROPOSE, '{"title": "Shorten", ')]),
        openai(calls=[(PROPOSE, "[1, 2]")]),
        openai(calls=[(PROPOSE, json.dumps({**TASK, "files": ["../x.md"]}))]),
        openai(calls=[(PROPOSE, json.dumps(TASK)), (NOTHING, '{"reason": "x"}')]),
        openai(calls=[("run_shell", "{}")]),
    ],
    ids=["words", "no JSON", "no object", "a path outside", "two calls", "another tool"],
)
def test_an_answer_of_openai_that_is_no_task_is_corrected(running: Worker, api: ScriptedApi, bad: Answer) -> None:
    result = plan(running, api, "openai/m", bad, OPENAI.calls(PROPOSE, TASK))
    assert result == Planned(MADE, Usage(180, 18, calls=2))
    *_, said, correction = api.requests[1].body["messages"]
    assert (said["role"], correction["role"]) == ("assistant", "user")
    assert said["content"]
    assert "That is no valid answer" in correction["content"]


@pytest.mark.parametrize(
    "bad", [OLLAMA.says("Hm."), ollama(calls=[(PROPOSE, {"title": 1})]), ollama(calls=[(NOTHING, {}), (NOTHING, {})])]
)
def test_an_answer_of_ollama_that_is_no_task_is_corrected(running: Worker, api: ScriptedApi, bad: Answer) -> None:
    assert plan(running, api, "ollama/m", bad, OLLAMA.calls(PROPOSE, TASK)) == Planned(MADE, Usage(160, 16, calls=2))


def test_two_answers_that_are_no_task_are_a_failure(running: Worker, api: ScriptedApi, server: Server) -> None:
    result = plan(running, api, server.model, server.says("Hm."), server.says("Hm."))
    assert isinstance(result, Failed)
    assert (result.failure, result.usage.calls) == (FailureKind.NO_TASK, 2)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            openai_refuses(401, "invalid_request_error", f"Incorrect API key provided: {KEY}"),
            FailureKind.AUTHENTICATION,
        ),
        (openai_refuses(403, "permission"), FailureKind.PERMISSION),
        (openai_refuses(429, "rate_limit"), FailureKind.RATE_LIMIT),
        (openai_refuses(429, "insufficient_quota", "You exceeded your current quota"), FailureKind.PERMISSION),
        (openai_refuses(500, "server_error"), FailureKind.SERVER),
        (openai_refuses(404, "invalid_request_error", "model not found"), FailureKind.BAD_REQUEST),
        (openai_refuses(400, "invalid", "maximum context length is 8192 tokens"), FailureKind.CONTEXT_TOO_LONG),
        (Answer(hang_up=True), FailureKind.UNREACHABLE),
    ],
    ids=lambda value: str(value.value) if isinstance(value, FailureKind) else "",
)
def test_a_refusal_is_a_failure_of_its_own_that_cost_nothing_and_shows_no_key(
    running: Worker, api: ScriptedApi, server: Server, answer: Answer, kind: FailureKind
) -> None:
    result = plan(running, api, server.model, answer)
    assert isinstance(result, Failed)
    assert result.failure is kind, result
    assert server.model in result.message
    assert KEY not in result.message + result.remedy
    assert len(api.requests) == 1
    assert result.usage.output_tokens == (400 if answer.hang_up else 0)


def test_the_wish_to_wait_is_heard(running: Worker, api: ScriptedApi, server: Server) -> None:
    busy = openai_refuses(429, "rate_limit", headers={"retry-after": "0.01"})
    result = plan(running, api, server.model, busy, server.calls(PROPOSE, TASK), retry=Retry(2, 0.01, (429,)))
    assert result == Planned(MADE, server.used)
    late = openai_refuses(429, "rate_limit", headers={"retry-after": "100"})
    failed = plan(running, api, server.model, late, server.calls(PROPOSE, TASK), retry=Retry(2, 0.01, (429,)))
    assert isinstance(failed, Failed)
    assert failed.failure is FailureKind.RATE_LIMIT


def test_an_answer_that_is_cut_off_is_none(running: Worker, api: ScriptedApi, server: Server) -> None:
    result = plan(running, api, server.model, server.cut("I would"))
    assert isinstance(result, Failed)
    assert (result.failure, result.usage) == (FailureKind.CUT_OFF, server.used)


def test_an_empty_answer_is_none(running: Worker, api: ScriptedApi, server: Server) -> None:
    result = plan(running, api, server.model, server.says(""))
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.EMPTY_ANSWER


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ({"broken": True}, FailureKind.BROKEN, "the connection broke"),
        ({"stuck": True}, FailureKind.TIMEOUT, "it stalled: nothing came for 0.3 s"),
    ],
)
def test_half_an_answer_is_none_and_counts_in_full(
    running: Worker, api: ScriptedApi, server: Server, how: dict[str, bool], kind: FailureKind, words: str
) -> None:
    result = plan(running, api, server.model, replace(server.says("word " * 100), **how), stall=0.3)  # type: ignore[arg-type]
    assert isinstance(result, Failed)
    assert result.failure is kind, result
    assert words in result.message
    assert (result.usage.output_tokens, result.usage.calls) == (400, 1)


@pytest.mark.parametrize("model", ["openai/m", "ollama/m"])
def test_a_stream_that_ends_well_without_a_reason_to_stop_is_broken(
    running: Worker, api: ScriptedApi, model: str
) -> None:
    chunk = {"index": 0, "delta": {"content": "half"}, "finish_reason": None}
    event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [chunk]}
    line = {"model": "m", "created_at": "1", "message": {"role": "assistant", "content": "half"}, "done": False}
    answer = openai_stream([event, "[DONE]"]) if model == "openai/m" else ollama_stream([line])
    result = plan(running, api, model, answer)
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.BROKEN, result
    assert result.usage.output_tokens == 400


def test_an_error_in_the_stream_is_one_of_the_server_that_may_have_been_billed(
    running: Worker, api: ScriptedApi, server: Server
) -> None:
    chunk = {"index": 0, "delta": {"content": "half"}, "finish_reason": None}
    event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [chunk]}
    line = {"model": "m", "created_at": "1", "message": {"role": "assistant", "content": "half"}, "done": False}
    error = {"error": {"message": "out of memory", "type": "server_error"}}
    streams = {"openai/m": openai_stream([event, error]), "ollama/m": ollama_stream([line, {"error": "out of memory"}])}
    result = plan(running, api, server.model, streams[server.model])
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.SERVER
    assert "out of memory" in result.message
    assert result.usage.output_tokens == 400


def test_ollama_that_wants_a_key_is_told_as_what_no_key_can_mend(running: Worker, api: ScriptedApi) -> None:
    result = plan(running, api, "ollama/m", Answer(401, {"error": "unauthorized"}))
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.AUTHENTICATION
    assert "wants a key for ollama/m, and KinOS sends Ollama none: unauthorized, HTTP 401." in result.message
    assert "model.openaiEndpoint" in result.remedy


@pytest.mark.parametrize(
    ("model", "body", "words"),
    [
        ("ollama/m", {"error": "model 'm' not found"}, "model 'm' not found"),
        ("ollama/m", {"error": "m does not support tools"}, "m does not support tools"),
        ("cohere/m", {"message": "no such model"}, "no such model"),
    ],
)
def test_a_refusal_in_any_shape_is_told_in_the_words_of_the_server(
    running: Worker, api: ScriptedApi, model: str, body: dict[str, str], words: str
) -> None:
    result = plan(running, api, model, Answer(404, body))
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.BAD_REQUEST
    assert f"{words}, HTTP 404." in result.message


NO_MESSAGE = {"model": "m", "done": False}
CALL_OF_NOTHING = {
    "model": "m",
    "message": {"role": "assistant", "content": "", "tool_calls": [{"x": 1}]},
    "done": False,
}


@pytest.mark.parametrize(
    ("model", "answer", "words"),
    [
        ("ollama/m", ollama_stream([NO_MESSAGE]), "its answer is not one of a model"),
        ("ollama/m", ollama_stream([{**NO_MESSAGE, "message": "hi"}]), "its answer is not one of a model"),
        ("ollama/m", ollama_stream([CALL_OF_NOTHING]), "its answer is not one of a model"),
        ("ollama/m", ollama_stream([{"error": "it's - full"}]), "it's - full"),
        ("openai/m", openai_stream(["{no"]), "its answer is not one of a model"),
    ],
    ids=["no message", "words alone", "a call of nothing", "an error", "no JSON"],
)
def test_a_stream_that_litellm_stumbles_over_is_told_without_its_code(
    running: Worker, api: ScriptedApi, model: str, answer: Answer, words: str
) -> None:
    result = plan(running, api, model, answer)
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.SERVER
    assert f"failed while serving {model}: {words}, HTTP 500." in result.message


def test_a_refusal_that_comes_when_the_stream_is_read_is_one_that_cost_nothing(
    running: Worker, api: ScriptedApi
) -> None:
    result = plan(running, api, "gemini/m", Answer(401, {"error": {"message": "not yours", "code": 401}}))
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.AUTHENTICATION
    assert "does not accept the API key for gemini/m: not yours, HTTP 401." in result.message
    assert result.usage.output_tokens == 0


@pytest.mark.parametrize("answer", [openai("x", usage=None), ollama("x", usage={})])
def test_a_server_that_does_not_say_what_was_used_is_billed_in_full(
    running: Worker, api: ScriptedApi, answer: Answer, folder: Path
) -> None:
    model = "openai/m" if "data:" in str(answer.body) else "ollama/m"
    api.answers = [answer]
    talk = running.call(edit_call(api.url, folder, ("notes.md",), model=model))
    talk.result()
    assert talk.settled[0].usage == Usage(talk.reserved[0].input_tokens, 400, calls=1)


def test_tokens_from_the_cache_are_told_apart(running: Worker, api: ScriptedApi) -> None:
    answer = openai(
        calls=[(PROPOSE, json.dumps(TASK))], usage={**USAGE, "prompt_tokens_details": {"cached_tokens": 40}}
    )
    assert plan(running, api, "openai/m", answer) == Planned(MADE, Usage(50, 9, 40, 0, calls=1))
