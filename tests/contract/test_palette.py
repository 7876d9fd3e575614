"""The commands of VS Code's palette: package.json, the extension's table and its words say the same."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

EXTENSION = Path(__file__).parents[2] / "vscode-extension"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
COMMANDS: list[dict[str, str]] = MANIFEST["contributes"]["commands"]


def test_the_palette_has_the_commands_of_the_table_and_no_other() -> None:
    text = (EXTENSION / "src/command/id.ts").read_text(encoding="utf-8")
    assert re.findall(r"^  \w+: '(kinos\.\w+)',$", text, re.MULTILINE) == [each["command"] for each in COMMANDS]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each["command"])
def test_a_command_has_a_title_an_icon_and_the_category(command: dict[str, str]) -> None:
    words = json.loads((EXTENSION / "package.nls.json").read_text(encoding="utf-8"))
    assert words[command["title"].strip("%")]
    assert re.fullmatch(r"\$\([a-z-]+\)", command["icon"])
    assert command["category"] == "KinOS"


def test_no_command_of_the_palette_has_the_name_of_one_of_the_server() -> None:
    assert not [each for each in COMMANDS if each["command"].startswith("kinos.server.")]


def test_every_command_of_the_palette_has_a_title_in_french() -> None:
    words = json.loads((EXTENSION / "package.nls.fr.json").read_text(encoding="utf-8"))
    assert [each["command"] for each in COMMANDS if not words[each["title"].strip("%")]] == []
