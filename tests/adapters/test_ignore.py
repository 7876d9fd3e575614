"""What is ignored, compared with git where git has an opinion."""

import subprocess
from pathlib import Path

import pytest

from kinos.adapters.ignore import Ignore


def put(root: Path, path: str, text: str = "") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


CASES = {
    "a pattern without a slash counts at any depth": ({".gitignore": "*.log.md"}, ["x.log.md", "a/b/x.log.md", "x.md"]),
    "a pattern with a slash counts from its own folder": (
        {"docs/.gitignore": "/a.md"},
        ["docs/a.md", "docs/x/a.md", "a.md"],
    ),
    "a folder takes everything below it along": (
        {".gitignore": "build/"},
        ["build/a.md", "x/build/y/a.md", "rebuild/a.md"],
    ),
    "a later line takes an earlier one back": ({".gitignore": "*.md\n!keep.md"}, ["a.md", "keep.md", "docs/keep.md"]),
    "nothing below an ignored folder comes back": ({".gitignore": "out/\n!out/keep.md"}, ["out/keep.md"]),
    "what is below may come back if only files are ignored": (
        {".gitignore": "out/*\n!out/keep.md"},
        ["out/keep.md", "out/x.md"],
    ),
    "a deeper file has the last word": (
        {".gitignore": "*.md", "docs/.gitignore": "!*.md"},
        ["a.md", "docs/a.md", "docs/deep/a.md", "other/a.md"],
    ),
    "stars, ranges and comments": (
        {".gitignore": "# no.md\n\na?.md\nb[0-9].md\n**/deep/**/c.md\nd\\ e.md\n"},
        ["no.md", "ab.md", "b7.md", "bx.md", "x/deep/y/z/c.md", "deep/c.md", "d e.md"],
    ),
    "lines that are no patterns say nothing": ({".gitignore": "!\n/\n\n*.tmp.md"}, ["a.md", "b.tmp.md"]),
    "Windows line ends": ({".gitignore": "a.md\r\nb.md\r\n"}, ["a.md", "b.md", "c.md"]),
    "a byte order mark": ({".gitignore": "\ufeffa.md\n"}, ["a.md"]),
}


@pytest.mark.parametrize("case", CASES)
def test_gitignore_says_what_git_says(case: str, tmp_path: Path) -> None:
    files, paths = CASES[case]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text.encode())
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    ignore = Ignore(tmp_path)
    for path in paths:
        asked = ["git", "-C", str(tmp_path), "-c", "core.excludesFile=", "check-ignore", "-q", "--no-index", path]
        git = subprocess.run(asked, check=False).returncode == 0
        assert ignore.hides(path) is git, path


def test_kinosignore_adds_and_takes_back(tmp_path: Path) -> None:
    put(tmp_path, ".gitignore", "*.log.md\n")
    put(tmp_path, ".kinosignore", "drafts/\n!shown.log.md\n")
    put(tmp_path, "docs/.kinosignore", "private.md\n")
    ignore = Ignore(tmp_path)
    hidden = ["a.log.md", "drafts/a.md", "docs/private.md"]
    shown = ["shown.log.md", "private.md", "a.md"]
    assert [path for path in hidden + shown if ignore.hides(path)] == hidden


def test_excluded_documents_never_come_back(tmp_path: Path) -> None:
    put(tmp_path, ".kinosignore", "!vendor/a.md\n!vendor/\n")
    ignore = Ignore(tmp_path, ("vendor/", "*.tmp.md"))
    assert ignore.hides("vendor/a.md")
    assert ignore.hides("x/y.tmp.md")
    assert not ignore.hides("a.md")


def test_a_file_is_read_once_until_it_is_forgotten(tmp_path: Path) -> None:
    ignore = Ignore(tmp_path)
    assert not ignore.hides("docs/a.md")
    put(tmp_path, ".gitignore", "docs/\n")
    assert not ignore.hides("docs/a.md")
    ignore.forget()
    assert ignore.hides("docs/a.md")


def test_an_ignore_file_that_is_not_utf_8_still_counts(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"caf\xe9.md\nprivate.md\n")
    assert Ignore(tmp_path).hides("private.md")


def test_a_folder_named_like_an_ignore_file_says_nothing(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").mkdir()
    assert not Ignore(tmp_path).hides("a.md")
