"""`kin setup`: shows what it would do, asks, does it once, and never without a word of the person."""

import io
import json
import sys
from pathlib import Path

import pytest

from kinos.app import App
from kinos.cli.main import run
from kinos.domain.snippet import EDITORS


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home folder with nothing in it; a VS Code is not on the PATH."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    for name in ("XDG_CONFIG_HOME", "NVIM_APPNAME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def kin(*arguments: object) -> int:
    return run([str(argument) for argument in arguments], App())


def at_a_terminal(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")


def test_on_a_terminal_it_shows_the_difference_and_asks(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / ".config/helix/languages.toml"
    at_a_terminal("yes\n", monkeypatch)
    assert kin("setup", "helix") == 0
    told = capsys.readouterr().out
    assert '+command = "kin"' in told
    assert f"Write {file}?" in told
    assert "[language-server.kinos]" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("answer", ["no\n", "", "y\n"])
def test_anything_but_yes_writes_nothing(
    home: Path, answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at_a_terminal(answer, monkeypatch)
    assert kin("setup", "emacs") == 2
    assert "Nothing was done." in capsys.readouterr().out
    assert list(home.iterdir()) == []


def test_without_a_terminal_it_writes_only_when_told_to(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("setup", "neovim") == 2
    told = capsys.readouterr()
    assert "+vim.opt.runtimepath:prepend(kinos)" in told.out
    assert "Nobody can be asked here, so nothing was done. Read it, then: kin setup neovim --write" in told.err
    assert list(home.iterdir()) == []
    assert kin("setup", "neovim", "--write") == 0
    assert (home / ".config/nvim/plugin/kinos.lua").is_file()


@pytest.mark.parametrize("editor", ["neovim", "helix", "emacs", "lsp-mode"])
def test_a_second_time_there_is_nothing_to_do(home: Path, editor: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("setup", editor, "--yes") == 0
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    capsys.readouterr()
    assert kin("setup", editor) == 0
    assert "already" in capsys.readouterr().out
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == before


def test_what_was_there_is_kept_beside_and_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / ".emacs").write_text("(setq mine t)\n", encoding="utf-8")
    assert kin("setup", "emacs", "--write") == 0
    assert f"As it was: {home}/.emacs.before-kinos" in capsys.readouterr().out
    assert (home / ".emacs.before-kinos").read_text(encoding="utf-8") == "(setq mine t)\n"
    assert (home / ".emacs").read_text(encoding="utf-8").startswith("(setq mine t)\n")


def test_what_is_set_up_by_hand_is_left_alone_also_when_told_to_write(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / ".emacs").write_text("(setq kinos t)\n", encoding="utf-8")
    assert kin("setup", "emacs", "--write") == 0
    assert "is left alone" in capsys.readouterr().out
    assert [file.name for file in home.iterdir()] == [".emacs"]


@pytest.mark.parametrize("editor", [name for name in EDITORS if name != "vscode"])
def test_the_snippet_alone_can_be_printed(home: Path, editor: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("setup", editor, "--print") == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert "kin" in told.out
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("editor", ["zed", "sublime", "jetbrains"])
def test_nothing_is_written_for_an_editor_whose_configuration_is_not_ours_to_write(
    home: Path, editor: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kin("setup", editor) == 0
    assert f"docs/editors/{editor}.md" in capsys.readouterr().out
    assert kin("setup", editor, "--write") == 2
    assert "kin writes nothing for" in capsys.readouterr().err
    assert list(home.iterdir()) == []


def test_as_json_it_asks_nothing_and_writes_when_told_to(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("setup", "helix", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["standing"], told["done"], told["backup"]) == ("new", False, "")
    assert told["file"] == str(home / ".config/helix/languages.toml")
    assert '+command = "kin"' in told["diff"]
    assert told["snippet"][0]["text"].startswith("[language-server.kinos]")
    assert list(home.iterdir()) == []
    assert kin("setup", "helix", "--json", "--write") == 0
    assert json.loads(capsys.readouterr().out)["done"] is True
    assert kin("setup", "helix", "--json", "--write") == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["standing"], again["done"], again["diff"]) == ("there", False, "")


def test_without_a_name_each_editor_is_listed_with_how_it_stands(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kin("setup", "helix", "--write") == 0
    capsys.readouterr()
    assert kin("setup") == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()[1:]}
    assert list(lines) == list(EDITORS)
    assert "set up" in lines["helix"]
    assert "yes" in lines["helix"]
    assert "not set up" in lines["neovim"]
    assert kin("setup", "--json") == 0
    rows = {row["editor"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["helix"]["standing"], rows["helix"]["found"]) == ("there", True)
    assert rows["vscode"]["standing"] == "missing"
    assert rows["vscode"]["remark"]


def test_an_editor_that_is_not_known_is_answered_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("setup", "neovin") == 2
    assert "Did you mean neovim? There are: neovim, vscode, helix" in capsys.readouterr().err
    assert kin("setup", "--write") == 2
    assert "Say for which editor." in capsys.readouterr().err


def test_a_file_that_cannot_be_changed_safely_is_an_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / ".config/helix/languages.toml"
    file.parent.mkdir(parents=True)
    file.write_text("language = 3\n", encoding="utf-8")
    assert kin("setup", "helix", "--write") == 2
    assert "cannot be added to safely" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "language = 3\n"
