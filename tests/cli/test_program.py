"""What a person is told to type works where they are."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from fakes.outside import FakeOutside
from fakes.world import World
from kinos.cli.main import run
from kinos.cli.program import program, there, typed


@pytest.fixture
def kin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `kin` in a folder with a space, started by its path; no other is on the PATH."""
    file = tmp_path / "my tools" / "kin"
    file.parent.mkdir()
    file.write_text("#!/bin/sh\n", encoding="utf-8")
    file.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(file), "demo"])
    monkeypatch.setenv("PATH", str(tmp_path))
    return file


def test_kin_on_the_path_is_kin(kin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(kin.parent))
    assert program() == "kin"


def test_kin_elsewhere_is_its_quoted_path(kin: Path) -> None:
    assert program() == f"'{kin}'"


def test_another_kin_on_the_path_is_not_this_one(kin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = kin.parents[1] / "kin"
    other.write_text("#!/bin/sh\n", encoding="utf-8")
    other.chmod(0o755)
    assert program() == f"'{kin}'"


def test_a_relative_path_is_told_from_anywhere(kin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(kin.parent)
    monkeypatch.setattr(sys, "argv", ["./kin"])
    assert program() == f"'{kin}'"


def test_a_module_is_started_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/kinos/__main__.py"])
    assert program() == f"{sys.executable} -m kinos"


@pytest.fixture
def known(kin: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`kin` is on the PATH, and one is in this folder."""
    monkeypatch.setenv("PATH", str(kin.parent))
    monkeypatch.chdir(kin.parents[1])
    return kin.parents[1]


@pytest.mark.parametrize(
    ("folder", "option"),
    [
        (".", ""),
        ("my tools", " -C 'my tools'"),
        ("my tools/..", ""),
        ("a\nb", " -C 'a\nb'"),
        ("-x", " -C ./-x"),
    ],
)
def test_a_folder_is_named_unless_one_is_in_it(folder: str, option: str, known: Path) -> None:
    assert there(Path(folder)) == option
    assert there(known) == ""


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Read it, then: kin trust --yes", "Read it, then: kin -C 'my tools' trust --yes"),
        ("`kin stop` ends it; kin --rehearse", "`kin -C 'my tools' stop` ends it; kin -C 'my tools' --rehearse"),
        ("kin status -C there", "kin -C 'my tools' status -C there"),
        ("kin -C there status", "kin -C there status"),
        ("akin to it, /bin/kin stop, kin: no", "akin to it, /bin/kin stop, kin: no"),
    ],
)
def test_commands_in_a_sentence_are_for_the_folder(sentence: str, told: str, known: Path) -> None:
    assert typed(sentence, Path("my tools")) == told
    assert typed(sentence, known) == sentence


class Watching(FakeOutside):
    """Remembers for which folder an engine was looked for."""

    def engines(self, root: Path) -> Sequence[int]:
        self.root = root
        return super().engines(root)


def test_what_is_told_is_understood_as_it_is_told(known: Path) -> None:
    outside = Watching(World())
    assert run(shlex.split(typed("kin status --json", Path("my tools")))[1:], outside) == 0
    assert outside.root == Path("my tools")


def test_the_way_out_of_an_error_is_for_the_folder(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["undo", "c9", "-C", "my tools"], FakeOutside(World())) == 2
    assert "See kin -C 'my tools' history." in capsys.readouterr().err


def test_a_setting_that_was_not_taken_is_told_with_a_command_for_the_folder(
    known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = FakeOutside(World())
    outside.problems = ("budget.usd was not taken: `kin trust` shows and approves it",)
    assert run(["status", "-C", "my tools"], outside) == 0
    assert "`kin -C 'my tools' trust` shows" in capsys.readouterr().err
