"""The papers the team itself keeps: records and plans, which rules about the content leave alone."""

from collections.abc import Mapping, Sequence

from kinos.worker.rehearsal.view import View

INDEX = "index.md"
JOURNAL = "journal.md"
TODO = ("todolist.md", "TODO.md")
SPECIFICATIONS = "specifications.md"
EVALUATION = "evaluation.md"
VALIDATION = "validation.md"
TESTS = "tests.md"
SOURCES = "sources.md"
RESEARCH = "research.md"

_KEEPERS: Mapping[str, Sequence[str]] = {
    "chroniqueur": (JOURNAL,),
    "management": TODO,
    "specifications": (SPECIFICATIONS,),
    "evaluation": (EVALUATION,),
    "validation": (VALIDATION,),
    "testeur": (TESTS,),
    "research": (SOURCES,),
}
"""The agents that keep a paper, and its names."""

_RECORDS = {
    name.casefold()
    for name in (JOURNAL, *TODO, SPECIFICATIONS, EVALUATION, VALIDATION, TESTS, SOURCES, RESEARCH, "changelog.md")
}


def is_record(path: str) -> bool:
    """Whether `path` is a record or a plan: what is quoted there stays, and its keeper alone edits it."""
    return path.rpartition("/")[2].casefold() in _RECORDS


def keeper(view: View, path: str) -> str:
    """The agent that keeps `path` and writes it anew as it sees fit; empty for every other document."""
    return next((agent for agent, names in _KEEPERS.items() if path == view.paper(*names)), "")
