"""Commands as JSON: arguments are checked, answers are plain values."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.errors import UsageError
from kinos.domain.finding import Finding, Verdict
from kinos.engine import command
from kinos.engine.command import COMMANDS, run
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends


async def opened(landing: str = "auto", cycles: int = 2) -> World:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew", landing=landing, ends=Ends(cycles=cycles)))
    await world.session.finished()
    return world


async def ask(world: World, name: str, **arguments: Any) -> Any:
    """The answer, as it comes out of JSON."""
    return json.loads(json.dumps(await run(world.session, name, arguments)))


async def test_a_command_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UsageError, match=r"There is no command 'fly'\. There are: accept, "):
        await run(World().session, "fly", {})


@pytest.mark.parametrize("name", sorted(COMMANDS))
async def test_a_key_that_is_not_known_is_refused_with_those_that_are(name: str) -> None:
    world = World()
    with pytest.raises(UsageError, match=rf"{name} does not take reherse, unknown\..* It takes ") as refused:
        await run(world.session, name, {"reherse": True, "unknown": 1})
    assert all(key in refused.value.remedy for key in COMMANDS[name].keys)
    assert ("Did you mean rehearse?" in refused.value.remedy) == ("rehearse" in COMMANDS[name].keys)
    assert world.workers.alive == 0


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("startTeam", {"team": 5}, "team must be text, not 5."),
        ("startTeam", {"rehearse": "yes"}, "rehearse must be true or false, not 'yes'."),
        ("startTeam", {"team": "crew", "landing": "at once"}, "landing must be review or auto, not 'at once'."),
        ("startAgent", {"agent": ["ann"]}, "agent must be text, not ['ann']."),
        ("accept", {"change": "c1", "reason": 5}, "reason must be text, not 5."),
        ("undo", {"all": 1}, "all must be true or false, not 1."),
        ("undo", {"change": {}}, "change must be text, not {}."),
        ("doctor", {"live": "true"}, "live must be true or false, not 'true'."),
        ("editChange", {"change": "c1", "texts": {"a.md": 5}}, "texts must be an object of texts by path."),
        ("setBudget", {"usd": 1, "runs": 1.5}, "runs must be a whole number of at least 0, not 1.5."),
    ],
)
async def test_an_argument_of_the_wrong_type_is_refused_by_name_before_anything_is_done(
    name: str, given: dict[str, Any], said: str
) -> None:
    world = World()
    await world.session.open()
    with pytest.raises(UsageError) as refused:
        await run(world.session, name, given)
    assert refused.value.message == said
    assert world.workers.alive == 0
    assert not world.folder.held


@pytest.mark.parametrize(
    ("name", "given", "meant"),
    [
        ("startTem", {}, "startTeam"),
        ("undo", {"agent": "anm"}, "ann"),
    ],
)
async def test_who_slips_is_asked_what_was_meant(name: str, given: dict[str, Any], meant: str) -> None:
    world = World()
    await world.session.open()
    await ask(world, "startTeam", team="crew")
    await world.clock.passing(100)
    await ask(world, "stopTeam")
    with pytest.raises(UsageError) as refused:
        await run(world.session, name, given)
    assert f"Did you mean {meant}?" in refused.value.remedy


async def test_an_undo_that_is_stopped_ends_with_a_whole_change_and_says_what_it_left() -> None:
    world = World()
    await world.session.open()
    await ask(world, "startTeam", team="crew")
    await world.clock.passing(500)
    await ask(world, "stopTeam")
    landed = [change["id"] for change in await ask(world, "history") if change["state"] == "landed"]
    assert len(landed) > 2
    answer = await run(
        world.session, "undo", {"all": True}, lambda: bool(world.of(ev.ChangeMoved)[-1].change.state == "undone")
    )
    assert answer["changes"] == landed[-1:]
    assert answer["setAside"] == [
        {"id": each, "reason": "you stopped before its turn came"} for each in reversed(landed[:-1])
    ]
    assert (await ask(world, "undo", all=True))["changes"] == list(reversed(landed[:-1]))
    assert world.disk.text("ann.md") == "ann\n"


async def test_an_agent_does_not_rehearse_beside_a_team_that_costs_money() -> None:
    world = World()
    await world.session.open()
    await ask(world, "startTeam", team="crew")
    with pytest.raises(UsageError, match=r"runs on a real model.*Stop the team first"):
        await ask(world, "startAgent", agent="ann", rehearse=True)
    await ask(world, "stopTeam")
    await ask(world, "startTeam", team="crew", rehearse=True)
    assert (await ask(world, "startAgent", agent="ann", rehearse=True))["agent"] == "ann"
    await ask(world, "stopTeam")


async def test_a_team_is_started_and_stopped() -> None:
    world = World()
    await world.session.open()
    started = await ask(world, "startTeam", team="crew", rehearse=True, landing="review")
    assert started == {"team": "crew", "reason": "you asked for it", "agents": ["ann", "bob"]}
    status = await ask(world, "status")
    assert (status["team"]["landing"], status["team"]["rehearsal"]) == ("review", True)
    assert await ask(world, "stopTeam") == {"stopped": 2}


async def test_an_agent_is_started_and_stopped() -> None:
    world = World()
    await world.session.open()
    started = await ask(world, "startAgent", agent="ann", rehearse=True)
    assert started["agent"] == "ann"
    assert started["state"] in ("resting", "planning")
    assert await ask(world, "stopAgent", agent="ann") == {"agent": "ann", "state": "stopped"}


async def test_the_map_is_shown_written_and_given_as_an_object() -> None:
    world = World()
    await world.session.open()
    assert (await ask(world, "showMap")).startswith("# Project Map")
    assert await ask(world, "updateMap") == "map (readonly).md"
    assert (await ask(world, "mapObject"))["total"] == 2


async def test_history_undo_and_redo() -> None:
    world = await opened()
    entries = await ask(world, "history")
    assert [entry["state"] for entry in entries] == ["landed", "landed"]
    assert entries[0]["files"] == [{"path": "ann.md", "kind": "edited", "from": ""}]
    last = entries[-1]["id"]
    assert await ask(world, "undo") == {"changes": [last], "setAside": [], "unsaved": []}
    assert await ask(world, "redo", change=last) == {"changes": [last], "setAside": [], "unsaved": []}
    assert len((await ask(world, "undo", all=True))["changes"]) == 2
    assert len((await ask(world, "redo", session=True))["changes"]) == 2
    assert len((await ask(world, "undo", agent="ann"))["changes"]) == 1
    world.disk.put("bob.md", "mine\n")
    aside = (await ask(world, "undo", cycle=entries[1]["cycle"]))["setAside"]
    assert aside[0]["id"] == entries[1]["id"]
    assert "bob.md" in aside[0]["reason"]


async def test_of_a_long_history_the_last_changes_are_told_and_those_that_wait() -> None:
    world = await opened("review", cycles=4)
    oldest, *others = [entry["id"] for entry in await ask(world, "history")]
    for change in others:
        await ask(world, "reject", change=change)
    assert [entry["id"] for entry in await ask(world, "history", last=1)] == [oldest, others[-1]]
    assert [entry["id"] for entry in await ask(world, "history", last=9)] == [oldest, *others]
    for wrong in (0, -1, True, "2", 1.5):
        with pytest.raises(UsageError, match="last must be a whole number of at least 1"):
            await ask(world, "history", last=wrong)


async def test_the_documents_are_told_with_what_would_bring_them_to_size() -> None:
    world = World({"long.md": "word " * 70, "short.md": "word\n"}, tokens_warn=50)
    await world.session.open()
    known, asked = await ask(world, "documents"), await ask(world, "documents", suggest=True)
    assert known["complete"]
    assert (known["warn"], known["error"]) == (50, 12_000)
    assert [(each["path"], each["level"]) for each in known["documents"]] == [("long.md", "long"), ("short.md", "ok")]
    assert known["documents"][0]["suggestions"] == []
    assert [len(each["suggestions"]) for each in asked["documents"]] == [1, 0]


async def test_the_revision_grows_with_what_would_be_told_otherwise() -> None:
    world = await opened("review")
    (change, *_), before = world.journal.changes(), (await ask(world, "status"))["revision"]
    await ask(world, "reject", change=change.id)
    after = (await ask(world, "status"))["revision"]
    assert after == {"documents": before["documents"], "changes": before["changes"] + 1}
    world.disk.put("new.md", "new\n")
    await world.session.did_change_on_disk(["new.md"])
    assert (await ask(world, "status"))["revision"] == {**after, "documents": after["documents"] + 1}


async def test_waiting_changes_are_shown_accepted_and_rejected() -> None:
    world = await opened("review")
    first, second = [change.id for change in world.journal.changes()]
    assert "+line 1" in await ask(world, "diff", change=first)
    (file,) = (await ask(world, "contents", change=first))["files"]
    assert (file["before"], file["after"], file["note"]) == (
        f"{file['path'][:3]}\n",
        f"{file['path'][:3]}\nline 1\n",
        "",
    )
    assert (await ask(world, "accept", change=first))["state"] == "landed"
    rejected = await ask(world, "reject", change=second, reason="no")
    assert (rejected["state"], rejected["reason"]) == ("rejected", "no")


async def test_the_phase_is_set() -> None:
    world = World()
    await world.session.open()
    assert (await ask(world, "setPhase", phase="convergence"))["phase"]["name"] == "CONVERGENCE"


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("startTeam", {"team": 5}, "team must be text, not 5"),
        ("startTeam", {"rehearse": "yes"}, "rehearse must be true or false, not 'yes'"),
        ("startTeam", {"landing": "force"}, "landing must be review or auto, not 'force'"),
        ("startAgent", {}, "agent is missing"),
        ("stopAgent", {"agent": ""}, "agent is missing"),
        ("accept", {"change": None}, "change is missing"),
        ("diff", {}, "change is missing"),
        ("setPhase", {}, "phase is missing"),
        ("undo", {"all": 1}, "all must be true or false"),
        ("setBudget", {}, "No cap is given. Give an object with some of usd, tokens, runs, minutes, usdPerDay"),
        ("setBudget", {"usd": None}, "No cap is given"),
        ("setBudget", {"usd": -1}, "usd must be a number of at least 0, not -1. 0 is no cap"),
        ("setBudget", {"usd": "5"}, "usd must be a number, not '5'"),
        ("setBudget", {"usd": True}, "usd must be a number"),
        ("setBudget", {"usdPerDay": float("inf")}, "usdPerDay must be a number"),
        ("setBudget", {"tokens": 1.5}, "tokens must be a whole number"),
        ("setBudget", {"runs": [3]}, "runs must be a whole number"),
        ("pauseTeam", {}, "No team runs here"),
        ("resumeTeam", {}, "No team runs here"),
    ],
)
async def test_wrong_arguments_are_named(name: str, arguments: dict[str, object], says: str) -> None:
    world = World()
    await world.session.open()
    with pytest.raises(UsageError) as caught:
        await run(world.session, name, arguments)
    assert says in str(caught.value)


def test_the_commands_are_those_of_the_contract() -> None:
    assert {"startTeam", "stopTeam", "startAgent", "stopAgent", "setPhase", "showMap", "updateMap"} <= set(COMMANDS)
    assert {"history", "undo", "redo", "accept", "reject"} <= set(COMMANDS)


async def test_a_team_is_paused_and_resumed() -> None:
    world = World()
    await world.session.open()
    await ask(world, "startTeam", team="crew")
    assert (await ask(world, "pauseTeam"))["team"]["state"] == "paused"
    assert (await ask(world, "pauseTeam"))["team"]["reason"] == "paused by hand"
    assert (await ask(world, "resumeTeam"))["team"]["state"] == "running"
    await ask(world, "stopTeam")


async def test_the_caps_are_set() -> None:
    world = World()
    await world.session.open()
    budget = (await ask(world, "setBudget", usd=7.5, tokens=1000, runs=0, minutes=5, usdPerDay=30))["budget"]
    caps = {key: budget[key] for key in ("usdCap", "tokensCap", "runsCap", "minutesCap", "usdPerDay")}
    assert caps == {"usdCap": 7.5, "tokensCap": 1000, "runsCap": 0, "minutesCap": 5.0, "usdPerDay": 30.0}
    assert (await ask(world, "setBudget", runs=3))["budget"]["tokensCap"] == 1000, "what is not given stays"


async def test_the_figures_of_each_agent_are_told() -> None:
    world = await opened(cycles=3)
    told = await ask(world, "figures")
    assert sum(each["landed"] for each in told) == 3
    assert all(each["successRate"] == 1.0 for each in told)


async def test_each_finished_cycle_is_told_with_its_cost_and_its_end() -> None:
    world = await opened(cycles=3)
    told = await ask(world, "cycles")
    assert [each["result"] for each in told["cycles"]] == ["landed"] * 3
    assert told["earlier"] == 0
    for each in told["cycles"]:
        lasted = datetime.fromisoformat(each["ended"]) - datetime.fromisoformat(each["began"])
        assert lasted.total_seconds() == pytest.approx(each["seconds"], abs=0.002)
    figures = {each["agent"]: each["tokensIn"] for each in await ask(world, "figures")}
    assert figures == {
        agent: sum(each["tokensIn"] for each in told["cycles"] if each["agent"] == agent) for agent in figures
    }


async def test_of_many_cycles_the_latest_are_told_and_how_many_there_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "CYCLES", 2)
    world = await opened(cycles=5)
    told = await ask(world, "cycles")
    assert told["earlier"] == 3
    assert [each["cycle"] for each in told["cycles"]] == [each.cycle for each in world.journal.cycles()[3:]]


async def test_the_phase_history_ends_with_what_is_now_and_has_the_thresholds() -> None:
    world = World(phase_limit=10)
    await world.session.open()
    await world.clock.passing(10)
    world.disk.put("ann.md", "word " * 9)
    await world.session.look()
    told = await ask(world, "phaseHistory")
    assert [(point["total"], point["phase"]) for point in told["points"]] == [(2, "EXPANSION"), (10, "CONVERGENCE")]
    assert (told["limit"], told["converge"], told["expand"]) == (10, 6, 5)


class _Checkup:
    """Finds that git is there, and with `live` that no model answers."""

    async def findings(self, *, live: bool) -> list[Finding]:
        found = [Finding("git", Verdict.OK, "/usr/bin/git")]
        return [*found, Finding("live", Verdict.MISSING, "no answer", "Try again.")] if live else found


async def test_the_doctor_tells_what_was_found_and_whether_all_is_there() -> None:
    world = World()
    world.session._ports = replace(world.session._ports, checkup=_Checkup())
    assert (await ask(world, "doctor"))["sound"] is True
    told = await ask(world, "doctor", live=True)
    assert told["sound"] is False
    assert told["findings"][-1] == {"check": "live", "verdict": "missing", "text": "no answer", "remedy": "Try again."}


async def test_what_each_session_has_spent_is_told_and_a_rehearsal_is_none() -> None:
    world = await opened(cycles=1)
    (told,) = await ask(world, "sessions")
    assert (told["team"], told["runs"], told["ended"]) == ("crew", 1, True)
    assert told["usd"] > 0
    assert told["tokensIn"] > 0
    await world.session.start_team(Start("crew", rehearse=True, ends=Ends(cycles=1)))
    await world.session.finished()
    assert await ask(world, "sessions") == [told]


async def test_the_teams_are_listed_with_the_one_that_a_start_takes() -> None:
    world = await opened()
    world.catalog.put(other={"ann": (1.0, 1.0)})
    world.catalog.spoil("other", "it says nothing")
    answer = await ask(world, "teams")
    assert answer["next"] == {"team": "crew", "reason": "it was the last one used here"}
    (crew,) = answer["found"]
    assert (crew["name"], crew["summary"]) == ("crew", "the team crew")
    assert "ann" in crew["agents"]
    assert answer["errors"] == [{"name": "other", "error": "teams/other.toml:2: it says nothing"}]


async def test_the_agents_are_listed_with_their_work() -> None:
    world = World()
    world.catalog.spoil("bob", "it says nothing")
    answer = await ask(world, "agents")
    assert "ann" in [each["name"] for each in answer["found"]]
    assert answer["errors"] == [{"name": "bob", "error": "prompts/bob.md:2: it says nothing"}]


async def test_a_team_file_of_the_workspaces_own_is_named_and_made_once() -> None:
    world = World()
    assert await ask(world, "editTeam", team="crew") == {
        "team": "crew", "path": "/w/.kinos/teams/crew.toml", "created": True,
    }  # fmt: skip
    assert not (await ask(world, "editTeam", team="crew"))["created"]
