"""The papers the team itself keeps: records and plans, which rules about the content leave alone."""

INDEX = "index.md"
JOURNAL = "journal.md"
TODO = ("todolist.md", "TODO.md")
SPECIFICATIONS = "specifications.md"
EVALUATION = "evaluation.md"
VALIDATION = "validation.md"
TESTS = "tests.md"
SOURCES = "sources.md"

_RECORDS = {
    name.casefold() for name in (JOURNAL, *TODO, SPECIFICATIONS, EVALUATION, VALIDATION, TESTS, SOURCES, "changelog.md")
}


def is_record(path: str) -> bool:
    """Whether `path` is a record or a plan: what is quoted there stays, and its keeper alone edits it."""
    return path.rpartition("/")[2].casefold() in _RECORDS
