"""Teams of 2024: what their files say, and each mistake by name, file and line. The fixtures have the shape of real ones."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.errors import ContentError
from kinos.domain.legacy import (
    is_config,
    named,
    prompt_text,
    read_config,
    read_prompt,
    searching,
    team_text,
    with_agents,
)
from kinos.domain.team import Member, Team, read_agent, read_team

GOOD: dict[str, Any] = {
    "id": "field-notes",
    "name": "Field Notes Team",
    "description": "Notes from the field,\n  and what becomes of them",
    "agents": [
        {"name": "scribe", "type": "aider", "weight": 1},
        {"name": "finder", "type": "research", "weight": 0.7},
        {"name": "judge", "type": "aider", "weight": 0.4},
    ],
    "phase_config": {
        "expansion": {
            "active_agents": [{"name": "scribe", "weight": 0.9}, {"name": "finder", "weight": 0.3}],
            "priority": "content",
        },
        "convergence": {"active_agents": [{"name": "judge", "weight": 0.8}, {"name": "scribe", "weight": 0}]},
    },
}


def team(change: dict[str, Any] | None = None, folder: str = "field_notes") -> Team:
    return read_config(json.dumps(GOOD | (change or {}), indent=1), "t/config.json", folder)


def phases(**entries: Any) -> dict[str, Any]:
    """The good phases with other active agents."""
    config = {name: {"active_agents": found} for name, found in entries.items()}
    return {"phase_config": {**GOOD["phase_config"], **config}}


def test_a_team_has_its_agents_with_the_weight_of_each_phase_in_which_they_are_active() -> None:
    found = team()
    assert (found.name, found.summary) == ("field-notes", "Notes from the field, and what becomes of them")
    assert found.members == (Member("scribe", 0.9, 0), Member("finder", 0.3, 0), Member("judge", 0, 0.8))
    assert (found.origin, found.source, found.mistakes) == ("2024", "t/config.json", ())


def test_without_phases_everybody_is_active_with_the_weight_of_its_own() -> None:
    bare = {key: value for key, value in GOOD.items() if key != "phase_config"}
    found = read_config(json.dumps(bare), "t", "field_notes")
    assert found.members == (Member("scribe", 1, 1), Member("finder", 0.7, 0.7), Member("judge", 0.4, 0.4))
    assert found.mistakes == ()


def test_an_agent_given_by_its_name_alone_weighs_half_as_it_did() -> None:
    found = read_config('{"id": "ab", "name": "n", "agents": ["ann", "bob"]}', "t", "ab")
    assert found.members == (Member("ann", 0.5, 0.5), Member("bob", 0.5, 0.5))
    listed = team(phases(expansion=["scribe", {"name": "finder", "weight": 2}]))
    assert listed.member("scribe") == Member("scribe", 1, 0)
    assert listed.mistakes == ()


@pytest.mark.parametrize(
    ("change", "folder", "said"),
    [
        (phases(expansion=[{"name": "scribe", "weight": 1}, {"name": "finders", "weight": 0.5}]), "field_notes",
         "'finders' is not among this team's agents: it is left out. Was 'finder' meant?"),
        (phases(convergence=[{"name": "judge", "weight": 1}, "zed"]), "field_notes",
         "phase_config.convergence.active_agents[1]: 'zed' is not among this team's agents: it is left out"),
        (phases(convergence=[{"name": "judge"}]), "field_notes",
         "phase_config.convergence.active_agents[0]: 'judge' has no weight: 0.4 is taken"),
        (phases(convergence=[{"name": "judge", "weight": "much"}]), "field_notes",
         "phase_config.convergence.active_agents[0].weight: the weight of 'judge' must be a number, 0 or more"),
        (phases(convergence=[{"name": "judge", "weight": -1}]), "field_notes", "must be a number, 0 or more: 0.4"),
        (phases(convergence=[{"name": "judge", "weight": True}]), "field_notes", "must be a number, 0 or more: 0.4"),
        (phases(convergence=[{"name": "judge", "weight": float("nan")}]), "field_notes", "must be a number, 0 or more"),
        (phases(convergence=[{"name": "judge", "weight": 1}, {"name": "judge", "weight": 2}]), "field_notes",
         "phase_config.convergence.active_agents[1]: 'judge' is listed twice: the first one counts"),
        (phases(convergence=[]), "field_notes", "no agent is active: the whole team sleeps in this phase"),
        (phases(convergence=[]), "field_notes", "agents: 'judge' is active in no phase: it sleeps"),
        (phases(convergence="judge"), "field_notes", "phase_config.convergence: active_agents must be a list"),
        (phases(expanse=[]), "field_notes", "phase_config.expanse: unknown key, known are expansion, convergence"),
        ({"phase_config": {"expansion": GOOD["phase_config"]["expansion"]}}, "field_notes",
         "phase_config: convergence is missing: every agent is active in it"),
        ({"phase_config": [1]}, "field_notes", "phase_config: it must be an object: every agent is active in both"),
        ({"agents": [*GOOD["agents"], {"name": "scribe", "type": "aider", "weight": 1}]}, "field_notes",
         "agents[3]: 'scribe' is listed twice: the first one counts"),
        ({"agents": [*GOOD["agents"], {"type": "aider", "weight": 1}]}, "field_notes",
         "agents[3]: None is not an agent's name"),
        ({"agents": [*GOOD["agents"], {"name": "../up", "type": "aider", "weight": 1}]}, "field_notes",
         "agents[3]: '../up' is not an agent's name"),
        ({"agents": [{**GOOD["agents"][0], "type": "robot"}, *GOOD["agents"][1:]]}, "field_notes",
         "agents[0].type: 'scribe' is of the unknown type 'robot'"),
        ({"agents": [{**GOOD["agents"][0], "wieght": 1}, *GOOD["agents"][1:]]}, "field_notes",
         "agents[0].wieght: unknown key, known are name, type, weight"),
        ({"agents": [{"name": "scribe", "type": "aider"}, *GOOD["agents"][1:]]}, "field_notes",
         "agents[0]: 'scribe' has no weight: 0.5 is taken"),
        ({}, "notes", "id: id is 'field-notes' but its folder is called 'notes': it is called 'field-notes'"),
        ({"id": "Field Notes"}, "field_notes", "id: 'Field Notes' is not a name"),
        ({"id": None}, "field_notes", "id is missing: it is called 'field-notes', as its folder"),
        ({"colour": "red"}, "field_notes", "colour: unknown key"),
        ({"description": 3}, "field_notes", "description: it must be text: it is ignored"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_the_rest_is_used(change: dict[str, Any], folder: str, said: str) -> None:
    found = team(change, folder)
    assert any(said in mistake for mistake in found.mistakes), found.mistakes
    assert all(mistake.startswith("t/config.json:") for mistake in found.mistakes)
    assert found.name == "field-notes"
    assert {member.agent for member in found.members} == {"scribe", "finder", "judge"}


def test_a_mistake_is_named_with_its_line() -> None:
    text = '{"id": "ab",\n "agents": [\n  "ann",\n  "bob"],\n "phase_config": {"expansion":\n {"active_agents": [\n"manager"]}}}'
    assert [mistake.split(": ")[0] for mistake in read_config(text, "t", "ab").mistakes] == ["t:7", "t:6", "t:5"]
    twice = '{"id": "ab", "agents": ["ann"], "agents": ["bob"]}'
    assert read_config(twice, "t", "ab").mistakes == ("t: 'agents' is given twice in one object: the last one counts",)


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ('{"id": "ab",\n"agents": [}', "not valid JSON: Expecting value", 2),
        ("[1]", "a team is a JSON object", 1),
        ('{"id": "ab",\n"agents": []}', "at least one agent", 2),
        ('{"id": "ab",\n"agents": "ann"}', "at least one agent", 2),
        ('{"id": "ab"}', "at least one agent", 1),
        ('{"id": "ab",\n"agents": [1, 2]}', "none of its agents can be read", 2),
        ('{"id": "1", "agents": ["ann"]}', "neither its id nor its folder '1' can be the name", 1),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply", None),
        ('{"id": "ab", "agents": ' + "9" * 5000 + "}", "not valid JSON", None),
    ],
)
def test_what_is_no_team_at_all_is_an_error(text: str, said: str, line: int | None) -> None:
    with pytest.raises(ContentError) as wrong:
        read_config(text, "t/config.json", "1")
    assert said in wrong.value.problem
    assert wrong.value.line == line


def test_agents_without_a_prompt_are_left_out_and_named() -> None:
    found = with_agents(team(), {"scribe", "judge", "others"})
    assert [member.agent for member in found.members] == ["scribe", "judge"]
    assert found.mistakes == ("t/config.json:11: there is no prompt for 'finder': it is left out",)
    assert with_agents(found, {"scribe", "judge"}) is found
    with pytest.raises(ContentError, match="none of its agents has a prompt"):
        with_agents(team(), set())


def test_a_team_is_called_by_its_id_else_by_its_folder() -> None:
    assert named(json.dumps(GOOD), "whatever") == "field-notes"
    assert named('{"id": 3}', "Field_Notes") == "field-notes"
    assert named("[", "field notes") == "field-notes"
    assert named("[]", "1") == "1"


def test_a_config_of_another_program_is_not_taken_for_a_team() -> None:
    assert is_config(json.dumps(GOOD))
    assert is_config('{"id": "x", "agents": 3}')
    assert not is_config('{"agents": {"timeout": 3}}')
    assert not is_config('{"id": "x"}')
    assert not is_config("[]")
    assert not is_config("{")


def test_a_prompt_is_the_whole_text_and_its_role_what_it_says_of_its_aim() -> None:
    text = "# Prompt système : Agent Scribe\n\n## Contexte\nTu écris.\n\n## Objectif\nNoter ce qui se passe. Puis ranger.\n"
    agent = read_prompt(text, "t/scribe.md", "scribe")
    assert (agent.name, agent.role, agent.prompt) == ("scribe", "Noter ce qui se passe", text.strip())
    assert (agent.source, agent.origin) == ("t/scribe.md", "2024")
    assert read_prompt("# Agent Scribe\n\n## MISSION\n\nWrite. Now.", "p", "scribe").role == "Write"
    assert read_prompt("# Agent Scribe\n\n## Mission\n### Deeper\n", "p", "scribe").role == "Agent Scribe"
    assert read_prompt("You write\nall day.", "p", "scribe").role == "You write"
    assert len(read_prompt("word " * 100, "p", "scribe").role) <= 160
    with pytest.raises(ContentError, match="the prompt is empty"):
        read_prompt(" \n", "p", "scribe")


def test_what_is_converted_is_read_again_as_the_same() -> None:
    converted = read_team(team_text(team()), "mine.toml", "field-notes")
    assert (converted.summary, converted.members) == (team().summary, team().members)
    agent = read_prompt("# T\n\n## Goal\nSay \"x\" \\ and 'y'.\n", "p", "scribe")
    again = read_agent(prompt_text(agent), "scribe.md", "scribe")
    assert (again.role, again.prompt) == (agent.role, agent.prompt)


def test_an_agent_of_the_type_research_searches_the_web_as_it_did() -> None:
    assert searching(json.dumps(GOOD)) == {"finder"}
    assert searching("[") == searching("[]") == searching('{"agents": 3}') == searching('{"agents": ["x"]}') == set()
    agent = read_prompt("Find.", "p", "finder", search=5)
    assert read_agent(prompt_text(agent), "finder.md", "finder").search == 5


@given(st.text(min_size=1))
def test_any_description_survives_the_conversion(description: str) -> None:
    found = read_config(json.dumps(GOOD | {"description": description}), "t", "field_notes")
    assert read_team(team_text(found), "p", "field-notes").summary == found.summary
