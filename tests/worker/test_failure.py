"""Everything a model's API can do wrong, from the wire through a real worker to what the person sees and pays."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.world import World
from kinos.adapters.clock import SystemClock
from kinos.cli.live import told
from kinos.cli.team import exit_code
from kinos.domain import event as ev
from kinos.domain.brief import PROPOSE
from kinos.domain.errors import FailureKind
from kinos.domain.message import Reserve
from kinos.domain.state import AgentState, State
from kinos.domain.usage import PRICES, Usage
from kinos.engine import call
from kinos.engine.run import Ends
from kinos.engine.session import Start
from worker.lent import LentPool
from worker.process import Worker
from worker.scripted import Answer, ScriptedApi, message, refuses, says, uses

pytestmark = pytest.mark.agents

MODEL = "claude-sonnet-5-5"
KEY = "sk-a-key-nobody-may-see"
TASK = uses(PROPOSE, {"title": "Say more", "why": "It is short.", "files": ["ann.md"], "instructions": "Add a line."})
SERVED = Usage(100, 20, calls=1)
"""What each whole answer says it used."""
FREE = Usage()


def worst(reserved: Reserve) -> Usage:
    return Usage(reserved.input_tokens, reserved.max_tokens, calls=1)


def block(before: str) -> str:
    return f"ann.md\n```\n<<<<<<< SEARCH\n{before}\n=======\nx\n>>>>>>> REPLACE\n```\n"


MISSES = says("\n\n".join(block(f"not there {number}") for number in range(3)))
"""Three edits of text that is not there."""


@dataclass(frozen=True)
class Row:
    """`answers` of the API to the tries of one call, the last one again and again; None: nobody listens.

    `billed` is what each of its requests must cost; `said` are words of the message, what happened and what to do.
    """

    kind: FailureKind
    answers: Sequence[Answer] | None
    billed: Sequence[Usage | Callable[[Reserve], Usage]]
    said: Sequence[str]


BOTH = {
    "401": Row(
        FailureKind.AUTHENTICATION, [refuses(401, "authentication_error", "invalid x-api-key")], [FREE],
        ["does not accept the API key", "invalid x-api-key", "HTTP 401", "Set a valid key"],
    ),
    "403": Row(
        FailureKind.PERMISSION, [refuses(403, "permission_error", "not for you.")], [FREE],
        ["does not let this key use", "not for you, HTTP 403", "Check the account"],
    ),
    "429": Row(
        FailureKind.RATE_LIMIT, [refuses(429, "rate_limit_error", "slow down", {"retry-after": "300"})], [FREE],
        ["too many requests", "slow down", "HTTP 429", "lower team.parallel"],
    ),
    "500": Row(
        FailureKind.SERVER, [refuses(500, "api_error", "oops")], [FREE, FREE],
        ["failed while serving", "oops, HTTP 500, tried 2 times", "Try again later"],
    ),
    "529": Row(
        FailureKind.OVERLOADED, [refuses(529, "overloaded_error", "Overloaded")], [FREE, FREE],
        ["is overloaded", "HTTP 529, tried 2 times", "Wait, or choose another model"],
    ),
    "refused connection": Row(
        FailureKind.UNREACHABLE, None, [FREE, FREE],
        ["cannot be reached", "refused", "tried 2 times", "model.endpoint"],
    ),
    "half a stream": Row(
        FailureKind.BROKEN, [replace(TASK, broken=True)], [worst, worst],
        ["broke off", "the connection broke", "tried 2 times", "Check the network", "may have been billed"],
    ),
    "stalled stream": Row(
        FailureKind.TIMEOUT, [replace(TASK, stuck=True)], [worst],
        ["did not answer", "it stalled: nothing came for 0.3 s", "choose a faster model"],
    ),
    "empty answer": Row(
        FailureKind.EMPTY_ANSWER, [message([])], [SERVED], ["answered nothing", "choose another model"]
    ),
    "context too long": Row(
        FailureKind.CONTEXT_TOO_LONG, [refuses(400, "invalid_request_error", "prompt is too long: 3 > 2")], [FREE],
        ["longer than it can", "prompt is too long: 3 > 2", "Split long documents"],
    ),
    "context full while answering": Row(
        FailureKind.CONTEXT_TOO_LONG, [says("half", stop="model_context_window_exceeded")], [SERVED],
        ["longer than it can", "Split long documents"],
    ),
    "cut at max_tokens": Row(
        FailureKind.CUT_OFF, [says("half an ans", stop="max_tokens")], [SERVED],
        ["cut off at the limit of output tokens", "model.maxTokens"],
    ),
}  # fmt: skip
PLANNING = {
    "no valid tool call": Row(
        FailureKind.NO_TASK, [uses("run_shell", {})], [SERVED, SERVED],
        ["named no valid task", "There is no tool 'run_shell'", "choose a stronger model"],
    ),
    "words instead of a tool call": Row(
        FailureKind.NO_TASK, [says("I would shorten it.")], [SERVED, SERVED],
        ["named no valid task", "No tool was called", "choose a stronger model"],
    ),
}  # fmt: skip
EDITING = {
    "three edits that do not match": Row(
        FailureKind.NO_MATCH, [MISSES], [SERVED, SERVED],
        ["do not fit the text", "3 SEARCH/REPLACE block(s) failed to match in ann.md", "Nothing was changed"],
    ),
}  # fmt: skip
ROWS = [
    *(pytest.param(row, "plan", id=f"plan: {name}") for name, row in (BOTH | PLANNING).items()),
    *(pytest.param(row, "edit", id=f"edit: {name}") for name, row in (BOTH | EDITING).items()),
]


VARIANTS = {"context full while answering", "words instead of a tool call"}
"""Other ways to a failure that another row has."""


def test_each_row_has_a_kind_of_its_own() -> None:
    kinds = [row.kind for name, row in (BOTH | PLANNING | EDITING).items() if name not in VARIANTS]
    assert len(kinds) == len(set(kinds)) == 13


class Stage:
    """A world of one agent, over a real worker and a faulty API."""

    def __init__(self, running: Worker, api: ScriptedApi) -> None:
        self.api = api
        self.pool = LentPool(running)
        self.world = World(
            teams={"crew": {"ann": (1.0, 1.0)}}, model_key=KEY, model_endpoint=api.url, model_plan=MODEL,
            model_edit=MODEL, retry_attempts=2, retry_delay=0.01, team_parallel=1,
        )  # fmt: skip
        self.world.clock = SystemClock()  # type: ignore[assignment]
        self.world.workers = self.pool  # type: ignore[assignment]
        self.world.restart()
        self.shown: list[tuple[AgentState, str]] = []
        self.lines: list[str] = []

    async def run(self, ends: Ends) -> None:
        self.world.session.subscribe(self._watch)
        await self.world.session.open()
        await self.world.session.start_team(Start("crew", ends=ends))
        await self.world.session.finished()

    def _watch(self, before: State, after: State, event: ev.Event) -> None:
        if isinstance(event, ev.CycleFailed):
            self.shown.append((after.agents["ann"].state, after.agents["ann"].last_error))
            self.lines.append(told(before, event, Path.cwd()))

    def hang_up_before_the_edit(self) -> None:
        def watch(before: State, after: State, event: ev.Event) -> None:
            if isinstance(event, ev.TaskClaimed):
                self.api.__exit__(None, None, None)

        self.world.session.subscribe(watch)


@pytest.fixture
def stage(running: Worker, api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(call, "STALL_TIMEOUT", 0.3)
    return Stage(running, api)


@pytest.mark.parametrize(("row", "when"), ROWS)
async def test_a_failure_has_its_own_kind_says_what_to_do_and_costs_what_it_must(
    stage: Stage, row: Row, when: str
) -> None:
    api, world = stage.api, stage.world
    api.answers = [TASK] if when == "edit" else []
    if row.answers is not None:
        api.answers += [*row.answers, *[row.answers[-1]] * 10]
    elif when == "edit":
        stage.hang_up_before_the_edit()
    else:
        api.__exit__(None, None, None)
    await stage.run(Ends(cycles=1))

    (failure,) = world.of(ev.CycleFailed)
    assert failure.kind == row.kind
    assert [words for words in row.said if words not in failure.message] == []
    assert MODEL in failure.message
    assert KEY not in json.dumps(ev.wire(failure))
    # The state, the live line and the line of `kin --json` tell the same.
    assert stage.shown == [(AgentState.FAILED, failure.message)]
    assert stage.lines == [f"{'ann':<15} failed     {row.kind}: {failure.message}"]
    assert world.session.picture()["agents"][0]["lastError"] == failure.message
    assert world.session.picture()["agents"][0]["failed"] == 1
    # Nothing of it is a success.
    tally = world.session.tally
    assert (tally.cycles, tally.failed, tally.landed, tally.waiting) == (1, 1, 0, 0)
    assert exit_code(tally, stopped=False) == 5
    assert world.journal.changes() == []
    assert world.disk.text("ann.md") == "ann\n"
    # Each request was reserved before and settled after, with what it cost; the plan before an edit was served.
    expected = [SERVED] * (when == "edit") + [
        billed(reserved) if callable(billed) else billed
        for billed, reserved in zip(row.billed, stage.pool.reserved[when == "edit" :], strict=True)
    ]
    assert [settle.usage for settle in stage.pool.settled] == expected
    spend = world.session.state.spend
    assert spend.usage == sum(expected, Usage())
    assert spend.usd == pytest.approx(PRICES[MODEL].cost(spend.usage))
    assert world.session.state.agents["ann"].usage == spend.usage


async def test_an_agent_whose_limit_is_reached_rests_as_long_as_the_api_asks(stage: Stage) -> None:
    stage.api.answers = [refuses(429, "rate_limit_error", "slow down", {"retry-after": "300"})]
    await stage.run(Ends(cycles=1))
    (failure,) = stage.world.of(ev.CycleFailed)
    assert failure.next_at is not None
    assert failure.next_at - failure.time >= timedelta(seconds=300)


@pytest.mark.parametrize(
    "fault", [refuses(529, "overloaded_error"), refuses(429, "rate_limit_error", headers={"retry-after": "0.2"})]
)
async def test_a_fault_that_passes_is_no_failure(stage: Stage, fault: Answer) -> None:
    stage.api.answers = [fault, TASK, fault, says(block("ann"))]
    await stage.run(Ends(cycles=1))
    assert stage.world.session.tally.landed == 1
    assert stage.world.session.tally.failed == 0
    assert [settle.usage for settle in stage.pool.settled] == [FREE, SERVED, FREE, SERVED]
    assert stage.world.disk.text("ann.md") == "x\n"
