"""Nobody tries again behind the gate: what is counted here are the requests that reach the API."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kinos.domain.errors import FailureKind
from kinos.domain.message import EditCall, Failed, PlanCall, Retry
from kinos.domain.setting import Settings
from worker.process import Worker, edit_call, plan_call
from worker.scripted import Answer, ScriptedApi, refuses

pytestmark = pytest.mark.agents

type Call = Callable[..., PlanCall | EditCall]

CODES = Settings().retry_codes


@pytest.fixture(params=["plan", "edit", "edit by another provider"])
def call(request: pytest.FixtureRequest, api: ScriptedApi, folder: Path) -> Call:
    """Makes a plan or an edit call that is tried three times."""
    retry = Retry(3, 0.01, CODES)
    if request.param == "plan":
        return lambda **changes: plan_call(api.url, **{"retry": retry, **changes})
    model = "claude-sonnet-5-5" if request.param == "edit" else "openai/local-model"
    return lambda **changes: edit_call(api.url, folder, ("notes.md",), **{"model": model, "retry": retry, **changes})


def asked(running: Worker, api: ScriptedApi, call: PlanCall | EditCall, status: int) -> int:
    """How many requests a call makes that is always refused; each must have been reserved, and none is billed."""
    api.answers = [refuses(status, "", "no")] * 20
    talk = running.call(call)
    assert isinstance(talk.result(), Failed)
    assert len(talk.reserved) == len(talk.settled) == len(api.requests)
    assert {settled.usage.total for settled in talk.settled} == {0}
    return len(api.requests)


@pytest.mark.parametrize("status", CODES)
def test_a_call_that_is_always_refused_is_made_exactly_as_often_as_the_setting_says(
    running: Worker, api: ScriptedApi, call: Call, status: int
) -> None:
    assert asked(running, api, call(), status) == 3


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 501])
def test_a_code_that_is_not_listed_is_tried_once(running: Worker, api: ScriptedApi, call: Call, status: int) -> None:
    assert asked(running, api, call(), status) == 1


def test_a_code_that_was_taken_off_the_list_is_tried_once(running: Worker, api: ScriptedApi, call: Call) -> None:
    assert asked(running, api, call(retry=Retry(3, 0.01, (529,))), 500) == 1


def test_one_attempt_is_one(running: Worker, api: ScriptedApi, call: Call) -> None:
    assert asked(running, api, call(retry=Retry(1, 0.01, CODES)), 529) == 1


def test_a_connection_that_breaks_is_made_as_often(running: Worker, api: ScriptedApi, call: Call) -> None:
    api.answers = [Answer(hang_up=True)] * 20
    talk = running.call(call())
    assert isinstance(talk.result(), Failed)
    assert len(talk.reserved) == len(talk.settled) == len(api.requests) == 3


@pytest.mark.parametrize(
    "words",
    [
        "Conversation roles must alternate user/assistant",
        "Last message must have role `user`",
        "unknown field: parameter index is not a valid field",
    ],
)
def test_a_refusal_that_litellm_could_mend_is_not_answered_behind_the_gate(
    running: Worker, api: ScriptedApi, call: Call, words: str
) -> None:
    api.answers = [refuses(400, "invalid_request_error", words)] * 20
    result = running.call(call()).result()
    assert isinstance(result, Failed)
    assert (result.failure, len(api.requests)) == (FailureKind.BAD_REQUEST, 1)
    assert words in result.message
