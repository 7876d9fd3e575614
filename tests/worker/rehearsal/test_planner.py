import re
from dataclasses import replace
from typing import override

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.markdown.generated import documents, lists, paragraphs, words
from kinos.domain.brief import MAX_FILES, Brief
from kinos.domain.markdown import headings, lines_of, scan
from kinos.domain.markdown.split import words_by_line
from kinos.domain.size import Limits
from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.planner import RULES, rules_for
from kinos.worker.rehearsal.rule.duplicate import fold
from kinos.worker.rehearsal.rule.prose import polish
from worker.rehearsal.stage import PAPERS, Stage

LIMITS = (Limits(150, 300), Limits(500, 1000))
COPY = "one paragraph that is long enough to be worth a fold because it has more than twenty-five words " * 2

names = st.sampled_from(
    ["README.md", "docs/guide.md", "docs/api.md", "index.md", "notes/a b.md", "journal.md", "docs/ü.md"]
)
texts = st.one_of(
    documents(awkward=True),
    documents(),
    st.tuples(documents(), documents()).map(lambda pair: f"{pair[0]}\n{COPY}\n\n{pair[1]}"),
)
requests = st.one_of(
    st.just(""),
    paragraphs,
    lists,
    st.just("- Write `docs/faq.md` on prices, hours and returns.\n- No page above 300 tokens.\n"),
)
workspaces = st.builds(
    Stage,
    st.dictionaries(names, texts, min_size=1, max_size=5),
    requests,
    st.sampled_from(LIMITS),
    st.sampled_from(["EXPANSION", "CONVERGENCE"]),
)


@pytest.mark.parametrize("agent", sorted(RULES))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stage=workspaces)
def test_an_agent_lands_useful_changes_until_it_says_why_not(agent: str, stage: Stage) -> None:
    work_until_idle(agent, stage)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("agent", sorted(RULES))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stage=workspaces)
def test_an_agent_lands_useful_changes_until_it_says_why_not_at_length(agent: str, stage: Stage) -> None:
    work_until_idle(agent, stage)


def work_until_idle(agent: str, stage: Stage) -> None:
    for _ in range(25):
        before = dict(stage.files)
        decided, changed = stage.cycle(agent)
        if isinstance(decided, NothingToDo):
            assert len(decided.reason) > 10
            return
        assert decided.why.startswith("Rehearsal: ")
        assert 0 < len(decided.files) <= MAX_FILES
        assert set(changed) <= set(decided.files)
        assert "demande.md" not in decided.files
        if not changed:
            assert stage.reply(decided).startswith("I changed nothing: ")
        if agent not in ("redacteur", "duplication"):
            kept_or_told(before, stage.files, changed)
    raise AssertionError(f"{agent} never rests")


def kept_or_told(before: dict[str, str], after: dict[str, str], changed: list[str]) -> None:
    """No line of a document is gone, but the reports' own rows and lines in which a link leads elsewhere."""
    papers = ("evaluation.md", "validation.md", "index.md", "todolist.md", "tests.md")
    old = words_by_line(line for path in changed if path not in papers for line in lines_of(before.get(path, "")))
    new = words_by_line(line for path in changed for line in lines_of(after[path]))
    assert not [line for line in old - new if not re.search(r"\]\(|\]:|href=", line)]


TEAMS = (sorted(RULES), ["evaluation", "validation", "documentaliste", "duplication"])
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""A team that never rests takes all its turns: to make such an example smaller takes minutes."""


@pytest.mark.parametrize("team", TEAMS)
@settings(max_examples=15, deadline=None, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.too_slow])
@given(stage=workspaces)
def test_a_team_that_sees_a_part_at_a_time_comes_to_rest(team: list[str], stage: Stage) -> None:
    rest(Rotating(stage), team)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("team", TEAMS)
@settings(max_examples=400, deadline=None, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.too_slow])
@given(stage=workspaces)
def test_a_team_that_sees_a_part_at_a_time_comes_to_rest_at_length(team: list[str], stage: Stage) -> None:
    rest(Rotating(stage), team)


def test_judges_that_see_a_part_at_a_time_come_to_rest() -> None:
    names = ["a.md", "b.md", "c.md", "d.md", "e.md"]
    files = {
        name: f"# T\n\n{COPY}\n\n[x]({other}#gone)\n" for name, other in zip(names, [*names[2:], *names], strict=False)
    }
    stage = Stage(files, "- Say each thing once.\n- The links must work.\n- Write `a.md` on tides.\n")
    rest(Rotating(stage), ["evaluation", "validation"])


def rest(stage: Stage, team: list[str]) -> None:
    """Let them work by turns until nobody has found anything for five rounds."""
    quiet = 0
    for turn in range(len(team) * most_rounds(stage)):
        decided, _ = stage.cycle(team[turn % len(team)])
        quiet = quiet + 1 if isinstance(decided, NothingToDo) else 0
        if quiet > 5 * len(team):
            return
    raise AssertionError([line for line in stage.recent if "found nothing to do" not in line][:6])


def most_rounds(stage: Stage) -> int:
    """One for each paper, two for each document and each section that may become one, and those in which nothing happens."""
    return len(PAPERS) + 2 * sum(1 + len(headings(scan(text))) for text in stage.files.values()) + 6


class Rotating(Stage):
    """A stage on which each brief shows only two documents besides the papers, other ones each time."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.files, stage.request, stage.limits, stage.phase)
        self._turn = 0

    @override
    def brief(self, agent: str) -> Brief:
        whole = super().brief(agent)
        others = [exhibit for exhibit in whole.exhibits if exhibit.path not in PAPERS]
        self._turn += 1
        start = self._turn % max(len(others), 1)
        papers = [exhibit for exhibit in whole.exhibits if exhibit.path in PAPERS]
        return replace(whole, exhibits=[*papers, *[*others, *others][start : start + 2][: len(others)]])


@pytest.mark.parametrize("agent", sorted(RULES))
def test_an_empty_folder_is_no_reason_to_invent_something(agent: str) -> None:
    assert isinstance(Stage({"README.md": "# Hello\n\nWelcome.\n"}).plan(agent), NothingToDo)


def test_claimed_files_are_left_alone() -> None:
    stage = Stage({"a.md": "the the end\n", "b.md": "of of it\n"})
    stage.claimed = ["a.md"]
    task = stage.plan("redacteur")
    assert isinstance(task, Task)
    assert task.files == ("b.md",)
    stage.claimed = ["a.md", "b.md"]
    assert stage.plan("redacteur") == NothingToDo(
        "`a.md` is being worked on or waits for review. `b.md` is being worked on or waits for review."
    )


@pytest.mark.parametrize("verb", ["rejected by the person", "undone by the person", "set aside", "refused"])
def test_what_a_person_turned_down_is_not_proposed_again(verb: str) -> None:
    stage = Stage({"a.md": "the the end\n"})
    task = stage.plan("redacteur")
    assert isinstance(task, Task)
    stage.recent = [f"redacteur {verb}: {task.title} (a.md): no"]
    decided = stage.plan("redacteur")
    assert isinstance(decided, NothingToDo)
    assert "was tried before" in decided.reason


def test_what_the_editor_could_not_do_is_not_proposed_again() -> None:
    text = "# A\n\n" + "".join(f"## {title}\n\n> =\n\n    =======\n\n{f'{COPY}\n' * 2}\n" for title in ("One", "Two"))
    stage = Stage({"a.md": text}, limits=Limits(150, 200))
    task = stage.plan("documentaliste")
    assert isinstance(task, Task)
    assert stage.carry_out(task) == []
    decided = stage.plan("documentaliste")
    assert isinstance(decided, NothingToDo)
    assert "holds a line an edit cannot name" in decided.reason


@given(words)
def test_an_agent_somebody_wrote_is_told_apart_by_its_prompt(text: str) -> None:
    assert rules_for("sorter", f"# Sorter\n\nYou find repeated content. {text}") == (fold,)
    assert rules_for("proof", f"You edit prose for style. {text}") == (polish,)
    assert rules_for("cook", "You cook.") == ()


def test_an_agent_nobody_knows_says_so() -> None:
    decided = Stage({"a.md": "# A\n"}).plan("cook", "You cook.")
    assert decided == NothingToDo(
        "The rehearsal has no rule for what cook does; a language model would read its prompt."
    )
