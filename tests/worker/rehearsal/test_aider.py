"""The rehearsal model and the real aider: what the one writes, the other must make of the files."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

from domain.markdown.generated import lines
from kinos.domain.markdown import text_of
from kinos.domain.size import Limits
from kinos.domain.task import Task
from kinos.worker.rehearsal import Rehearsal, serving
from kinos.worker.rehearsal.order import Mend, Write
from kinos.worker.rehearsal.reply import UnwritableError, blocks, settled
from worker.rehearsal.aider_process import Aider, running
from worker.rehearsal.stage import Stage

pytestmark = [pytest.mark.agents, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def aider() -> Iterator[Aider]:
    with running() as process:
        yield process


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    with serving() as running_server:
        yield running_server


def spread(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, newline="\n")


def gathered(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=lines, after=lines)
def test_aider_makes_the_intended_text_of_the_blocks(aider: Aider, before: list[str], after: list[str]) -> None:
    old, new = text_of(before), text_of(after)
    new = settled(old, new)
    assume(old.strip() and new.strip() and old != new)
    with suppress(UnwritableError):
        reply = blocks("docs/a.md", old, new, ("```", "```"))
        assert aider.apply({"docs/a.md": old, "b.md": "other\n" + old}, reply)["docs/a.md"] == new


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(after=lines)
def test_aider_makes_the_intended_new_file(aider: Aider, after: list[str]) -> None:
    new = text_of(after).rstrip("\n") + "\n"
    assume(new.strip())
    with suppress(UnwritableError):
        assert aider.apply({}, blocks("docs/a.md", None, new, ("```", "```")))["docs/a.md"] == new


SECTION = "It says so. " * 60
LONG = "# Guide\n\nHello.\n\n" + "".join(f"## Part {n}\n\n{SECTION}{n}\n\n```sh\n# run {n}\n```\n\n" for n in range(6))
COPY = "This paragraph " + "stands word for word in several documents and says the same thing in each of them " * 7
WORKSPACE = {
    "docs/guide.md": LONG,
    "docs/a.md": f"# A\n\n{COPY}\n\nSee [three](guide.md#part-3).\n",
    "docs/b.md": f"# B\n\nIntro.\n\n{COPY}\n\nThe the end.\n",
}
REQUEST = (
    "Please:\n\n- Keep every document below 800 tokens.\n- Write `docs/faq.md` about prices, delivery and returns.\n"
)
AGENTS = (
    *("specifications", "management", "documentaliste", "duplication", "evaluation", "chroniqueur", "production"),
    *("testeur", "validation", "redacteur", "research"),
)


@pytest.mark.parametrize("agent", AGENTS)
def test_what_an_agent_plans_is_what_aider_makes(aider: Aider, server: Rehearsal, tmp_path: Path, agent: str) -> None:
    files = dict(WORKSPACE)
    if agent == "research":
        files["docs/a.md"] += "\nSee [the standard](https://example.org/standard).\n"
    stage = Stage(files, REQUEST, Limits(600, 800))
    stage.recent = ["production landed: Begin docs/a.md (docs/a.md)", "production landed: Begin docs/b.md (docs/b.md)"]
    task = stage.plan(agent)
    assert isinstance(task, Task), task
    spread(tmp_path, {path: stage.files[path] for path in task.files if path in stage.files})
    result = aider.run(server.url, tmp_path, task.files, task.message())
    assert result["errors"] == []
    assert result["reflections"] == 0
    stage.carry_out(task)
    assert gathered(tmp_path) == {path: stage.files[path] for path in task.files}


def test_fences_in_the_documents_change_aiders_fence_and_the_reply_follows(
    aider: Aider, server: Rehearsal, tmp_path: Path
) -> None:
    text = "# A\n\n```sh\nls\n```\n\n````md\n```\n````\n\nthe the end\n"
    spread(tmp_path, {"a.md": text, "b.md": "# B\n\nthe the end\n"})
    task = Task(
        "Mend", "Slips.", ("a.md", "b.md"), "\n\n".join(Mend(p, ("doubled words",)).render() for p in ("a.md", "b.md"))
    )
    result = aider.run(server.url, tmp_path, task.files, task.message())
    assert result["errors"] == []
    assert "<source>" in result["said"]
    assert gathered(tmp_path) == {"a.md": text.replace("the the", "the"), "b.md": "# B\n\nthe end\n"}


def test_an_order_that_does_not_fit_changes_nothing_and_says_why(
    aider: Aider, server: Rehearsal, tmp_path: Path
) -> None:
    spread(tmp_path, {"a.md": "# A\n\nfine\n", "b.md": "# B\n"})
    order = "Split `a.md`. Move each section below.\n\nNew document `b-x.md`, titled “X”, takes:\n- ## Nowhere"
    result = aider.run(server.url, tmp_path, ["a.md", "b.md"], Task("t", "w", ("a.md", "b-x.md"), order).message())
    assert "I changed nothing: `a.md` has no heading “## Nowhere”." in result["said"]
    assert gathered(tmp_path) == {"a.md": "# A\n\nfine\n", "b.md": "# B\n"}


def test_a_bad_edit_is_answered_by_aider_and_mended_by_the_model(
    aider: Aider, server: Rehearsal, tmp_path: Path
) -> None:
    server.knobs.fail("bad-edit")
    spread(tmp_path, {"a.md": "# A\n\nthe the end\n", "b.md": "# B\n"})
    task = Task("Mend a.md", "A slip.", ("a.md", "b.md"), Mend("a.md", ("doubled words",)).render())
    result = aider.run(server.url, tmp_path, task.files, task.message())
    assert result["reflections"] == 1
    assert gathered(tmp_path)["a.md"] == "# A\n\nthe end\n"


def test_a_long_answer_is_planned_to_fit(aider: Aider, server: Rehearsal, tmp_path: Path) -> None:
    stage = Stage(WORKSPACE, REQUEST, Limits(600, 800))
    task = stage.plan("documentaliste")
    assert isinstance(task, Task)
    spread(tmp_path, {path: stage.files[path] for path in task.files if path in stage.files})
    result = aider.run(server.url, tmp_path, task.files, task.message(), max_tokens=1500)
    assert result["errors"] == []
    made = {path for path, text in gathered(tmp_path).items() if text} - stage.files.keys()
    assert 0 < len(made) < len([path for path in task.files if path not in stage.files])
    assert server.requests[-1].body["max_tokens"] == 1500


def test_a_document_with_lines_like_separators_is_left_where_it_cannot_be_named(
    aider: Aider, server: Rehearsal, tmp_path: Path
) -> None:
    text = "Title\n=======\n\none\n\n<<<<<<< SEARCH\n\ntwo\n"
    spread(tmp_path, {"a.md": text, "b.md": "# B\n"})
    for new, outcome in ((text.replace("one", "ONE"), "I wrote"), (text.replace("=======\n", ""), "I changed nothing")):
        task = Task("t", "w", ("a.md", "b.md"), Write("a.md", new).render())
        result = aider.run(server.url, tmp_path, task.files, task.message())
        assert outcome in result["said"]
        assert result["errors"] == []
    assert gathered(tmp_path)["a.md"] == text.replace("one", "ONE")
