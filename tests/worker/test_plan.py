import threading
import time
from dataclasses import replace

import pytest

from kinos.domain.brief import NOTHING, PROPOSE
from kinos.domain.errors import FailureKind
from kinos.domain.message import Denied, Endpoint, Failed, Heard, Planned, Retry
from kinos.domain.task import NothingToDo, Task
from kinos.domain.usage import Usage
from worker.process import KEY, Worker, plan_call
from worker.scripted import Answer, ScriptedApi, message, refuses, says, stalls, uses

pytestmark = pytest.mark.agents

TASK = {"title": "Shorten", "why": "It is long.", "files": ["docs/a.md"], "instructions": "Cut it."}


def planned(running: Worker, api: ScriptedApi, *answers: Answer, **changes: object) -> Planned:
    api.answers = list(answers)
    result = running.call(plan_call(api.url, **changes)).result()
    assert isinstance(result, Planned), result
    return result


def failed(running: Worker, api: ScriptedApi, *answers: Answer, **changes: object) -> Failed:
    api.answers = list(answers)
    result = running.call(plan_call(api.url, **changes)).result()
    assert isinstance(result, Failed), result
    return result


def test_a_proposal_becomes_a_task(running: Worker, api: ScriptedApi) -> None:
    result = planned(running, api, uses(PROPOSE, TASK))
    assert result.outcome == Task("Shorten", "It is long.", ("docs/a.md",), "Cut it.")


def test_nothing_to_do_becomes_a_reason(running: Worker, api: ScriptedApi) -> None:
    assert planned(running, api, uses(NOTHING, {"reason": "All is well."})).outcome == NothingToDo("All is well.")


def test_usage_includes_what_the_cache_did(running: Worker, api: ScriptedApi) -> None:
    cached = {"cache_read_input_tokens": 30, "cache_creation_input_tokens": 7}
    assert planned(running, api, uses(PROPOSE, TASK, usage=cached)).usage == Usage(100, 20, 30, 7, calls=1)


def test_the_stable_part_is_cached_and_no_tool_is_forced(running: Worker, api: ScriptedApi) -> None:
    planned(running, api, uses(PROPOSE, TASK))
    body = api.requests[0].body
    assert body["system"] == [{"type": "text", "text": "You are redacteur.", "cache_control": {"type": "ephemeral"}}]
    assert body["messages"] == [{"role": "user", "content": "Choose a task."}]
    assert [tool["name"] for tool in body["tools"]] == [PROPOSE, NOTHING]
    assert body["tool_choice"]["type"] == "auto"
    assert (body["model"], body["max_tokens"]) == ("claude-sonnet-5-5", 400)


def test_the_key_of_the_call_is_sent(running: Worker, api: ScriptedApi) -> None:
    planned(running, api, uses(PROPOSE, TASK), endpoint=Endpoint("sk-of-this-call", api.url))
    assert api.requests[0].headers["authorization"] == "Bearer sk-of-this-call"


def test_temperature_is_sent_only_if_set_and_with_a_version_of_the_api_that_knows_it(
    running: Worker, api: ScriptedApi
) -> None:
    planned(running, api, uses(PROPOSE, TASK))
    planned(running, api, uses(PROPOSE, TASK), temperature=0.5)
    without, with_it = api.requests
    assert "temperature" not in without.body
    assert with_it.body["temperature"] == 0.5
    assert with_it.headers["anthropic-version"] == "2023-06-01"


def test_a_call_is_reserved_and_settled(running: Worker, api: ScriptedApi) -> None:
    api.answers = [uses(PROPOSE, TASK)]
    talk = running.call(plan_call(api.url))
    talk.result()
    ((reserve,), (settle,)) = (talk.reserved, talk.settled)
    assert (reserve.model, reserve.max_tokens) == ("claude-sonnet-5-5", 400)
    assert reserve.input_tokens > 300  # the two tools alone are that
    assert settle.usage == Usage(100, 20, calls=1)


def test_a_denied_call_is_not_made(running: Worker, api: ScriptedApi) -> None:
    talk = running.call(plan_call(api.url), allow=lambda _: "the cap is reached")
    result = talk.result()
    assert isinstance(result, Failed)
    assert (result.failure, result.message) == (FailureKind.BUDGET, "the cap is reached.")
    assert api.requests == []
    assert not any(isinstance(heard, Denied) for heard in talk.heard)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refuses(401, "authentication_error", "invalid x-api-key"), FailureKind.AUTHENTICATION),
        (refuses(403, "permission_error"), FailureKind.PERMISSION),
        (refuses(429, "rate_limit_error"), FailureKind.RATE_LIMIT),
        (refuses(529, "overloaded_error"), FailureKind.OVERLOADED),
        (refuses(500, "api_error"), FailureKind.SERVER),
        (Answer(502, "<html>", {"Content-Type": "text/html"}), FailureKind.SERVER),
        (refuses(400, "invalid_request_error", "bad"), FailureKind.BAD_REQUEST),
        (refuses(404, "not_found_error", "model: claude-x"), FailureKind.BAD_REQUEST),
        (refuses(400, "invalid_request_error", "prompt is too long: 3 > 2"), FailureKind.CONTEXT_TOO_LONG),
        (Answer(hang_up=True), FailureKind.UNREACHABLE),
        (Answer(body="<html>Log in to the hotel</html>", headers={"Content-Type": "text/html"}), FailureKind.SERVER),
        (Answer(body="not JSON"), FailureKind.SERVER),
        (Answer(body={"unexpected": 1}), FailureKind.SERVER),
        (uses(PROPOSE, TASK, stop="max_tokens"), FailureKind.CUT_OFF),
        (says("", stop="model_context_window_exceeded"), FailureKind.CONTEXT_TOO_LONG),
        (message([]), FailureKind.EMPTY_ANSWER),
        (says(" \n"), FailureKind.EMPTY_ANSWER),
        (says("no", stop="refusal"), FailureKind.NO_TASK),
    ],
    ids=lambda value: str(value.value) if isinstance(value, FailureKind) else "",
)
def test_each_failure_is_one_of_its_own_and_names_who_failed(
    running: Worker, api: ScriptedApi, answer: Answer, kind: FailureKind
) -> None:
    result = failed(running, api, answer)
    assert result.failure is kind
    assert "claude-sonnet-5-5" in result.message
    assert api.url in result.message
    assert result.remedy
    assert KEY not in result.message + result.remedy


def test_a_connection_that_is_refused_is_unreachable(running: Worker, api: ScriptedApi) -> None:
    api.__exit__(None, None, None)
    talk = running.call(plan_call(api.url))
    result = talk.result()
    assert isinstance(result, Failed)
    assert (result.failure, result.usage) == (FailureKind.UNREACHABLE, Usage())


def test_an_api_that_never_answers_is_a_time_out_that_counts_in_full(running: Worker, api: ScriptedApi) -> None:
    api.answers = [stalls()]
    talk = running.call(plan_call(api.url, timeout=0.5))
    result = talk.result()
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.TIMEOUT
    assert talk.settled[0].usage == Usage(talk.reserved[0].input_tokens, 400, calls=1) == result.usage


def test_an_answer_that_stalls_is_a_time_out_that_says_so_and_counts_in_full(running: Worker, api: ScriptedApi) -> None:
    api.answers = [replace(uses(PROPOSE, TASK), stuck=True)]
    talk = running.call(plan_call(api.url, stall=0.2))
    result = talk.result()
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.TIMEOUT
    assert "it stalled: nothing came for 0.2 s" in result.message
    assert talk.settled[0].usage == Usage(talk.reserved[0].input_tokens, 400, calls=1) == result.usage


def test_an_answer_that_comes_slowly_has_not_stalled(running: Worker, api: ScriptedApi) -> None:
    slow = replace(uses(PROPOSE, TASK), pace=0.15)
    assert planned(running, api, slow, stall=0.6).outcome == Task("Shorten", "It is long.", ("docs/a.md",), "Cut it.")


def test_what_the_model_says_is_told_while_it_says_it(running: Worker, api: ScriptedApi) -> None:
    api.answers = [
        replace(message([{"type": "text", "text": text} for text in ("I look around.", "x" * 2000)]), stuck=True)
    ]
    talk = running.call(plan_call(api.url, stall=20.0))
    while not isinstance(heard := talk.hear(), Heard):
        assert heard is not None
    assert heard.text == "I look around."
    assert not talk.settled
    talk.stream.close()


def test_half_an_answer_is_a_broken_connection_that_counts_in_full(running: Worker, api: ScriptedApi) -> None:
    api.answers = [replace(uses(PROPOSE, TASK), broken=True)]
    talk = running.call(plan_call(api.url))
    result = talk.result()
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.BROKEN
    assert "the connection broke" in result.message
    assert talk.settled[0].usage == Usage(talk.reserved[0].input_tokens, 400, calls=1) == result.usage


def test_an_api_that_sends_a_byte_now_and_then_is_a_time_out_too(running: Worker, api: ScriptedApi) -> None:
    start = time.monotonic()
    assert failed(running, api, Answer(drip=True), timeout=0.5).failure is FailureKind.TIMEOUT
    assert time.monotonic() - start < 10


def test_a_refusal_that_may_pass_is_tried_again(running: Worker, api: ScriptedApi) -> None:
    busy = refuses(529, "overloaded_error")
    result = planned(
        running, api, busy, refuses(429, "rate_limit_error"), uses(PROPOSE, TASK), retry=Retry(3, 0.01, (429, 529))
    )
    assert result.usage.calls == 1
    assert len(api.requests) == 3


def test_an_answer_without_a_task_is_asked_for_again_with_the_problem(running: Worker, api: ScriptedApi) -> None:
    bad = uses(PROPOSE, {**TASK, "files": ["../x.md"]})
    result = planned(running, api, bad, uses(PROPOSE, TASK))
    assert isinstance(result.outcome, Task)
    assert result.usage == Usage(200, 40, calls=2)
    asked, answered, corrected = api.requests[1].body["messages"]
    assert asked == api.requests[0].body["messages"][0]
    assert answered["content"][0]["input"]["files"] == ["../x.md"]
    (correction,) = corrected["content"]
    assert (correction["type"], correction["tool_use_id"], correction["is_error"]) == ("tool_result", "toolu_1", True)
    assert "../x.md" in correction["content"]


def test_words_are_answered_with_words(running: Worker, api: ScriptedApi) -> None:
    planned(running, api, says("I would shorten a.md."), uses(PROPOSE, TASK))
    (correction,) = api.requests[1].body["messages"][-1]["content"]
    assert correction["type"] == "text"


def test_two_answers_without_a_task_are_a_failure(running: Worker, api: ScriptedApi) -> None:
    result = failed(running, api, uses("run_shell", {}), uses(PROPOSE, {"title": "x"}))
    assert result.failure is FailureKind.NO_TASK
    assert "missing" in result.message
    assert result.usage.calls == 2
    assert len(api.requests) == 2


def test_the_second_question_is_reserved_by_itself(running: Worker, api: ScriptedApi) -> None:
    api.answers = [says("hm"), uses(PROPOSE, TASK)]
    once = iter(["", "the cap is reached"])
    talk = running.call(plan_call(api.url), allow=lambda _: next(once))
    result = talk.result()
    assert isinstance(result, Failed)
    assert (result.failure, result.usage.calls, len(api.requests)) == (FailureKind.BUDGET, 1, 1)


def test_two_calls_run_at_the_same_time(running: Worker, api: ScriptedApi) -> None:
    both = threading.Event()
    api.answers = [Answer(body=uses(PROPOSE, TASK).body, after=both) for _ in range(2)]
    talks = [running.call(plan_call(api.url)) for _ in range(2)]
    waiting = [threading.Thread(target=talk.result) for talk in talks]
    for thread in waiting:
        thread.start()
    api.wait_for(requests=2)
    both.set()
    for thread in waiting:
        thread.join()
    assert all(isinstance(talk.heard[-1], Planned) for talk in talks)
