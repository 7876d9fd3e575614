"""An agent with code of its own: what it is shown, and that what it makes lands as any other change does."""

from dataclasses import replace

from fakes.catalog import agent
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.change import ChangeState
from kinos.domain.errors import FailureKind
from kinos.domain.message import Failed, PlanCall, Text
from kinos.domain.outcome import Result
from kinos.domain.task import Edits, NothingToDo, Task
from kinos.domain.usage import Usage
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

ANN = replace(agent("ann"), code="own:Ann", home="/opt/own", edits=("docs/**", "ann.md"))
FILES: dict[str, str | bytes] = {
    "ann.md": "ann\n",
    "docs/a.md": "one\r\ntwo\r\n",
    "demande.md": "Write.\n",
    ".env": "SECRET=1\n",
}


def world(outcome: Task | NothingToDo | Edits | Failed, *wanted: str, landing: str = "auto") -> World:
    made = World(FILES, teams={"crew": {"ann": (1.0, 1.0)}}, agents={"ann": ANN})
    made.workers.planner = lambda call: outcome
    made.workers.wanted = wanted
    return made


async def run(made: World, landing: str = "auto", cycles: int = 1) -> World:
    await made.session.open()
    await made.session.start_team(Start("crew", landing=landing, ends=Ends(cycles=cycles)))
    await made.session.finished()
    return made


def last(made: World) -> ev.CycleRested:
    return made.of(ev.CycleRested)[-1]


async def test_it_is_told_what_there_is_and_shown_what_agents_may_change() -> None:
    made = await run(world(NothingToDo("well"), "docs/a.md", "new.md", ".env", "../up.md", "demande.md"))
    call: PlanCall = made.workers.plans[0]
    assert call.code is not None
    assert (call.code.entry, call.code.home, call.code.request) == ("own:Ann", "/opt/own", "Write.\n")
    assert call.code.documents == {"ann.md": 1, "docs/a.md": 2, "demande.md": 1}
    assert made.workers.shown["docs/a.md"] == Text("one\ntwo\n")
    assert made.workers.shown["new.md"] == Text(None)
    for path in (".env", "../up.md", "demande.md"):
        assert made.workers.shown[path].text is None
        assert made.workers.shown[path].problem


async def test_its_edits_land_without_an_editor_and_keep_the_line_ends() -> None:
    edits = Edits("Say three", "because", {"docs/a.md": "one\ntwo\nthree\n", "docs/new.md": "new\n"})
    made = await run(world(edits, "docs/a.md"))
    assert made.disk.files["docs/a.md"] == b"one\r\ntwo\r\nthree\r\n"
    assert made.disk.text("docs/new.md") == "new\n"
    assert (last(made).result, made.workers.edits) == (Result.LANDED, [])
    assert (made.change().agent, made.change().title, made.change().why) == ("ann", "Say three", "because")


async def test_in_review_its_edits_wait_as_any_change_does() -> None:
    made = await run(world(Edits("Say", "because", {"docs/a.md": None}), "docs/a.md"), landing="review")
    assert last(made).result == Result.WAITING
    assert "docs/a.md" in made.disk.files
    await made.session.accept(made.change().id)
    assert "docs/a.md" not in made.disk.files
    assert made.change().state is ChangeState.LANDED


async def test_what_somebody_else_wrote_meanwhile_is_merged_with_what_it_was_given() -> None:
    made = world(Edits("Say", "because", {"docs/a.md": "one\ntwo\nthree\n"}), "docs/a.md")
    planner = made.workers.planner

    def meanwhile(call: PlanCall) -> Task | NothingToDo | Edits | Failed:
        made.disk.put("docs/a.md", "zero\r\none\r\ntwo\r\n")
        return planner(call)

    made.workers.planner = meanwhile
    await run(made)
    assert made.disk.files["docs/a.md"] == b"zero\r\none\r\ntwo\r\nthree\r\n"


async def test_it_may_not_write_over_what_it_has_not_read_nor_what_agents_may_not_touch() -> None:
    for texts, said in [
        ({"docs/a.md": "mine\n"}, "docs/a.md is there, and the agent wrote over it without reading it."),
        ({"other.md": "mine\n"}, "ann may not edit other.md"),
        ({"demande.md": "mine\n"}, "demande.md"),
        ({"../up.md": "mine\n"}, "../up.md"),
        ({"docs/new.md": "a\x00b"}, "not UTF-8 text"),
        ({"docs/new.md": "\ud800"}, "not UTF-8 text"),
    ]:
        made = await run(world(Edits("Say", "because", texts)))
        assert last(made).result == Result.REFUSED, texts
        assert said in last(made).reason
        assert made.disk.files == {path: made.disk.files[path] for path in made.disk.files}
        assert made.disk.text("docs/a.md") == "one\r\ntwo\r\n"
        assert "docs/new.md" not in made.disk.files


async def test_edits_that_change_nothing_are_no_change() -> None:
    made = await run(world(Edits("Say", "because", {"docs/a.md": "one\ntwo\n"}), "docs/a.md"))
    assert (last(made).result, last(made).reason) == (Result.UNCHANGED, "Say: ann made what is there already")


async def test_a_task_of_it_goes_to_the_editor() -> None:
    made = world(Task("Say 1", "because", ("ann.md",), "Add a line."))
    await run(made)
    assert made.disk.text("ann.md") == "ann\nline 1\n"


async def test_its_failure_is_the_agents_with_a_state_of_its_own() -> None:
    made = await run(
        world(Failed(FailureKind.EXTENSION, "ann (own:Ann): ValueError: no.", "Tell who made it.", Usage()))
    )
    failed = made.of(ev.CycleFailed)[0]
    assert (failed.agent, failed.kind) == ("ann", "extension")
    assert failed.message == "ann (own:Ann): ValueError: no. Tell who made it."


async def test_a_cycle_that_asked_no_model_says_nothing_about_the_endpoint() -> None:
    made = world(NothingToDo("well"))
    unreachable = Failed(FailureKind.UNREACHABLE, "no way", "", Usage(calls=1))
    made.workers.planner = lambda call: NothingToDo("well") if len(made.workers.plans) % 2 else unreachable
    await run(made, cycles=12)
    assert [event.agent for event in made.of(ev.AgentDeferred)][:1] == ["ann"]
