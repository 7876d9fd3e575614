"""What editors are told of the settings."""

import json
from collections.abc import Callable

import pytest

from kinos.domain import setting_editor
from kinos.domain.setting_editor import OWN, english, french, lua_types, manifest

KEPT = {key: {"type": "string"} for key in OWN}


def package(**properties: object) -> str:
    return json.dumps({"name": "x", "contributes": {"configuration": {"title": "T", "properties": KEPT | properties}}})


def test_the_extensions_own_settings_and_all_else_stay_and_what_the_table_dropped_goes() -> None:
    made = json.loads(manifest(package(**{"kinos.gone.away": {"type": "string"}})))
    configuration = made["contributes"]["configuration"]
    assert (made["name"], configuration["title"]) == ("x", "T")
    assert {key: configuration["properties"][key] for key in OWN} == KEPT
    assert "kinos.gone.away" not in configuration["properties"]
    assert manifest(manifest(package())) == manifest(package())


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("tokens.warn", {"type": "integer", "minimum": 1, "default": 6000, "scope": "resource"}),
        ("budget.usd", {"type": "number", "minimum": 0, "default": 5, "scope": "machine"}),
        ("landing.mode", {"type": "string", "enum": ["", "review", "auto"], "default": "", "scope": "machine"}),
        ("landing.edit", {"type": "array", "items": {"type": "string"}, "default": [], "scope": "machine"}),
    ],
)
def test_a_setting_is_offered_with_its_type_its_range_and_who_may_set_it(key: str, told: dict[str, object]) -> None:
    properties = json.loads(manifest(package()))["contributes"]["configuration"]["properties"]
    described = properties[f"kinos.{key}"]
    assert described.pop("description") == f"%kinos.{key}%"
    assert described == told


def test_the_first_word_of_a_meaning_stays_as_it_is_written_where_the_setting_takes_it() -> None:
    texts = json.loads(english("{}"))
    assert texts["kinos.landing.mode"].startswith("review: each change")
    assert texts["kinos.tokens.warn"] == "A document above this is long (tokens)."


@pytest.mark.parametrize("made", [english, french])
def test_texts_that_people_wrote_stay_and_all_are_sorted(made: Callable[[str], str]) -> None:
    written = {"view.title": "Agents", "kinos.gone.away": "gone", "command.stop": "Stop"}
    texts = json.loads(made(json.dumps(written)))
    assert list(texts) == sorted(texts)
    assert {key: text for key, text in texts.items() if not key.startswith("kinos.")} == {
        "command.stop": "Stop",
        "view.title": "Agents",
    }
    assert "kinos.gone.away" not in texts


def test_a_meaning_without_a_french_sentence_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_editor, "FRENCH", {})
    with pytest.raises(LookupError, match=r"kinos\.tokens\.warn .*A document above this is long"):
        french("{}")


def test_a_secret_is_no_setting_of_an_editor() -> None:
    assert "kinos.model.key" not in manifest(package())
    assert "---@field key?" not in lua_types()


@pytest.mark.parametrize(
    "line",
    [
        "---@field warn? integer a document above this is long (tokens); default: 6000",
        "---@field exclude? string[] documents that are not counted",
        "---@field mode? ''|'review'|'auto' review: each change",
        "---@field prices? table<string, table> prices by model",
        "---@field temperature? number sent to the model only if set",
    ],
)
def test_lua_has_a_type_for_each_kind_of_setting(line: str) -> None:
    assert line in lua_types()
