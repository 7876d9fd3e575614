"""The pages in docs/ agree with the code they are made from."""

import json
from argparse import ArgumentParser
from pathlib import Path

import pytest

from kinos.cli.main import _COMMANDS
from kinos.domain.setting import defaults, rows
from kinos.domain.setting_editor import OWN, sentences
from kinos.domain.setting_french import FRENCH
from kinos.domain.setting_page import PAGES, schema
from kinos.domain.setting_row import Scope

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", PAGES)
def test_what_is_made_from_the_table_is_as_it_would_be_made_now(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text == PAGES[name](text), "run `make docs`"


def test_vs_code_is_offered_every_setting_but_secrets_with_its_default() -> None:
    package = json.loads((ROOT / "vscode-extension" / "package.json").read_text(encoding="utf-8"))
    properties = package["contributes"]["configuration"]["properties"]
    table = {f"kinos.{row.key}": (row, default) for row, default in defaults()}
    assert set(properties) - set(table) == set(OWN)
    assert set(table) - set(properties) == {"kinos.model.key", "kinos.model.openaiKey", "kinos.model.otherKey"}
    for key, (row, default) in table.items():
        if key in properties and row.key != "model.prices":
            assert row.kind.read(properties[key]["default"]) == default, key
            assert properties[key]["scope"] == ("resource" if row.scope is Scope.WORKSPACE else "machine"), key


def test_every_sentence_has_a_french_one_and_no_french_one_is_stale() -> None:
    assert set(FRENCH) == set(sentences().values())


def test_the_schema_has_every_setting() -> None:
    properties = schema()["properties"]
    for row in rows().values():
        section, _, name = row.key.partition(".")
        assert properties[section]["properties"][name]["description"] == row.meaning


def test_every_command_is_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for name in _COMMANDS:
        assert f"`kin {name}" in reference, name


def test_every_option_of_every_command_is_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8").splitlines()
    for name, command in _COMMANDS.items():
        parser = ArgumentParser(add_help=False)
        command.options(parser)
        said = " ".join(line for line in reference if f"`kin {name}" in line)
        for option in (option for action in parser._actions for option in action.option_strings):
            assert option in said or f"kin {name} …" in said or option in ("--json", "--stdio"), f"kin {name} {option}"
