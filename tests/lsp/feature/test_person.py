"""What a person has done beside the engine: missions, approvals, the log."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kinos.app import App
from kinos.domain.demand import Demand
from kinos.domain.errors import UntrustedError, UsageError
from kinos.engine.command import COMMANDS
from kinos.lsp.feature.person import KEYS, new_folder, trusted
from lsp.stage import OneFolder

CONFIG = '[check]\ncommand = ["make", "test"]\n\n[landing]\nedit = ["src/**"]\n'


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OneFolder:
    """A folder that brings two values beyond tightening."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "w"
    (root / ".kinos").mkdir(parents=True)
    (root / ".kinos" / "config.toml").write_text(CONFIG)
    return OneFolder(root)


async def ask(place: OneFolder, given: Mapping[str, Any] | None = None, *, allowed: bool = True) -> dict[str, Any]:
    return await trusted(App(), place.folder, given or {}, allowed=allowed)


def approved(answer: Mapping[str, Any]) -> dict[str, bool]:
    return {each["what"]: each["approved"] for each in answer["found"]}


async def test_nothing_is_approved_by_looking(place: OneFolder) -> None:
    await ask(place)
    found = (await ask(place))["found"]
    assert [each["value"] for each in found if each["what"] == "check.command"] == ['["make", "test"]']
    assert set(approved({"found": found}).values()) == {False}


async def test_exactly_what_is_named_is_approved_and_what_was_approved_before_stays(place: OneFolder) -> None:
    first, second = (await ask(place))["found"]
    assert approved(await ask(place, {"approve": [first["mark"]]})) == {first["what"]: True, second["what"]: False}
    assert set(approved(await ask(place, {"approve": [second["mark"]]})).values()) == {True}
    assert set(approved(await ask(place, {"revoke": True})).values()) == {False}


async def test_a_value_that_changed_since_it_was_shown_approves_nothing(place: OneFolder) -> None:
    marks = [each["mark"] for each in (await ask(place))["found"]]
    file = place.root / ".kinos" / "config.toml"
    file.write_text(CONFIG.replace("test", "everything"))
    with pytest.raises(UsageError, match="changed meanwhile"):
        await ask(place, {"approve": marks})
    assert set(approved(await ask(place)).values()) == {False}


async def test_nothing_is_approved_in_a_folder_that_the_editor_does_not_trust(place: OneFolder) -> None:
    marks = [each["mark"] for each in (await ask(place))["found"]]
    with pytest.raises(UntrustedError):
        await ask(place, {"approve": marks}, allowed=False)
    assert set(approved(await ask(place, allowed=False)).values()) == {False}


@pytest.mark.parametrize(
    "given", [{"approve": "all"}, {"approve": [5]}, {"approve": ["x"], "revoke": True}, {"revoke": 1}]
)
async def test_what_is_no_list_of_marks_is_refused(place: OneFolder, given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        await ask(place, given)


async def test_the_marks_of_another_folder_approve_nothing(place: OneFolder) -> None:
    demand = Demand("check.command", '["make", "test"]', "f")
    with pytest.raises(UsageError):
        await ask(place, {"approve": [demand.mark("/elsewhere")]})


def test_no_other_process_can_have_it_done_through_the_engine() -> None:
    assert set(KEYS) & set(COMMANDS) == set()


async def test_a_mission_is_made_in_the_folder_or_where_it_is_named(place: OneFolder, tmp_path: Path) -> None:
    def folder(**given: object) -> Path:
        return new_folder(place.folders, given)

    assert folder() == place.root
    assert folder(into="deep/er") == place.root / "deep" / "er"
    assert folder(into=str(tmp_path / "other")) == folder(into=(tmp_path / "other").as_uri()) == tmp_path / "other"
    assert folder(into="~/m") == Path.home() / "m"
    with pytest.raises(UsageError):
        folder(into=5)


def test_the_log_is_named(tmp_path: Path) -> None:
    made = App().workspace(tmp_path, "a test")
    assert made.log == tmp_path / ".kinos" / "state" / "kinos.log"
