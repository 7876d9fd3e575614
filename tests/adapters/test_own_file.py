"""The files that people write for KinOS, and what is wrong with them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.adapters import own_file
from kinos.adapters.catalog import FileCatalog
from kinos.adapters.own_file import FileOwnFiles
from kinos.domain.demand import Demand, nothing
from kinos.domain.mistake import Code

CONFIG, PROMPT, TEAM = ".kinos/config.toml", ".kinos/prompts/ann.md", ".kinos/teams/mine.toml"
OLD, OWN_OLD = "teams/old/config.json", ".kinos/teams/old/config.json"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileOwnFiles:
    monkeypatch.setattr(own_file, "user_file", lambda: tmp_path / "user.toml")
    return FileOwnFiles(tmp_path / "w", FileCatalog(tmp_path / "w"), nothing)


def found(own: FileOwnFiles, path: str, text: str) -> list[tuple[Code, int | None]]:
    return [(mistake.code, mistake.line) for mistake in own.mistakes(path, text)]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[tokens]\nwarn = \n", Code.SYNTAX, 2),
        ("[tokens]\n\nwarm = 5\n", Code.UNKNOWN_SETTING, 3),
        ("tokens = {warn = 'x'}\n", Code.WRONG_VALUE, 1),
        ("[tokens]\nerror = 9\nwarn = 10\n", Code.WRONG_VALUE, 3),
        ("[phase]\nexpand = 0.9\n", Code.WRONG_VALUE, 2),
        ("[budget]\nruns = 3\nusd = 500\n", Code.NOT_APPROVED, 3),
        ("[model]\nkey = 'k'\n", Code.NOT_HERE, 2),
        ("[check]\ncommand = [\n 'x',\n]\n", Code.NOT_APPROVED, 2),
    ],
)
def test_a_mistake_in_the_settings_of_a_workspace_has_its_line(
    own: FileOwnFiles, text: str, code: Code, line: int
) -> None:
    assert found(own, CONFIG, text) == [(code, line)]


def test_every_mistake_of_a_file_is_told(own: FileOwnFiles) -> None:
    text = "[tokens]\nwarn = 0\nerror = 'x'\n[documents]\nexcluded = []\n"
    assert [line for _, line in found(own, CONFIG, text)] == [2, 3, 5]


def test_a_setting_that_may_be_meant_is_named(own: FileOwnFiles) -> None:
    (mistake,) = own.mistakes(CONFIG, "[tokens]\nwarm = 5\n")
    assert mistake.message == "tokens.warm is not a setting of KinOS (there is tokens.warn)."


def test_settings_are_judged_beside_those_of_the_user(own: FileOwnFiles, tmp_path: Path) -> None:
    assert found(own, CONFIG, "[budget]\nusd = 9\n") == [(Code.NOT_APPROVED, 2)]
    (tmp_path / "user.toml").write_text("[budget]\nusd = 10\n[tokens]\nwarm = 1\n")
    assert found(own, CONFIG, "[budget]\nusd = 9\n") == []


def test_what_was_approved_is_no_mistake(tmp_path: Path) -> None:
    asked: list[Demand] = []

    def approved(demand: Demand) -> bool:
        asked.append(demand)
        return True

    own = FileOwnFiles(tmp_path, FileCatalog(tmp_path), approved)
    assert found(own, CONFIG, "[budget]\nusd = 900\n") == []
    assert found(own, PROMPT, '+++\nrole = "r"\nedits = ["**/*.py"]\n+++\nx') == []
    assert [demand.what for demand in asked] == ["budget.usd", "edits of the agent ann"]


def test_a_prompt_that_reaches_further_than_it_may_is_told_on_the_line_that_says_so(own: FileOwnFiles) -> None:
    text = '+++\nrole = "r"\nedits = ["**/*.py"]\nsearch = 2\n+++\nx'
    assert found(own, PROMPT, text) == [(Code.NOT_APPROVED, 3), (Code.NOT_APPROVED, 4)]
    assert "kin trust" in own.mistakes(PROMPT, text)[0].message
    assert "/" not in own.mistakes(PROMPT, text)[0].message.split(" was ")[0]


def test_a_team_may_name_what_is_shipped_and_what_the_workspace_brings(own: FileOwnFiles, tmp_path: Path) -> None:
    text = 'summary = "s"\n[[agents]]\nname = "management"\n[[agents]]\nname = "ann"\n'
    (mistake,) = own.mistakes(TEAM, text)
    assert (mistake.code, mistake.line) == (Code.UNKNOWN_AGENT, 5)
    (tmp_path / "w/.kinos/prompts").mkdir(parents=True)
    (tmp_path / "w" / PROMPT).write_text('+++\nrole = "r"\n+++\nx')
    assert own.mistakes(TEAM, text) == []


def test_a_team_of_2024_is_judged_as_its_import_does_each_mistake_on_its_line(
    own: FileOwnFiles, tmp_path: Path
) -> None:
    text = """{"id": "old", "agents": [
 {"name": "management", "weight": "much"},
 {"name": "scribe", "weight": 1}],
 "phase_config": {"expansion": {"active_agents": [
  "management", "manager"]}, "convergence": {"active_agents": []}}}"""
    there, mistakes = "phase_config.expansion.active_agents", own.mistakes(OLD, text)
    assert {mistake.code for mistake in mistakes} == {Code.LEGACY}
    assert [(mistake.line, mistake.message) for mistake in mistakes] == [
        (2, "agents[0].weight: the weight of 'management' must be a number, 0 or more: 0.5 is taken"),
        (5, f"{there}[1]: 'manager' is not among this team's agents: it is left out. Was 'management' meant?"),
        (5, "phase_config.convergence.active_agents: no agent is active: the whole team sleeps in this phase"),
        (1, "agents: 'scribe' is active in no phase: it sleeps"),
        (3, "there is no prompt for 'scribe': it is left out"),
    ]  # fmt: skip
    file = tmp_path / "w" / OLD
    file.parent.mkdir(parents=True)
    file.write_text(text)
    (file.parent / "management.md").write_text("Plan.")
    (file.parent / "scribe.md").write_text("Write.")
    assert len(own.mistakes(OLD, text)) == 4
    told = FileCatalog(tmp_path / "w").team("old").mistakes
    assert list(told) == [f"{file}:{mistake.line}: {mistake.message}" for mistake in own.mistakes(OLD, text)]


@pytest.mark.parametrize(
    ("text", "line"),
    [("{\n 'id'", 2), ('{"id": "old",\n "agents": []}', 2), ('{"id": "old", "agents": ["nobody"]}', None)],
    ids=["no JSON", "no agents", "no prompts"],
)
def test_a_text_of_which_no_team_of_2024_can_be_made_is_an_error(
    own: FileOwnFiles, text: str, line: int | None
) -> None:
    assert found(own, OWN_OLD, text) == [(Code.NO_TEAM, line)]


def test_a_team_of_2024_whose_name_is_taken_is_told_where_it_is(own: FileOwnFiles, tmp_path: Path) -> None:
    text = '{"id": "old", "agents": ["management"]}'
    for path in (OLD, OWN_OLD):
        (tmp_path / "w" / path).parent.mkdir(parents=True)
        (tmp_path / "w" / path).write_text(text)
    assert found(own, OWN_OLD, text) == []
    (mistake,) = own.mistakes(OLD, text)
    assert (mistake.code, mistake.line) == (Code.LEGACY, 1)
    assert mistake.message == "there is a team 'old' in .kinos/teams/old already"


def test_at_the_root_what_never_looked_like_a_team_is_another_programs(own: FileOwnFiles, tmp_path: Path) -> None:
    ours = ".kinos/teams/ours/config.json"
    for path, text in ((OLD, '{"players": 11}'), (OLD, "{"), (ours, '{"players": 11}')):
        (tmp_path / "w" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "w" / path).write_text(text)
        assert bool(own.mistakes(path, text)) is (path == ours)
    assert list(own.texts()) == [ours]
    (tmp_path / "w" / OLD).write_text('{"id": "old", "agents": ["management"]}')
    assert found(own, OLD, "{") == [(Code.NO_TEAM, 1)]


def test_line_ends_and_a_byte_order_mark_are_no_mistakes(own: FileOwnFiles) -> None:
    assert found(own, PROMPT, '\ufeff+++\r\nrole = "r"\r\n+++\r\nx\r\n') == []
    assert found(own, CONFIG, "\ufeff[tokens]\r\nwarn = 5\r\nx = 1\r\n") == [(Code.UNKNOWN_SETTING, 3)]


@pytest.mark.parametrize("path", [".kinos/teams/My Team.toml", ".kinos/prompts/Ann.md"])
def test_a_name_that_leaves_a_file_aside_is_told(own: FileOwnFiles, path: str) -> None:
    text = '+++\nrole = "r"\n+++\nx' if path.endswith("md") else 'summary = "s"\n[[agents]]\nname = "management"\n'
    assert found(own, path, text) == [(Code.WRONG_NAME, 1)]


GOOD = {
    CONFIG: "[tokens]\nwarn = 5000\n[budget]\nusd = 2.5\n[documents]\nexclude = ['a', 'b']\n",
    PROMPT: '+++\nrole = "r"\nedits = ["**/*.md"]\npace = 3\n+++\nDo it.\n',
    OLD: '{"id": "old", "agents": [{"name": "management", "weight": 1}],\n "phase_config": {"expansion": {}}}\n',
    TEAM: 'summary = "s"\nmodel = "m"\n\n[[agents]]\nname = "management"\nexpansion = 2\n',
}
PIECES = [
    "=",
    "[",
    "]",
    "[[",
    "{",
    '"',
    "'",
    "\n",
    "+++\n",
    "#",
    ".",
    ",",
    "0x",
    "9" * 5000,
    "[" * 2000,
    "1979-05-27",
    "nan",
    "\u2028",
]


@given(
    st.sampled_from(sorted(GOOD)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5), st.sampled_from(PIECES) | st.text(max_size=4)), max_size=4),
)
def test_whatever_stands_in_a_file_its_mistakes_are_on_its_lines(
    path: str, edits: list[tuple[float, int, str]]
) -> None:
    text = GOOD[path]
    for place, length, new in edits:
        at = int(place * len(text))
        text = text[:at] + new + text[at + length :]
    own = FileOwnFiles(Path("/nowhere"), FileCatalog(Path("/nowhere")), nothing)
    found = own.mistakes(path, text)
    for mistake in found:
        assert mistake.message
        assert mistake.line is None or 1 <= mistake.line <= text.count("\n") + 1


def test_a_file_that_is_much_too_large_is_not_read(own: FileOwnFiles) -> None:
    assert found(own, CONFIG, "x" * 1_000_001) == [(Code.UNREADABLE, None)]


@pytest.mark.parametrize(
    ("text", "line"), [("a = " + "[" * 3000, None), ("\nx = " + "9" * 5000, 2)], ids=["deep", "long number"]
)
def test_what_python_itself_cannot_read_is_a_mistake_of_the_file(
    own: FileOwnFiles, text: str, line: int | None
) -> None:
    assert found(own, CONFIG, text) == [(Code.SYNTAX, line)]


def test_every_code_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "mistakes.md").read_text(encoding="utf-8")
    headings = [line.removeprefix("## ") for line in page.split("\n") if line.startswith("## ")]
    assert headings == [code.value for code in Code]


def test_the_files_there_are_come_with_their_texts(own: FileOwnFiles, tmp_path: Path) -> None:
    assert own.texts() == {}
    before = own.stamp()
    for path in (CONFIG, PROMPT, TEAM, OWN_OLD, ".kinos/state/x.toml", ".kinos/teams/x.txt"):
        file = tmp_path / "w" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x\r\n")
    assert own.texts() == dict.fromkeys((CONFIG, TEAM, PROMPT, OWN_OLD), "x\n")
    assert own.stamp() != before
    before = own.stamp()
    (tmp_path / "w/.kinos/state/y").write_text("")
    assert own.stamp() == before
    for path in (CONFIG, OWN_OLD):
        (tmp_path / "w" / path).write_text("longer")
        assert own.stamp() != before
        before = own.stamp()
