"""The pages of `docs/editors/` show what `kin setup` writes and prints, to the letter, and lead where they say."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from kinos.domain.snippet import EDITORS, Start
from kinos.engine.command import COMMANDS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "editors"
PAGES = sorted(FOLDER.glob("*.md"))
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", EDITORS)
def test_each_editor_has_a_page_with_the_snippet_that_is_written(name: str) -> None:
    page = (ROOT / "docs" / EDITORS[name].page).read_text(encoding="utf-8")
    shown = _BLOCK.findall(page)
    for part in EDITORS[name].parts(Start()):
        assert (part.language, part.text) in shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_valid_and_its_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for language, block in _BLOCK.findall(text):
        if language == "json":
            json.loads(block)
        elif language == "toml":
            tomllib.loads(block)
    for target in _LINK.findall(text):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_commands_that_there_are(page: Path) -> None:
    named = re.findall(r"kinos\.server\.(\w+)", page.read_text(encoding="utf-8"))
    assert not set(named) - COMMANDS.keys()


def test_every_page_is_in_the_list_and_says_whether_it_was_tried() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        if page.name != "README.md":
            assert f"]({page.name})" in listed
            assert re.search(r"\*\*(Tried|Not tried)\*\*", page.read_text(encoding="utf-8"))


def test_the_readme_leads_to_the_pages() -> None:
    assert "(docs/editors/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
