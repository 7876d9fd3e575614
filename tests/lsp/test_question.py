"""At a cap the team asks, once each time; what is not answered leaves it paused."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from fakes.clock import InlineExecutor
from fakes.world import World
from kinos.domain.state import TeamState
from kinos.engine.lifecycle import Start
from kinos.lsp.background import Background
from kinos.lsp.client import EditorClient, outbox
from kinos.lsp.question import STOP, CapQuestion
from lsp.stage import RecordingClient, idle


class Asked:
    """A team that works until it has reached its caps, and the person who is asked."""

    def __init__(self, **caps: Any) -> None:
        asyncio.get_running_loop().set_default_executor(InlineExecutor())
        self.world = World(teams={"crew": {"ann": (1.0, 1.0)}}, **caps)
        self.client, self.background = RecordingClient(), Background()
        session = self.world.session
        session.subscribe(CapQuestion(session, self.client, self.background).on_event)

    async def start(self) -> None:
        await self.world.session.open()
        await self.world.session.start_team(Start("crew"))
        await self.world.clock.passing(600)

    async def answer(self, action: str) -> None:
        self.client.answers.put_nowait(action)
        await idle(self.background)

    @property
    def state(self) -> TeamState:
        return self.world.session.state.team.state


@pytest.mark.parametrize(
    ("caps", "action", "shown", "after"),
    [
        ({"budget_usd": 0.1}, "Raise by 5 US$", "usdCap", 5.1),
        ({"budget_tokens": 30_000}, "Raise by 500,000 tokens", "tokensCap", 530_000),
        ({"budget_runs": 2}, "Raise by 50 runs", "runsCap", 52),
        ({"budget_minutes": 2.0}, "Raise by 30 minutes", "minutesCap", 32.0),
        ({"budget_usd_per_day": 0.1}, "Raise by 5 US$ for today", "usdPerDay", 5.1),
    ],
    ids=["usd", "tokens", "runs", "minutes", "usdPerDay"],
)
async def test_choosing_to_raise_the_cap_that_was_reached_raises_it_and_the_team_goes_on(
    caps: dict[str, Any], action: str, shown: str, after: float
) -> None:
    asked = Asked(**caps)
    await asked.start()
    assert asked.state is TeamState.PAUSED
    ((message, actions),) = asked.client.questions
    assert message == f"KinOS paused: {asked.world.session.state.team.reason}."
    assert actions == [action, STOP]
    landed = asked.world.session.tally.landed
    await asked.answer(action)
    raised = asked.world.session.picture()["budget"][shown]
    assert after <= raised < after + 1, "minutes pass a little beyond their cap before that is seen"
    await asked.world.clock.passing(60)
    assert asked.state is TeamState.RUNNING
    assert asked.world.session.tally.landed > landed
    await asked.world.session.stop_team()


async def test_choosing_to_stop_stops_the_team() -> None:
    asked = Asked(budget_runs=1)
    await asked.start()
    await asked.answer(STOP)
    assert asked.state is TeamState.STOPPED
    assert asked.world.workers.alive == 0


async def test_choosing_nothing_leaves_it_paused_and_is_not_asked_again() -> None:
    asked = Asked(budget_runs=1)
    await asked.start()
    await asked.answer("")
    await asked.world.clock.passing(10_000)
    assert asked.state is TeamState.PAUSED
    assert len(asked.client.questions) == 1
    await asked.world.session.stop_team()


async def test_each_cap_that_is_reached_is_asked_once() -> None:
    asked = Asked(budget_runs=1)
    await asked.start()
    await asked.answer("Raise by 50 runs")
    await asked.world.session.set_budget({"runs": 1})
    assert len(asked.client.questions) == 2
    await asked.world.session.set_budget({"runs": 50})
    await asked.world.session.set_budget({"runs": 1})
    assert len(asked.client.questions) == 2, "the second one is still open"
    await asked.world.session.stop_team()
    await asked.background.stop()


async def test_a_cap_that_was_lowered_far_is_raised_above_what_is_spent() -> None:
    asked = Asked()
    await asked.start()
    spent = asked.world.session.picture()["budget"]["tokens"]
    await asked.world.session.set_budget({"tokens": 1})
    await asked.answer("Raise by 500,000 tokens")
    assert asked.world.session.picture()["budget"]["tokensCap"] == spent + 500_000
    assert asked.state is TeamState.RUNNING
    await asked.world.session.stop_team()


async def test_a_team_that_was_stopped_meanwhile_is_left_alone() -> None:
    asked = Asked(budget_runs=1)
    await asked.start()
    await asked.world.session.stop_team()
    await asked.answer("Raise by 50 runs")
    assert asked.world.session.picture()["budget"]["runsCap"] == 1


async def test_a_pause_for_another_reason_asks_nothing() -> None:
    asked = Asked()
    await asked.start()
    asked.world.session.pause_team()
    assert asked.client.questions == []
    await asked.world.session.stop_team()


# -- the editor's side -------------------------------------------------------------------------------------------------


class Editor:
    """Answers what pygls would send."""

    def __init__(self, answer: types.MessageActionItem | Exception | None, *, able: bool = True) -> None:
        self.answer = answer
        self.asked: list[types.ShowMessageRequestParams] = []
        self.shown: list[types.ShowMessageParams] = []
        shows = types.ShowMessageRequestClientCapabilities() if able else None
        window = types.WindowClientCapabilities(show_message=shows)
        self.capabilities = types.ClientCapabilities(window=window)
        self.outbox = outbox(self, Reading())  # type: ignore[arg-type]

    def window_show_message(self, params: types.ShowMessageParams) -> None:
        self.shown.append(params)

    async def window_show_message_request_async(self, params: types.ShowMessageRequestParams) -> Any:
        self.asked.append(params)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    @property
    def client_capabilities(self) -> types.ClientCapabilities:
        return self.capabilities


class Reading:
    """Implements `Way` for an editor that reads at once."""

    pending = 0

    def when_room(self, then: Callable[[], None]) -> None:
        then()


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        (types.MessageActionItem("Yes"), "Yes"),
        (types.MessageActionItem("Something else"), ""),
        (None, ""),
        (JsonRpcException("no"), ""),
    ],
)
async def test_only_what_was_offered_is_an_answer(answer: Any, taken: str) -> None:
    editor = Editor(answer)
    assert await EditorClient(editor).ask("Really?", ["Yes", "No"]) == taken  # type: ignore[arg-type]
    (asked,) = editor.asked
    assert asked.message == "Really?"
    assert [action.title for action in asked.actions or ()] == ["Yes", "No"]


async def test_an_editor_that_cannot_ask_is_not_asked() -> None:
    editor = Editor(types.MessageActionItem("Yes"), able=False)
    assert await EditorClient(editor).ask("Really?", ["Yes"]) == ""  # type: ignore[arg-type]
    assert editor.asked == []
    assert [shown.message for shown in editor.shown] == ["Really?"]
