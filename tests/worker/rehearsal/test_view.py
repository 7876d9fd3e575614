import pytest

from kinos.domain.phase import PhaseRule, PhaseState
from kinos.domain.project_map import ProjectMap
from kinos.domain.size import Level, Limits, Size
from kinos.domain.task import Task
from kinos.worker.rehearsal.view import View
from worker.rehearsal.stage import MODEL, NOON, Stage

SIZES = {"README.md": 100, "docs/api.md": 7100, "docs/deep/a b.md": 13_500, "src/ü (x).md": 50, "src/z.markdown": 1}


def view(stage: Stage, agent: str = "evaluation") -> View:
    return View(stage.brief(agent), "", MODEL)


def test_the_map_tells_documents_sizes_and_limits() -> None:
    documents = {path: Size(tokens) for path, tokens in SIZES.items()}
    shown = ProjectMap(documents, Limits(), PhaseRule(), PhaseState(), "claude-v4.8", (("evaluation", 2.0),))
    brief = Stage({}).brief("evaluation")
    found = View(type(brief)("a", "EXPANSION", "", "demande.md", "", shown.render(NOON), [], [], []), "", MODEL)
    assert {path: entry.tokens for path, entry in found.documents.items()} == {
        path: round(tokens / 1000, 1) * 1000 for path, tokens in SIZES.items()
    }
    assert found.documents["docs/deep/a b.md"].level is Level.TOO_LONG
    assert found.limits == Limits()
    assert found.time == "2026-03-21 12:00"


@pytest.mark.parametrize("limits", [Limits(100, 200), Limits(300, 500)])
def test_other_limits_are_read_from_the_warnings(limits: Limits) -> None:
    stage = Stage({"a.md": "word " * 150, "b.md": "word " * 900}, limits=limits)
    assert view(stage).limits.error == limits.error


@pytest.mark.parametrize(
    "path",
    ["demande.md", "map (readonly).md", ".kinos/x.md", "../x.md", "a`b.md", "#x.md", "*x*.md", "secret.pem", "./a.md"],
)
def test_some_files_are_never_to_be_edited(path: str) -> None:
    assert view(Stage({"a.md": "x\n"})).refusal(path)


def test_files_that_instruct_are_not_chosen() -> None:
    assert not view(Stage({})).free("AGENTS.md")
    assert view(Stage({})).refusal("AGENTS.md") == ""


def test_a_task_that_would_quote_control_characters_is_not_proposed() -> None:
    task = Task("t", "w", ("a.md",), "Write \x1b[2J")
    assert "control characters" in view(Stage({})).objection(task)


def test_a_task_over_too_many_files_is_not_proposed() -> None:
    task = Task("t", "w", tuple(f"{n}.md" for n in range(9)), "i")
    assert "at most 8" in view(Stage({})).objection(task)


def test_a_paper_is_found_where_it_is() -> None:
    stage = Stage({"docs/TODO.md": "x\n", "docs/deep/todolist.md": "x\n"})
    assert view(stage).paper("todolist.md", "TODO.md") == "docs/deep/todolist.md"
    assert view(stage).paper("journal.md") == "journal.md"
