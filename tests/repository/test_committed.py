"""What is committed is for everybody: it names no registry, no machine and nobody's home."""

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
REGISTRIES = ("pypi" + ".org", "npm" + "js.org", "npm" + "js.com", "pythonhosted" + ".org", "yarnpkg" + ".com")
EXAMPLES = ("ana", "me")
"""Whose homes may stand in examples."""
HOME = re.compile(r"(?<![\w.])(?:/root(?=[/\"'`\s:]|$)|/home/(?P<user>[\w.-]+)|/Users/\w+|[A-Z]:\\+Users\\+\w+)")


@cache
def committed() -> tuple[tuple[str, str], ...]:
    """Every text file that git knows, with its text."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    raws = [(name, (ROOT / name).read_bytes()) for name in names]
    return tuple((name, raw.decode("utf-8", "replace")) for name, raw in raws if b"\0" not in raw)


def homes(text: str) -> list[str]:
    """Paths below somebody's home, but for those of examples."""
    return [found[0] for found in HOME.finditer(text) if found["user"] not in EXAMPLES]


def keys(value: Any) -> Iterator[str]:
    """Every key of a JSON value."""
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(inner)


def test_nothing_names_a_registry() -> None:
    found = [(name, host) for name, text in committed() for host in REGISTRIES if host in text]
    assert found == []


def test_a_lock_file_does_not_say_where_its_packages_came_from() -> None:
    locks = [(name, text) for name, text in committed() if name.rpartition("/")[2] == "package-lock.json"]
    assert [name for name, _ in locks] == ["tools/package-lock.json", "vscode-extension/package-lock.json"]
    for name, text in locks:
        assert "resolved" not in keys(json.loads(text)), (
            f"{name}: run `npm config set omit-lockfile-registry-resolved true`"
        )


def test_nothing_is_locked_that_only_one_machine_can_fetch() -> None:
    assert not {"uv.lock", ".npmrc", "pip.conf", ".pypirc"} & {name.rpartition("/")[2] for name, _ in committed()}


def test_nothing_names_somebodys_home() -> None:
    here = "tests/repository/test_committed.py"
    assert [(name, found) for name, text in committed() if name != here for found in homes(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "/root/x",
        '"/root"',
        "cd /root",
        "/home/bob/a.md",
        "file:///home/bob",
        "/Users/bob/a",
        r"C:\Users\bob",
        r"C:\\Users\\bob",
    ],
)
def test_a_home_is_found(text: str) -> None:
    assert homes(text)


@pytest.mark.parametrize(
    "text", ["/root.md", "/home/ana/notes.md", "a/root/b", "./root/", "docs/home/bob", "the /rooted tree"]
)
def test_what_is_no_home_is_not(text: str) -> None:
    assert not homes(text)
