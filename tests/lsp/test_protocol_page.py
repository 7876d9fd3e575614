"""docs/protocol.md and what is really sent agree, both ways."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types
from lsprotocol.converters import get_converter

from kinos.domain import event as ev
from kinos.domain.budget import Caps
from kinos.domain.change import Change, FileChange
from kinos.domain.check import CheckRecord, CheckState
from kinos.domain.errors import FailureKind
from kinos.domain.mistake import MILD, Code
from kinos.engine import command as engine
from kinos.engine.lens import EDIT, REJECT, Lens
from kinos.engine.ports import Editor
from kinos.lsp.action import KINDS, deed
from kinos.lsp.background import Background
from kinos.lsp.diagnostic import CODES
from kinos.lsp.feature import (
    code_lens,
    document_link,
    document_symbol,
    hover,
    inlay_hint,
    last_edit,
    map_document,
    person,
    prompt,
)
from kinos.lsp.feature.command import COMMANDS
from kinos.lsp.feature.document_command import KEYS
from kinos.lsp.folders import Folders
from kinos.lsp.option import options
from kinos.lsp.protocol import PREFIX, refusal
from lsp.stage import OneFolder, RecordingClient, StagedWorkspace, workspace

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
NOW = datetime.now(UTC)


def fields(value: Any, name: str = "") -> set[str]:
    """The names of all fields of an object, `agents[].name` for those of the objects in a list."""
    if isinstance(value, dict):
        return {found for key, inner in value.items() for found in fields(inner, f"{name}.{key}".lstrip("."))}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return fields(value[0], f"{name}[]")
    return {name}


def section(title: str) -> str:
    """The text below a heading, up to the next one of the same level."""
    return re.split(r"^## ", PAGE.split(f"## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> set[str]:
    """What stands first in the rows of the tables, in code marks."""
    return set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))


@pytest.fixture
async def live(tmp_path: Path) -> dict[str, Any]:
    """A `kinos/status` as it is sent, with an agent in it."""
    made: list[StagedWorkspace] = []

    def make(root: Path, given: Any, trusted: bool, editor: Editor) -> StagedWorkspace:
        made.append(workspace(root, given, trusted, editor))
        return made[-1]

    client = RecordingClient()
    folders = Folders(client, Background(), make)
    folders.add(tmp_path.as_uri())
    made[0].session.store.dispatch(ev.TeamStarting(NOW, "default", "why", "review", True, ("management",), Caps()))
    check = CheckRecord(CheckState.FAILED, "exit code 1", ("make", "test"), NOW, 12.5)
    made[0].session.store.dispatch(ev.CheckEnded(NOW, check))
    await client.until(lambda: client.statuses and client.statuses[-1]["check"])
    return dict(client.statuses[-1])


def test_every_field_of_a_live_status_is_documented_and_no_other(live: dict[str, Any]) -> None:
    assert rows(section("kinos/status")) == fields(live)


def test_the_example_of_a_status_is_complete(live: dict[str, Any]) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", section("kinos/status"), re.DOTALL)
    assert fields(json.loads(example)) == fields(live)


def test_every_command_is_documented_and_no_other() -> None:
    commands = section("Commands").split("### ")[0]
    assert rows(commands) == {
        PREFIX + name for name in (*COMMANDS, *KEYS, *prompt.KEYS, *person.KEYS, *last_edit.KEYS, *map_document.KEYS)
    }


def test_every_key_of_a_command_is_documented_and_no_other() -> None:
    found = re.findall(r"^\| `kinos\.server\.(\w+)` \| `\{(.*?)\}`", section("Commands"), re.MULTILINE)
    keys = {name: {key.strip(" ?") for key in given.split(",")} for name, given in found}
    assert keys == {name: {"folder", *engine.COMMANDS[name].keys} for name in COMMANDS} | {
        name: set(known)
        for name, known in {**KEYS, **prompt.KEYS, **person.KEYS, **last_edit.KEYS, **map_document.KEYS}.items()
    }


def test_every_kind_of_code_action_is_documented_and_the_data_too() -> None:
    page = section("Code actions")
    assert {kind for kind in (*KINDS, prompt.KIND) if "`" + kind + "`" not in page} == set()
    (data,) = re.findall(r"as it is: `(\{.*?\})`", page, re.DOTALL)
    assert deed(json.loads(data)) is not None
    assert {command for command in (REJECT, EDIT) if f"`{command}`" not in page} == set()


def test_the_example_of_a_change_has_every_field() -> None:
    example, *_ = re.findall(r"```json\n(.*?)```", section("Commands").split("### A change\n")[1], re.DOTALL)
    change = Change("c", "y", "s", "management", "t", "w", (FileChange("a.md", None, "x"),), NOW)
    assert fields(json.loads(example)) == fields(change.described())


def test_every_kind_of_error_is_documented() -> None:
    from kinos.domain import errors

    made = {errors.ContentError: ("x", "p"), errors.SurvivedError: (1, [4711])}
    kinds = {
        refusal(kind(*made.get(kind, ("x",)))).data["kind"]  # type: ignore[index]
        for kind in vars(errors).values()
        if isinstance(kind, type)
        and issubclass(kind, errors.KinosError)
        and kind not in (errors.KinosError, errors.FaultError)
    }
    assert {kind for kind in kinds if f"`{kind}`" not in section("Commands")} == set()


def test_every_kind_of_failure_is_documented_and_no_other() -> None:
    (listed,) = re.findall(r"fails has a kind.*?: (.*?)\.\n\n", section("kinos/status"), re.DOTALL)
    assert set(re.findall(r"`([a-z-]+)`", listed)) == set(FailureKind)


def test_the_codes_of_diagnostics_are_documented() -> None:
    for code in CODES.values():
        assert f"`{code}`" in section("Size diagnostics")


def test_the_codes_of_mistakes_are_documented_and_no_other() -> None:
    (listed,) = re.findall(
        r"^\| `code` \| (.*?), each explained", section("Diagnostics of team, prompt and settings files"), re.MULTILINE
    )
    assert set(re.findall(r"`([a-z-]+)`", listed)) == {code.value for code in Code}
    (mild,) = re.findall(r"a warning for (.*?), with which", PAGE)
    assert set(re.findall(r"`([a-z-]+)`", mild)) == {code.value for code in MILD}


def test_the_example_of_initialization_options_is_taken_whole() -> None:
    (example,) = re.findall(r"^`(\{.*\})`$", section("Capabilities"), re.MULTILINE)
    assert options(json.loads(example)).problems == ()


TREE = frozenset({"text_document.document_symbol.hierarchical_document_symbol_support"})
TOOLTIP = frozenset({"text_document.document_link.tooltip_support"})


def part(title: str) -> str:
    """The text below a heading in what is said about an open document."""
    return section("About an open document").split(f"### {title}\n", 1)[1].split("\n### ")[0]


def keys(answer: Any) -> set[str]:
    """The keys of the objects in an answer as they are sent, not those inside of them."""
    return {key for each in get_converter().unstructure(answer) for key in each}


@pytest.fixture
async def opened(tmp_path: Path) -> tuple[OneFolder, Any]:
    """A folder with a request, and a document in which every kind of thing can be said."""
    stage = OneFolder(tmp_path)
    stage.open("demande.md", "# Request\n")
    uri = stage.open("a.md", "# One\n\nsee demande.md\n\n## Below\n\ntext\n")
    place = types.Range(types.Position(0, 0), types.Position(9, 0))
    named = types.TextDocumentIdentifier(uri)
    return stage, SimpleNamespace(text_document=named, range=place, position=types.Position(0, 0))


async def test_every_field_of_a_symbol_is_documented_and_no_other(opened: tuple[OneFolder, Any]) -> None:
    stage, params = opened
    listed = keys(await stage.ask(document_symbol.offer, params))
    stage.client.declared = TREE
    assert rows(part("Outline")) == listed | keys(await stage.ask(document_symbol.offer, params))


async def test_every_field_of_a_hint_is_documented_and_no_other(opened: tuple[OneFolder, Any]) -> None:
    stage, params = opened
    assert rows(part("Hints")) == keys(await stage.ask(inlay_hint.offer, params))


async def test_the_example_of_a_link_has_every_field(opened: tuple[OneFolder, Any]) -> None:
    stage, params = opened
    stage.client.declared = TOOLTIP
    (example,) = re.findall(r"```json\n(.*?)```", part("Links"), re.DOTALL)
    (link,) = await stage.ask(document_link.offer, params)
    assert fields(json.loads(example)) == fields(get_converter().unstructure(link))


async def test_the_example_of_a_lens_has_every_field(opened: tuple[OneFolder, Any]) -> None:
    stage, params = opened
    (example,) = re.findall(r"```json\n(.*?)```", part("Lenses"), re.DOTALL)
    made = code_lens.code_lens(Lens(0, "Accept", "accept", {"change": "c"}), "file:///w", "file:///w/a.md")
    assert fields(json.loads(example)) == fields(get_converter().unstructure(made))
    assert all(lens.command for lens in await stage.ask(code_lens.offer, params))


async def test_every_field_of_a_hover_is_documented(opened: tuple[OneFolder, Any]) -> None:
    stage, params = opened
    found = get_converter().unstructure(await stage.ask(hover.offer, params))
    assert set(found) == {key for key in ("contents", "range") if f"`{key}`" in part("Hovers")}


def test_every_command_of_a_lens_is_one_of_the_documented() -> None:
    known = {PREFIX + name for name in (*COMMANDS, *KEYS)} | {EDIT, REJECT}
    named = set(re.findall(r"`((?:kinos\.)[\w.]+)`", part("Lenses")))
    assert named <= known
