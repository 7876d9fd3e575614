"""Which paths agents may touch."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.errors import PolicyError
from kinos.domain.path import checked, instructs, is_document, matches, normal


@pytest.mark.parametrize(
    "path",
    [
        "../x.md", "a/../../x.md", "/etc/passwd", "~/x.md", "C:/x.md", "a\\b.md", "a//b.md", "", "a/", "..", "x\0.md", "a\n.md",
        ".git/config", "docs/.hidden/x.md", ".kinos/teams/x.toml", ".github/workflows/x.yml", ".env", "conf/.env.local",
        "demande.md", "DEMANDE.md", "request.md", ".aider.mission.md", "map (readonly).md", "Map (Readonly).MD",
        "id_rsa", "keys/server.pem", "secrets.yaml", "service-account-x.json", "credentials.json", "prod.env",
        "a.exe", "picture.png", "archive.tar.gz", "noextension", "x.md.", "folder /x.md", "a" * 2000 + ".md",
    ],
)  # fmt: skip
def test_a_path_that_is_not_for_agents_is_refused_with_a_reason(path: str) -> None:
    with pytest.raises(PolicyError) as refused:
        checked(path)
    assert len(refused.value.message) > 10


@pytest.mark.parametrize(
    "path", ["a.md", "./docs/é.md", "src/main.py", "Makefile", "docs/🔴 notes.markdown", "x/y/z.TOML"]
)
def test_text_inside_the_workspace_is_allowed(path: str) -> None:
    assert checked(path) == unicodedata.normalize("NFC", path.removeprefix("./"))


def test_other_files_are_allowed_where_the_user_says_so() -> None:
    assert checked("data/x.geojson5", ["data/**"]) == "data/x.geojson5"


def test_another_spelling_of_the_request_is_still_the_request() -> None:
    with pytest.raises(PolicyError):
        checked(unicodedata.normalize("NFD", "./Demande.MD"))


@given(st.text())
def test_no_text_gets_a_path_out_of_the_workspace_or_into_a_hidden_folder(path: str) -> None:
    try:
        clean = checked(path)
    except PolicyError:
        return
    parts = clean.split("/")
    assert not any(part in ("", ".", "..") or part.startswith(".") for part in parts)
    assert clean == unicodedata.normalize("NFC", clean)
    assert normal(clean) == clean


@pytest.mark.parametrize(
    "path", ["Makefile", "sub/package.json", "CONFTEST.py", "AGENTS.md", "docs/CLAUDE.md", "setup.py"]
)
def test_what_runs_or_instructs_by_itself_is_known_in_any_case(path: str) -> None:
    assert instructs(path)


@pytest.mark.parametrize(
    ("path", "glob", "matching"),
    [
        ("a.md", "**/*.md", True),
        ("x/y/a.md", "**/*.md", True),
        ("x/a.md", "*.md", False),
        ("tests/deep/a.py", "tests/**", True),
        ("atests/a.py", "tests/**", False),
        ("a.md", "?.md", True),
        ("ab.md", "?.md", False),
        ("a+b.md", "a+b.md", True),
        ("aab.md", "a+b.md", False),
    ],
)
def test_globs_match_whole_paths(path: str, glob: str, matching: bool) -> None:
    assert matches(path, [glob]) is matching


def test_the_map_is_no_document_and_other_markdown_is() -> None:
    assert is_document("a.MARKDOWN")
    assert not is_document("map (readonly).md")
    assert not is_document("a.txt")
