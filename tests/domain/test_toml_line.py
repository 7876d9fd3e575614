"""On which line of a TOML text a key stands."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.layer import flattened
from kinos.domain.toml_line import key_lines, line_of

TEXT = '''\
top = 1
[tokens]
# warn = 1
warn = 5  # [ not open
error = 9
[model.prices."gpt-4.1"]
input = 1
[budget]
usd = 2
"runs" = 3
[documents]
exclude = [
  "a]",  # usd = 4
  "b",
]
maxBytes = 7
[check]
note = """
tokens = 3
\\""" log = 4
"""
command = { a = 1, b = 2 }
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("top", 1), ("tokens", 2), ("tokens.warn", 4), ("tokens.error", 5), ("model.prices", 6), ("budget.usd", 9),
        ("budget.runs", 10), ("documents.exclude", 12), ("documents.maxBytes", 16), ("check.command", 22),
        ("check.command.b", 22), ("log", None),
    ],
)  # fmt: skip
def test_a_key_is_found_under_its_table(key: str, line: int | None) -> None:
    tomllib.loads(TEXT)
    assert line_of(key, key_lines(TEXT)) == line


def test_dotted_keys_are_found_by_all_their_parts() -> None:
    assert key_lines('a.b = 1\na."c" = 2\n') == {"a": 1, "a.b": 1, "a.c": 2}


WORDS = st.sampled_from(["a", "b", "warn", "x-y", "n_1"])
VALUES = st.sampled_from(
    [
        "1",
        '"[["',
        "'''\na = 1\n'''",
        '"""\n[b]\nb = """',
        "[\n 1,\n 2 # ]\n]",
        "{ a = 1 }",
        '"#"',
        "[[1], []]",
        "[\n [1],\n]",
    ]
)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, dict[str, int]]:
    """A TOML text with the line of each of its keys."""
    lines: list[str] = []
    where: dict[str, int] = {}
    for table in draw(st.lists(WORDS, unique=True, max_size=4)):
        lines += [*draw(st.lists(st.sampled_from(["", "# c = 1"]), max_size=1)), f"[{table}]"]
        for key in draw(st.lists(WORDS, unique=True, max_size=3)):
            where[f"{table}.{key}"] = len(lines) + 1
            lines += f"{key} = {draw(VALUES)}".split("\n")
    return "\n".join(lines) + "\n", where


@given(files())
def test_every_key_of_a_text_is_found(made: tuple[str, dict[str, int]]) -> None:
    text, where = made
    found = key_lines(text)
    assert {key: found[key] for key in where} == where
    assert all(line_of(key, found) for key in flattened(tomllib.loads(text)))
