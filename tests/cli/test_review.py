"""`kin review -i` shows one change after the other and does what the person says."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.clock import BEGINNING
from fakes.outside import FakeOutside
from fakes.world import World
from kinos.cli.diff import painted
from kinos.cli.main import run
from kinos.domain.change import Change, ChangeState, FileChange


@pytest.fixture
def outside() -> FakeOutside:
    """Three changes wait, each a new file."""
    world = World()
    for number in range(3):
        file = FileChange(f"new{number}.md", None, world.journal.keep(f"text {number}\n".encode()))
        world.journal.record(Change(f"w{number}", "y1", "s1", "ann", f"Title {number}", "why", (file,), BEGINNING))
    return FakeOutside(world)


def types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What the person types."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def states(outside: FakeOutside) -> list[str]:
    return [change.state.value for change in outside.world.journal.changes()]


def test_each_is_shown_with_its_diff_and_done_as_the_person_says(
    outside: FakeOutside, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "what?\napt install x\nA\nreject\ntoo long\ns\n")
    assert run(["review", "-i"], outside) == 0
    said = capsys.readouterr().out
    assert [f"+text {number}" in said for number in range(3)] == [True, True, True]
    assert states(outside) == ["landed", "rejected", "proposed"]
    assert outside.world.change(1).reason == "too long"
    assert outside.world.disk.text("new0.md") == "text 0\n"


@pytest.mark.parametrize("typed", ["q\n", ""])
def test_to_quit_or_to_say_nothing_more_leaves_the_rest(
    typed: str, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    types(monkeypatch, f"a\n{typed}")
    assert run(["review", "-i"], outside) == 0
    assert states(outside) == ["landed", "proposed", "proposed"]


def test_one_that_no_longer_fits_is_said_and_the_next_is_looked_at(
    outside: FakeOutside, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.world.disk.put("new0.md", "mine\n")
    types(monkeypatch, "a\na\nq\n")
    assert run(["review", "-i"], outside) == 0
    assert states(outside) == ["conflicted", "landed", "proposed"]
    assert "new0.md" in capsys.readouterr().err


def test_where_nothing_waits_there_is_nothing_to_ask(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    for change in outside.world.journal.changes():
        outside.world.journal.record(replace(change, state=ChangeState.REJECTED))
    assert run(["review", "-i"], outside) == 3
    assert "Nothing waits" in capsys.readouterr().out


def test_a_list_ends_with_what_can_be_done(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review"], outside) == 0
    assert "--accept ID" in capsys.readouterr().out.splitlines()[-1]


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    """From now on standard output is a terminal of 80 columns and 24 lines, without colours."""
    for name, value in {"NO_COLOR": "1", "COLUMNS": "80", "LINES": "24", "PAGER": ""}.items():
        monkeypatch.setenv(name, value)
    shown = _Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    return shown


def lengthen(outside: FakeOutside, lines: int) -> None:
    """The first change that waits makes a file of so many lines."""
    text = "".join(f"line {number}\n" for number in range(lines))
    file = FileChange("new0.md", None, outside.world.journal.keep(text.encode()))
    outside.world.journal.record(replace(outside.world.change(0), files=(file,)))


def test_a_diff_has_colours_on_a_terminal_alone(outside: FakeOutside, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    shown = _Terminal()
    with monkeypatch.context() as terminal:
        terminal.setattr(sys, "stdout", shown)
        assert run(["review", "--diff", "w0"], outside) == 0
    assert "\x1b[32m+text 0\x1b[0m" in shown.getvalue()
    assert painted("+x") == "+x"


# -- editing in between ------------------------------------------------------------------------------------------------


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the person's editor to a program that does so with the `path` it is given, whose text is `text`."""

    def set_editor(code: str) -> None:
        script = tmp_path / "editor.py"
        script.write_text(
            f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\ntext = path.read_text()\n{code}\n",
            encoding="utf-8",
        )
        monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")

    return set_editor


def test_what_the_person_edits_is_shown_and_asked_about_again(
    outside: FakeOutside,
    editor: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    editor("path.write_text(text + 'mine\\n')")
    types(monkeypatch, "e\na\nq\n")
    assert run(["review", "-i"], outside) == 0
    assert states(outside) == ["superseded", "proposed", "proposed", "landed"]
    assert outside.world.disk.text("new0.md") == "text 0\nmine\n"
    assert "+mine" in capsys.readouterr().out


@pytest.mark.parametrize(("code", "said"), [("pass", "Nothing was changed."), ("sys.exit(3)", "ended with 3")])
def test_where_nothing_was_edited_the_same_change_is_asked_about_again(
    code: str,
    said: str,
    outside: FakeOutside,
    editor: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    editor(code)
    types(monkeypatch, "e\na\nq\n")
    assert run(["review", "-i"], outside) == 0
    assert states(outside) == ["landed", "proposed", "proposed"]
    told = capsys.readouterr()
    assert said in told.out + told.err


# -- more than fits ----------------------------------------------------------------------------------------------------


def test_a_diff_longer_than_the_terminal_is_cut_and_v_shows_all_of_it(
    outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = at_a_terminal(monkeypatch)
    lengthen(outside, 50)
    types(monkeypatch, "q\n")
    assert run(["review", "-i"], outside) == 0
    first = terminal.getvalue()
    assert first.count("\n") < 24
    assert "+line 49" not in first
    assert "more lines: v shows all" in first
    assert first.endswith("Accept, edit, reject, skip, view all, quit? [a/e/r/s/v/q] ")
    types(monkeypatch, "v\nq\n")
    assert run(["review", "-i"], outside) == 0
    assert "+line 49" in terminal.getvalue()


def test_a_diff_that_fits_is_whole(outside: FakeOutside, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    lengthen(outside, 8)
    types(monkeypatch, "q\n")
    assert run(["review", "-i"], outside) == 0
    assert "+line 7" in terminal.getvalue()
    assert "view all" not in terminal.getvalue()


@pytest.mark.parametrize("command", [["review", "w0"], ["review", "--diff", "w0"]])
@pytest.mark.parametrize(("lines", "paged"), [(50, True), (5, False)])
def test_what_is_longer_than_the_terminal_goes_through_the_persons_pager(
    command: list[str],
    lines: int,
    paged: bool,
    outside: FakeOutside,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = at_a_terminal(monkeypatch)
    lengthen(outside, lines)
    monkeypatch.setenv("PAGER", f"tee {tmp_path / 'seen'}")
    assert run(command, outside) == 0
    assert (tmp_path / "seen").exists() == paged
    assert (f"+line {lines - 1}\n" in terminal.getvalue()) == (not paged)
    if paged:
        assert (tmp_path / "seen").read_text(encoding="utf-8").endswith("+line 49\n")


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager -x"])
def test_without_a_pager_all_of_it_is_said(pager: str, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    lengthen(outside, 50)
    monkeypatch.setenv("PAGER", pager)
    assert run(["review", "--diff", "w0"], outside) == 0
    assert "+line 49\n" in terminal.getvalue()


def test_a_pager_that_is_left_early_is_no_error(outside: FakeOutside, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    lengthen(outside, 50_000)
    monkeypatch.setenv("PAGER", "true")
    assert run(["review", "--diff", "w0"], outside) == 0


# -- several at once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [["--accept", "w2", "--accept", "w0", "--accept", "w2"], ["--reject", "w2", "--reject", "w0"]]
)
def test_several_are_decided_at_once(command: list[str], outside: FakeOutside) -> None:
    assert run(["review", *command], outside) == 0
    done = "landed" if "--accept" in command else "rejected"
    assert states(outside) == [done, "proposed", done]


@pytest.mark.parametrize(("option", "state"), [("--accept", "landed"), ("--reject", "rejected")])
def test_all_that_waits_is_decided_at_once(option: str, state: str, outside: FakeOutside) -> None:
    assert run(["review", option, "all", "--reason", "so"], outside) == 0
    assert states(outside) == [state] * 3
    assert run(["review", option, "all"], outside) == 3


def test_of_several_one_that_no_longer_fits_is_said_and_the_others_land(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.world.disk.put("new1.md", "mine\n")
    assert run(["review", "--accept", "all"], outside) == 1
    assert states(outside) == ["landed", "conflicted", "landed"]
    assert "new1.md" in capsys.readouterr().err


def test_as_json_one_that_was_named_is_an_object_and_several_are_a_list(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["review", "--accept", "w0", "--json"], outside) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "w0"
    assert run(["review", "--accept", "all", "--json"], outside) == 0
    assert [change["id"] for change in json.loads(capsys.readouterr().out)] == ["w1", "w2"]
    assert run(["review", "--accept", "all", "--json"], outside) == 3
    assert json.loads(capsys.readouterr().out) == []


def test_a_question_is_not_asked_as_json(outside: FakeOutside) -> None:
    assert run(["review", "-i", "--json"], outside) == 2
