"""What a person's configuration becomes when KinOS is set up in an editor."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.setup import Standing, proposed, shown
from kinos.domain.snippet import EDITORS, Start

START, MOVED = Start(), Start(("/opt/kin", "lsp"), "/opt/neovim")


@pytest.mark.parametrize("editor", ["neovim", "helix", "emacs", "lsp-mode"])
def test_what_was_written_is_found_there_the_second_time(editor: str) -> None:
    first = proposed(editor, START, "file", None)
    assert (first.standing, first.before, first.does_something) == (Standing.NEW, None, True)
    second = proposed(editor, START, "file", first.after)
    assert (second.standing, second.after, second.does_something) == (Standing.THERE, first.after, False)


@pytest.mark.parametrize("editor", ["neovim", "emacs", "lsp-mode"])
def test_what_was_written_for_another_place_of_kinos_is_written_anew(editor: str) -> None:
    before = proposed(editor, START, "file", None).after
    again = proposed(editor, MOVED, "file", before)
    assert again.standing is Standing.OTHER
    assert again.remark
    assert again.after == proposed(editor, MOVED, "file", None).after


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_all_else_of_an_init_file_stays_to_the_letter(above: str, below: str) -> None:
    made = proposed("emacs", START, "file", above)
    assert made.after is not None
    assert made.after.startswith(above)
    if made.standing is Standing.NEW:
        moved = proposed("emacs", MOVED, "file", made.after + below)
        assert moved.after is not None
        assert moved.after.startswith(above)
        assert moved.after.endswith(below)
        assert "/opt/kin" in moved.after


@pytest.mark.parametrize("editor", ["emacs", "lsp-mode"])
@pytest.mark.parametrize("line", ['  (a . ("kin" "lsp"))', "(setq kinos-here t)"])
def test_what_a_person_has_set_up_by_hand_is_left_alone_and_told_with_its_line(editor: str, line: str) -> None:
    made = proposed(editor, START, "init.el", f";; mine\n{line}\n")
    assert (made.standing, made.after, made.does_something) == (Standing.BY_HAND, made.before, False)
    assert "in line 2" in made.remark


def test_a_comment_about_kinos_hinders_nothing() -> None:
    assert proposed("emacs", START, "init.el", ";; KinOS may come here\n").standing is Standing.NEW


def test_another_file_of_the_name_is_told_before_it_would_be_replaced() -> None:
    made = proposed("neovim", START, "kinos.lua", "-- mine\n")
    assert (made.standing, made.before) == (Standing.OTHER, "-- mine\n")
    assert "kinos.lua is there, with other contents" in made.remark


def test_neovim_is_told_a_command_only_where_it_is_not_the_usual_one() -> None:
    assert "cmd =" not in EDITORS["neovim"].parts(START)[0].text
    assert "cmd = { '/opt/it\\'s/kin', 'lsp' }" in EDITORS["neovim"].parts(Start(("/opt/it's/kin", "lsp")))[0].text


@pytest.mark.parametrize("command", [("kin", "lsp"), ('/a "b" c\\d/kin', "lsp")])
def test_what_is_only_shown_is_valid_and_names_the_command(command: tuple[str, ...]) -> None:
    start = Start(command)
    sublime = json.loads(shown("sublime", start).parts[0].text)["kinos"]
    assert sublime["command"] == list(command)
    template = json.loads(shown("jetbrains", start).parts[0].text)
    assert "kin" in template["programArgs"]["default"]
    zed = shown("zed", start)
    assert zed.standing is Standing.SHOWN
    assert [tomllib.loads(part.text).get("id") for part in zed.parts if part.into.endswith("extension.toml")] == [
        "kinos"
    ]
    assert not zed.does_something


def test_each_proposal_says_all_that_is_known_of_it() -> None:
    described = proposed("helix", START, "languages.toml", None).described()
    assert described["editor"] == "helix"
    assert described["standing"] == "new"
    assert described["file"] == "languages.toml"
    assert described["snippet"][0]["language"] == "toml"
