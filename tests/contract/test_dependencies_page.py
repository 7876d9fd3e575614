"""docs/dependencies.md justifies what we require, what we import, and what we build with."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DISTRIBUTIONS = {"aider": "aider-chat"}
"""What is installed under another name than it is imported by."""


def lines() -> dict[str, str]:
    """Each justified package, and the rest of its line."""
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (.+)$", page, re.MULTILINE)
    return {name: rest for names, rest in rows for name in names.split(", ")}


def required() -> Iterator[str]:
    """Every requirement of pyproject.toml, by name."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    extras = project["project"]["optional-dependencies"].values()
    for group in (project["build-system"]["requires"], project["project"]["dependencies"], *extras):
        yield from (re.split(r"[=<>;~! ]", requirement)[0] for requirement in group)


@cache
def imported() -> dict[str, set[str]]:
    """Packages that are neither ours nor of the standard library, and the files that import them."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / "server" / "kinos").rglob("*.py"):
        for module in _modules(ast.parse(file.read_text(encoding="utf-8"))):
            root = module.partition(".")[0]
            if root != "kinos" and root not in sys.stdlib_module_names:
                found.setdefault(root, set()).add(file.relative_to(ROOT / "server" / "kinos").as_posix())
    return found


def _modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("name", sorted({*required(), "uv"}))
def test_what_is_required_is_justified(name: str) -> None:
    assert name in lines(), f"{name} has no line in docs/dependencies.md"


@pytest.mark.parametrize("module", sorted(imported()))
def test_what_is_imported_is_justified_for_the_layer_that_imports_it(module: str) -> None:
    name = DISTRIBUTIONS.get(module, module)
    assert name in lines(), f"{module} is imported and has no line in docs/dependencies.md"
    where = lines()[name].removesuffix(" |").rpartition(" | ")[2]
    allowed = {place.partition("/")[0] for place in re.findall(r"`(.+?)`", where)}
    assert {file.partition("/")[0] for file in imported()[module]} <= allowed


def test_nothing_is_justified_that_is_not_used() -> None:
    brought = {DISTRIBUTIONS.get(module, module) for module in imported()}
    assert set(lines()) - {"package", "---", "uv"} == {*required(), *brought}
