"""What the clients' types say of a `kinos/status` is what docs/protocol.md says, both ways."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from kinos.domain.outcome import CUT_OFF, Result
from kinos.domain.phase import Phase
from kinos.domain.state import AgentState, TeamState

ROOT = Path(__file__).parents[2]

type Types = Mapping[str, Mapping[str, str]]
"""By name of a type, its fields with theirs."""


def typescript() -> Types:
    text = (ROOT / "vscode-extension/src/protocol.ts").read_text(encoding="utf-8")
    bodies = re.findall(r"^export interface (\w+) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    return {name: dict(re.findall(r"^  (\w+)\??: (.+);$", body, re.MULTILINE)) for name, body in bodies}


def lua() -> Types:
    text = (ROOT / "neovim/lua/kinos/status_types.lua").read_text(encoding="utf-8")
    classes = re.findall(r"^---@class (\S+)\n((?:---@field .*\n)+)", text, re.MULTILINE)
    return {name: dict(re.findall(r"^---@field (\w+)\??\s+(\S+)", body, re.MULTILINE)) for name, body in classes}


def fields(types: Types, name: str, before: str = "") -> set[str]:
    """The names of all fields, `agents[].name` for those of the objects in a list."""
    found: set[str] = set()
    for field, kind in types[name].items():
        inner = kind.removesuffix(" | null").removesuffix("[]")
        if inner in types:
            found |= fields(types, inner, f"{before}{field}{'[]' if kind.endswith('[]') else ''}.")
        else:
            found.add(f"{before}{field}")
    return found


@pytest.mark.parametrize(
    ("types", "name"), [(typescript(), "Status"), (lua(), "kinos.Status")], ids=["vscode", "neovim"]
)
def test_a_status_has_the_fields_of_the_protocol_and_no_other(types: Types, name: str) -> None:
    page = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
    section = page.split("## kinos/status\n", 1)[1].split("\n## ", 1)[0]
    assert fields(types, name) == set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE))


@pytest.mark.parametrize(
    ("module", "name", "words"),
    [
        ("protocol", "PhaseName", {phase.value for phase in Phase}),
        ("protocol", "TeamState", {state.value for state in TeamState}),
        ("protocol", "AgentState", {state.value for state in AgentState}),
        ("dashboard/message", "CycleResult", {*(result.value for result in Result), CUT_OFF}),
    ],
)
def test_the_words_that_vs_code_says_in_other_languages_are_the_engines(
    module: str, name: str, words: set[str]
) -> None:
    text = (ROOT / f"vscode-extension/src/{module}.ts").read_text(encoding="utf-8")
    (union,) = re.findall(rf"^export type {name} =(.+?);$", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"'([^']+)'", union)) == words
