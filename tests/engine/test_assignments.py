"""A document that a person asked the team to consolidate: told first to who may edit it, kept, and done once it is smaller."""

from pathlib import Path
from typing import Any

import pytest

from fakes.catalog import agent
from fakes.workers import WordCounting, nothing
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.brief import asked_line
from kinos.domain.errors import PolicyError, UsageError, WorkspaceHeldError
from kinos.domain.message import EditCall
from kinos.domain.task import Task
from kinos.domain.team import Agent
from kinos.engine.command import run
from kinos.engine.lifecycle import Ends, Start

ANN = agent("ann")
LONG = "word " * 400


async def world(**settings: Any) -> World:
    made = World(
        {"a.md": LONG, "b.md": "short\n", "demande.md": "Write.\n"}, tokens_warn=100, tokens_error=5000, **settings
    )
    await made.session.open()
    return made


async def test_it_stands_first_in_a_brief_and_is_shown() -> None:
    made = await world()
    made.session.consolidate("b.md")
    brief = await made.session._view.brief(ANN)
    assert brief.asked == {"b.md": 1}
    assert asked_line("b.md", 1) in brief.render().split("\n\n")[0]
    assert next((exhibit.path, exhibit.reason) for exhibit in brief.exhibits) == ("b.md", "asked for by the person")


async def test_only_who_may_edit_it_is_told() -> None:
    made = await world()
    made.session.consolidate("a.md")
    tester = Agent("bob", "tests", "Test.", edits=("tests/**",))
    assert (await made.session._view.brief(tester)).asked == {}


async def test_what_waits_for_review_is_not_asked_for_twice() -> None:
    made = await world()
    made.session.consolidate("a.md")
    made.session._claims.keep("c1", ["a.md"])
    assert (await made.session._view.brief(ANN)).asked == {}


@pytest.mark.parametrize(
    ("path", "error"), [("demande.md", PolicyError), ("none.md", UsageError), ("map (readonly).md", UsageError)]
)
async def test_what_agents_do_not_edit_cannot_be_asked_for(path: str, error: type[Exception]) -> None:
    made = await world()
    with pytest.raises(error):
        made.session.consolidate(path)
    assert made.session.picture()["asked"] == []


async def test_without_a_team_it_is_kept_for_the_next_start_also_of_another_engine() -> None:
    made = await world()
    answer = await run(made.session, "consolidate", {"path": "a.md"})
    assert (answer["running"], "next one" in answer["message"]) == (False, True)
    made.counting = WordCounting(made.disk)
    session = made.restart()
    await session.open()
    assert session.picture()["asked"] == ["a.md"]
    await session.start_team(Start("crew", ends=Ends(cycles=1)))
    await session.finished()
    assert "consolidate `a.md` (400 tokens)" in made.workers.plans[0].brief


async def test_a_running_team_is_told_at_once_also_who_rests() -> None:
    made = await world()
    made.workers.planner = nothing
    await made.session.start_team(Start("crew"))
    await made.clock.passing(100)
    before = len(made.workers.plans)
    answer = await run(made.session, "consolidate", {"path": "a.md"})
    assert (answer["running"], "takes it up" in answer["message"]) == (True, True)
    await made.clock.passing(30)
    assert all("consolidate `a.md`" in call.brief for call in made.workers.plans[before:])
    assert {call.agent for call in made.workers.plans[before:]} == {"ann", "bob"}
    await made.session.stop_team()


async def shortened(made: World, text: str) -> None:
    """One cycle of an agent that makes `text` of a.md."""
    made.workers.planner = lambda call: Task("Shorten", "why", ("a.md",), "Do.")

    def hand(folder: Path, call: EditCall) -> None:
        (folder / "a.md").write_text(text, encoding="utf-8")

    made.workers.hand = hand
    await made.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await made.session.finished()


async def test_it_is_done_once_a_change_made_it_smaller() -> None:
    made = await world()
    made.session.consolidate("a.md")
    await shortened(made, "word " * 200)
    (ended,) = made.of(ev.ConsolidationEnded)
    assert (ended.path, ended.reason) == ("a.md", "ann did it: Shorten")
    assert made.folder.kept["assignments"] == {"assignments": []}
    assert made.session.picture()["asked"] == []


async def test_a_change_that_made_it_longer_does_not_end_it() -> None:
    made = await world()
    made.session.consolidate("a.md")
    await shortened(made, LONG + "more\n")
    assert made.session.picture()["asked"] == ["a.md"]


async def test_it_is_done_once_a_person_brought_it_to_size() -> None:
    made = await world()
    made.session.consolidate("a.md")
    made.session.did_open("a.md", "short", 1)
    assert [event.reason for event in made.of(ev.ConsolidationEnded)] == ["it is within the limit"]


async def test_it_can_be_withdrawn() -> None:
    made = await world()
    made.session.consolidate("a.md")
    answer = await run(made.session, "consolidate", {"path": "a.md", "withdraw": True})
    assert "not asked" in answer["message"]
    assert made.session.picture()["asked"] == []
    with pytest.raises(UsageError, match="Nobody asked"):
        made.session.consolidate("a.md", withdraw=True)


async def test_while_another_engine_holds_the_folder_nothing_is_asked() -> None:
    made = await world()
    made.folder.other = "kin"
    with pytest.raises(WorkspaceHeldError):
        made.session.consolidate("a.md")
    assert made.session.picture()["asked"] == []


async def test_what_is_kept_and_broken_is_left_alone() -> None:
    made = await world()
    made.folder.kept["assignments"] = {
        "assignments": [5, {"path": "a.md"}, {"path": "a.md", "asked": "x", "level": "ok"}]
    }
    session = made.restart()
    await session.open()
    assert session.picture()["asked"] == []
