"""What the code of an agent in Python asks its model: reserved, settled and answered as every other call, by a real worker."""

from pathlib import Path

import pytest

from kinos.domain.brief import HOUSE_RULES, PROPOSE
from kinos.domain.errors import FailureKind
from kinos.domain.message import Code, Failed, Planned
from kinos.domain.task import NothingToDo, Task
from worker.process import Talk, Worker, plan_call
from worker.scripted import Answer, ScriptedApi, refuses, says, uses

pytestmark = pytest.mark.agents

CODE = """
import contextlib

from kinos.extension import NothingToDo

class Own:
    def list_files(self, context):
        return []

    def build_prompt(self, context):
        return context.prompt + " Be brief."

    def run(self, context):
        {body}
"""
TASK = {"title": "Shorten", "why": "It is long.", "files": ["docs/a.md"], "instructions": "Cut it."}
TWICE = "return NothingToDo(context.ask('Which word?', 50) + context.ask('And now?', max_tokens=60))"


def talk(running: Worker, api: ScriptedApi, home: Path, body: str, *answers: Answer) -> Talk:
    """One cycle of an agent whose method `run` has this body."""
    name = f"asks_{home.name}".replace("-", "_")
    (home / f"{name}.py").write_text(CODE.format(body=body), encoding="utf-8")
    code = Code(f"{name}:Own", str(home), "You are Own.", "EXPANSION", "Write.", {})
    api.answers = list(answers)
    return running.call(plan_call(api.url, code=code, system="not what it has built"))


def test_it_is_answered_in_the_models_words_and_each_question_is_reserved_and_settled(
    running: Worker, api: ScriptedApi, tmp_path: Path
) -> None:
    cycle = talk(running, api, tmp_path, TWICE, says("one, "), says("two"))
    result = cycle.result()
    assert isinstance(result, Planned), result
    assert result.outcome == NothingToDo("one, two")
    assert result.usage.calls == 2
    assert [reserved.max_tokens for reserved in cycle.reserved] == [50, 60]
    assert len(cycle.settled) == 2
    first, second = (request.body for request in api.requests)
    assert first["system"][0]["text"] == "You are Own. Be brief."
    assert [turn["content"] for turn in (*first["messages"], *second["messages"])] == ["Which word?", "And now?"]
    assert "tools" not in first


def test_it_can_ask_for_a_task_as_any_agent_does_by_its_own_prompt(
    running: Worker, api: ScriptedApi, tmp_path: Path
) -> None:
    result = talk(running, api, tmp_path, "return context.plan()", uses(PROPOSE, TASK)).result()
    assert isinstance(result, Planned), result
    assert result.outcome == Task("Shorten", "It is long.", ("docs/a.md",), "Cut it.")
    assert result.usage.calls == 1
    (request,) = api.requests
    assert request.body["system"][0]["text"] == f"You are Own. Be brief.\n{HOUSE_RULES}"
    assert PROPOSE in [tool["name"] for tool in request.body["tools"]]


def test_a_question_that_is_denied_is_not_asked_and_cannot_be_caught(
    running: Worker, api: ScriptedApi, tmp_path: Path
) -> None:
    cycle = talk(running, api, tmp_path, TWICE, says("one"), says("two"))
    cycle.allow = lambda reserved: "the cap is reached" if reserved.max_tokens == 60 else ""
    result = cycle.result()
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.BUDGET
    assert len(api.requests) == result.usage.calls == 1


def test_a_refused_key_ends_its_cycle_as_that_of_any_agent(running: Worker, api: ScriptedApi, tmp_path: Path) -> None:
    result = talk(running, api, tmp_path, TWICE, refuses(401, "authentication_error")).result()
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.AUTHENTICATION


@pytest.mark.parametrize(
    ("answer", "kind"), [(says("half", stop="max_tokens"), FailureKind.CUT_OFF), (says(""), FailureKind.EMPTY_ANSWER)]
)
def test_half_an_answer_or_none_is_not_handed_to_its_code(
    running: Worker, api: ScriptedApi, tmp_path: Path, answer: Answer, kind: FailureKind
) -> None:
    result = talk(running, api, tmp_path, TWICE, answer, says("two")).result()
    assert isinstance(result, Failed)
    assert (result.failure, len(api.requests)) == (kind, 1)


PINGS = """
        lives, deadline = [], context._gate.deadline
        expecting = deadline.expecting

        @contextlib.contextmanager
        def counted(seconds):
            with expecting(seconds) as came:
                yield lambda: (lives.append(1), came())

        deadline.expecting = counted
        return NothingToDo(f"{context.ask('Which word?', 50)} {len(lives)}")
"""


def test_each_event_of_an_answer_is_a_sign_of_life_also_a_ping(
    running: Worker, api: ScriptedApi, tmp_path: Path
) -> None:
    result = talk(running, api, tmp_path, PINGS.strip(), says("word")).result()
    assert isinstance(result, Planned), result
    assert result.outcome == NothingToDo("word 7"), (
        "the start, a block with a ping, a delta and an end, the usage, the end"
    )
