"""docs/protocol.md and what is really sent agree, both ways."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kinos.domain import event as ev
from kinos.domain.budget import Caps
from kinos.domain.change import Change, FileChange
from kinos.domain.check import CheckRecord, CheckState
from kinos.domain.errors import FailureKind
from kinos.domain.mistake import MILD, Code
from kinos.engine import command as engine
from kinos.engine.command import described
from kinos.engine.ports import Editor
from kinos.lsp.action import EDIT, KINDS, REJECT, deed
from kinos.lsp.background import Background
from kinos.lsp.diagnostic import CODES
from kinos.lsp.feature.command import COMMANDS, PREFIX
from kinos.lsp.feature.document_command import KEYS
from kinos.lsp.folders import Folders
from kinos.lsp.option import options
from kinos.lsp.protocol import refusal
from lsp.stage import RecordingClient, StagedWorkspace, workspace

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
    assert rows(commands) == {PREFIX + name for name in (*COMMANDS, *KEYS)}


def test_every_key_of_a_command_is_documented_and_no_other() -> None:
    found = re.findall(r"^\| `kinos\.server\.(\w+)` \| `\{(.*?)\}`", section("Commands"), re.MULTILINE)
    keys = {name: {key.strip(" ?") for key in given.split(",")} for name, given in found}
    assert keys == {name: {"folder", *engine.COMMANDS[name].keys} for name in COMMANDS} | {
        name: set(known) for name, known in KEYS.items()
    }


def test_every_kind_of_code_action_is_documented_and_the_data_too() -> None:
    page = section("Code actions")
    assert {kind for kind in KINDS if "`" + kind + "`" not in page} == set()
    (data,) = re.findall(r"as it is: `(\{.*?\})`", page, re.DOTALL)
    assert deed(json.loads(data)) is not None
    assert {command for command in (REJECT, EDIT) if f"`{command}`" not in page} == set()


def test_the_example_of_a_change_has_every_field() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", section("Commands"), re.DOTALL)
    change = Change("c", "y", "s", "management", "t", "w", (FileChange("a.md", None, "x"),), NOW)
    assert fields(json.loads(example)) == fields(described(change))


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
