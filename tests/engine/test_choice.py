"""Which team starts when nobody said, and why."""

import pytest

from kinos.engine.choice import chosen_team

KNOWN = ["book-writing", "coding", "default", "literature-review"]


@pytest.mark.parametrize(
    ("asked", "last", "setting", "suffixes", "team", "why"),
    [
        ("coding", "default", "book-writing", {".md": 9}, "coding", "you asked for it"),
        ("nobody", "default", "", {}, "nobody", "you asked for it"),
        ("", "book-writing", "coding", {".md": 9}, "book-writing", "last one used"),
        ("", "gone", "coding", {".md": 9}, "coding", "the setting team.name"),
        ("", "", "", {".bib": 1, ".py": 50}, "literature-review", "references"),
        ("", "", "", {".py": 5, ".ts": 1, ".md": 5}, "coding", "more source files (6) than documents (5)"),
        ("", "", "", {".py": 5, ".md": 4, ".markdown": 1}, "default", "mostly documents (5)"),
        ("", "", "", {}, "default", "the folder holds no documents yet"),
    ],
)
def test_the_first_reason_there_is_decides(
    asked: str, last: str, setting: str, suffixes: dict[str, int], team: str, why: str
) -> None:
    name, reason = chosen_team(asked, last, setting, lambda: suffixes, KNOWN)
    assert name == team
    assert why in reason


def test_a_team_that_is_not_there_is_not_chosen() -> None:
    assert chosen_team("", "", "", lambda: {".py": 5, ".bib": 1}, ["default"])[0] == "default"


@pytest.mark.parametrize(("asked", "last", "setting"), [("coding", "", ""), ("", "default", ""), ("", "", "coding")])
def test_the_folder_is_not_walked_when_something_else_decides(asked: str, last: str, setting: str) -> None:
    def look() -> dict[str, int]:
        raise AssertionError("it was walked")

    assert chosen_team(asked, last, setting, look, KNOWN)[0] in KNOWN
