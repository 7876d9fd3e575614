from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.brief import MAX_FILES, NOTHING, PROPOSE
from kinos.domain.task import NothingToDo, Task
from kinos.worker.plan import ProblemError, chosen

GOOD = {"title": "Shorten", "why": "It is long.", "files": ["docs/a.md"], "instructions": "Cut it.\nKeep the table."}


def proposal(**changes: Any) -> list[tuple[str, object]]:
    return [(PROPOSE, {**GOOD, **changes})]


def test_a_proposal_is_a_task() -> None:
    assert chosen(proposal()) == Task("Shorten", "It is long.", ("docs/a.md",), "Cut it.\nKeep the table.")


def test_nothing_to_do_has_a_reason() -> None:
    assert chosen([(NOTHING, {"reason": "All is well."})]) == NothingToDo("All is well.")


def test_paths_are_written_in_one_way_and_named_once() -> None:
    task = chosen(proposal(files=["./docs/a.md", "docs/./a.md", "b.md"]))
    assert isinstance(task, Task)
    assert task.files == ("docs/a.md", "b.md")


def test_a_title_is_one_line() -> None:
    task = chosen(proposal(title="  Shorten\n the   text "))
    assert isinstance(task, Task)
    assert task.title == "Shorten the text"


def test_an_argument_that_was_invented_is_ignored() -> None:
    assert isinstance(chosen(proposal(priority=1)), Task)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../a.md",
        "docs/../../a.md",
        "docs\\a.md",
        "~/a.md",
        "C:/a.md",
        "",
        "a\0.md",
        "a\n.md",
        "a//b.md",
        "docs/",
    ],
)
def test_a_path_that_leaves_the_workspace_or_is_none_is_refused(path: str) -> None:
    with pytest.raises(ProblemError):
        chosen(proposal(files=["good.md", path]))


@pytest.mark.parametrize(
    "files", [[], ["a.md"] * (MAX_FILES + 1), "a.md", None, {"a.md": 1}, [1], [None], ["\ud800.md"]]
)
def test_files_are_a_list_of_one_to_eight_paths(files: object) -> None:
    with pytest.raises(ProblemError, match="files"):
        chosen(proposal(files=files))


@pytest.mark.parametrize("name", ["title", "why", "instructions"])
@pytest.mark.parametrize("text", ["", "  \n", None, 3, ["x"], "a\x1b[31m", "half \ud83d"])
def test_a_text_is_a_text_without_control_characters(name: str, text: object) -> None:
    with pytest.raises(ProblemError, match=name):
        chosen(proposal(**{name: text}))


@pytest.mark.parametrize("name", sorted(GOOD))
def test_an_argument_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(ProblemError, match=f"{name} is missing"):
        chosen([(PROPOSE, {key: value for key, value in GOOD.items() if key != name})])


@pytest.mark.parametrize(
    ("calls", "problem"),
    [
        ([], "No tool"),
        ([*proposal(), (NOTHING, {"reason": "x"})], "2 tools"),
        ([("run_shell", {"command": "ls"})], "no tool 'run_shell'"),
        ([(PROPOSE, [1])], "not an object"),
        ([(NOTHING, {})], "reason is missing"),
    ],
)
def test_anything_but_one_valid_call_is_a_problem(calls: list[tuple[str, object]], problem: str) -> None:
    with pytest.raises(ProblemError, match=problem):
        chosen(calls)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*GOOD, "reason"), json_values)) | json_values)
def test_whatever_a_model_sends_is_a_task_or_a_problem(arguments: object) -> None:
    try:
        task = chosen([(PROPOSE, arguments)])
    except ProblemError:
        return
    assert isinstance(task, Task)
    assert all(task.files)
    assert task.instructions.strip()
