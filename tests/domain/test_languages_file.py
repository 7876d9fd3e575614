"""Helix' `languages.toml` with KinOS in it: what a person wrote stays, to the letter."""

import tomllib
from difflib import ndiff

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.errors import UsageError
from kinos.domain.languages_file import with_server
from kinos.domain.snippet import HELIX_SERVERS, Start

START = Start()
TABLE = '[language-server.kinos]\ncommand = "kin"\nargs = ["lsp"]\n'


def added(text: str) -> str:
    made, own = with_server(text, START, "languages.toml")
    assert not own
    return made


def servers(text: str) -> list[object]:
    languages = tomllib.loads(text)["language"]
    return next(each for each in languages if each["name"] == "markdown")["language-servers"]


def test_without_a_file_the_servers_that_helix_has_itself_stay_in_the_list() -> None:
    made = added("")
    assert made.startswith(TABLE)
    assert servers(made) == [*HELIX_SERVERS, "kinos"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('["mine"]', '["mine", "kinos"]'),
        ('["mine", ]', '["mine", "kinos", ]'),
        ("[]", '["kinos"]'),
        ("[ ]", '["kinos" ]'),
        ('[\n  "mine", # first\n  "other"\n]', '[\n  "mine", # first\n  "other",\n  "kinos",\n]'),
        ('[\n\t"mine", # the "best" ]\n]', '[\n\t"mine", # the "best" ]\n\t"kinos",\n]'),
        ('[\n    "mine" # last\n]', '[\n    "mine", # last\n    "kinos",\n]'),
        ('["a",\n "b"]', '["a",\n "b",\n  "kinos"]'),
        ("[\n]", '[\n  "kinos",\n]'),
        (
            '[{ name = "mine", except-features = ["format", "hover"] }]',
            '[{ name = "mine", except-features = ["format", "hover"] }, "kinos"]',
        ),
        ("['a]b']", "['a]b', \"kinos\"]"),
    ],
)
def test_it_is_put_at_the_end_of_the_list_in_the_manner_of_the_list(before: str, after: str) -> None:
    language = '[[language]]\nname = "markdown"\nlanguage-servers = {}\nauto-format = true\n'
    assert added(TABLE + language.format(before)) == TABLE + language.format(after)


def test_the_list_of_another_language_is_left_alone() -> None:
    text = (
        '[[language]]\nname = "rust"\nlanguage-servers = ["rust-analyzer"]\n\n'
        '[[language]]\nname = "markdown" # mine\nsoft-wrap.enable = true\n\n[language.indent]\ntab-width = 2\nunit = "  "\n\n'
        '[[language]]\nname = "toml"\nlanguage-servers = ["taplo"]\n'
    )
    made = added(text)
    assert servers(made) == [*HELIX_SERVERS, "kinos"]
    assert [line for line in ndiff(text.split("\n"), made.split("\n")) if line[0] == "-"] == []
    assert made.index("kinos") < made.index("soft-wrap")


@pytest.mark.parametrize("listed", ['"kinos"', '{ name = "kinos", except-features = ["hover"] }'])
def test_one_that_is_there_stays_as_it_is_to_the_letter(listed: str) -> None:
    text = f'{TABLE}\n[[language]]\nname = "markdown"\nlanguage-servers = ["marksman", {listed}]\n'
    assert added(text) == text


def test_a_command_of_ones_own_stays_and_is_told() -> None:
    own = '[language-server.kinos]\ncommand = "/opt/kin"\nargs = ["lsp", "-v"]\n'
    made, told = with_server(own, START, "languages.toml")
    assert told
    assert made.startswith(own)
    assert servers(made) == [*HELIX_SERVERS, "kinos"]


@pytest.mark.parametrize(
    "text",
    [
        'language = [{ name = "rust" }]\n',
        'language = [{ name = "markdown", language-servers = ["a"] }]\n',
        'language-server = { marksman = { command = "m" } }\n',
        "language-server = 3\n",
        "language = 3\n",
    ],
)
def test_what_cannot_be_added_to_safely_is_refused_and_said(text: str) -> None:
    with pytest.raises(UsageError, match="written in a way that cannot be added to safely") as refused:
        with_server(text, START, "languages.toml")
    assert "--print" in refused.value.remedy


def test_what_is_no_toml_is_refused_with_its_line() -> None:
    with pytest.raises(UsageError, match=r"no valid TOML: .*line 2"):
        with_server("[a]\nb c\n", START, "languages.toml")


def test_the_line_ends_of_windows_stay() -> None:
    text = '[[language]]\r\nname = "markdown"\r\nlanguage-servers = [\r\n  "mine"\r\n]\r\n'
    made = added(text)
    assert "\n" not in made.replace("\r\n", "")
    assert servers(made) == ["mine", "kinos"]


def test_a_path_with_quotes_and_backslashes_is_the_same_in_the_file() -> None:
    command = ('C:\\a "b"\\kin.exe', "lsp")
    made, _ = with_server("", Start(command), "languages.toml")
    server = tomllib.loads(made)["language-server"]["kinos"]
    assert (server["command"], *server["args"]) == command


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x7f", exclude_categories=("Cc", "Cs")), max_size=8)
COMMENTS = st.sampled_from(["", ' # a ] comment, with "all" [of it', "  "])


@st.composite
def lists(draw: st.DrawFn) -> str:
    """An array of names as somebody may have laid it out."""
    text = "["
    names = draw(st.lists(NAMES, max_size=4))
    for number, name in enumerate(names):
        quoted = "'" + name + "'" if "'" not in name else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text += draw(st.sampled_from(["", " ", "\n  ", "\n\n"])) + quoted
        last = number == len(names) - 1
        text += "" if last and draw(st.booleans()) else ","
        comment = draw(COMMENTS)
        text += comment + ("\n" if "#" in comment else "")
    return text + draw(st.sampled_from(["", " ", "\n", "\n  # end ]\n"])) + "]"


@given(
    lists(),
    st.sampled_from(["", "auto-format = true\n"]),
    st.sampled_from(["", "# end", '\n[[language]]\nname = "a"\n']),
)
def test_whatever_a_list_looks_like_nothing_of_it_is_lost_and_a_second_time_nothing_happens(
    listed: str, before: str, behind: str
) -> None:
    text = f'{TABLE}[[language]]\n{before}name = "markdown"\nlanguage-servers = {listed}\n{behind}'
    had = servers(text)
    made = added(text)
    assert servers(made) == ([*had, "kinos"] if "kinos" not in had else had)
    assert [line for line in _without(text, made) if line.strip()] == []
    assert added(made) == made


def _without(text: str, made: str) -> list[str]:
    """What stands in `text` and no longer in `made`, by characters."""
    rest, at = [], 0
    for character in text:
        found = made.find(character, at)
        if found < 0:
            rest.append(character)
        else:
            at = found + 1
    return rest
