"""The test plan: one check a requirement, which a reader can carry out."""

import re

from kinos.domain.markdown import lines_of, text_of
from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.order import Write
from kinos.worker.rehearsal.rule.paper import TESTS
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, task
from kinos.worker.rehearsal.rule.requirement import Requirement, requirements
from kinos.worker.rehearsal.rule.wish import documents_named, short
from kinos.worker.rehearsal.view import View


def plan_tests(view: View) -> Proposal:
    """Write the test plan, or add the checks that are missing."""
    path = view.paper(TESTS)
    rules = requirements(view)
    text = view.whole.get(path, "")
    missing = [rule for rule in rules if not re.search(rf"\b{re.escape(rule.id)}\b", text)]
    if not rules:
        yield NothingToDo("There is no requirement to check.")
    elif view.unseen(path):
        yield NothingToDo(f"`{path}` was not shown whole, so I cannot tell which checks it holds.")
    elif not missing:
        yield NothingToDo(f"`{path}` has a check for each of {counted(len(rules), 'requirement')}.")
    else:
        rows = [_row(rule) for rule in missing]
        new = text_of(_added(lines_of(text), rows) if path in view.whole else _plan(rows))
        why = f"{counted(len(missing), 'requirement')} without a check, first “{short(missing[0].text, 70)}”."
        yield task(f"Plan {counted(len(missing), 'check')} in {path}", why, [Write(path, new)])


def _plan(rows: list[str]) -> list[str]:
    return [
        *(
            "# Tests",
            "",
            "One check a requirement, to be done by a reader from top to bottom. Nothing here has been run yet.",
            "",
        ),
        *("## Coverage", "", "| requirement | check | expected | state |", "| --- | --- | --- | --- |", *rows),
    ]


def _added(lines: list[str], rows: list[str]) -> list[str]:
    last = max((n for n, line in enumerate(lines) if line.startswith("|") and line.count("|") == 5), default=None)
    if last is not None:
        return [*lines[: last + 1], *rows, *lines[last + 1 :]]
    return [*lines, "", *_plan(rows)[4:]]


def _row(rule: Requirement) -> str:
    check, expected = _check(rule.text)
    return f"| {rule.id} | {_cell(check)} | {_cell(expected)} | not run |"


def _check(text: str) -> tuple[str, str]:
    named = documents_named(text)
    if named:
        paths = ", ".join(f"`{path}`" for path in named)
        return f"Open {paths} and look for: {short(text, 100)}", "it exists and says so under a heading of its own"
    if re.search(r"\btokens?\b|too long|shorter", text, re.IGNORECASE):
        return f"Run `kin check` for: {short(text, 100)}", "no document is listed"
    if re.search(r"\b(once|twice|repeat\w*|duplicat\w*)\b", text, re.IGNORECASE):
        return (
            f"Search for the first words of any paragraph that looks familiar: {short(text, 100)}",
            "found in one document only",
        )
    if re.search(r"\blinks?\b", text, re.IGNORECASE):
        return (
            f"Follow each relative link of each document: {short(text, 100)}",
            "each leads to a document and heading that exist",
        )
    return (
        f"Ask somebody who does not know the project to find: {short(text, 100)}",
        "found within two steps from the index",
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
