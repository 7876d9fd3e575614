"""Reaching the engine of a folder: the one that already runs somewhere, else one of our own for this command."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kinos.cli.outside import Outside
from kinos.cli.terminal import warn
from kinos.engine.command import run

FRONT_END = "a terminal"


def command(outside: Outside, root: Path, method: str, params: Mapping[str, Any]) -> Any:
    """Give a command to the engine of `root` and return its answer. Raises a KinosError that says why not."""
    return commands(outside, root, (method, params))[0]


def commands(outside: Outside, root: Path, *given: tuple[str, Mapping[str, Any]]) -> list[Any]:
    """Give several, one after the other, to one engine."""
    return asyncio.run(_commands(outside, root, given))


def asked(outside: Outside, root: Path, method: str, params: Mapping[str, Any]) -> Any:
    """The same, but only of an engine that already runs; None when none does."""
    engines = outside.engines(root)
    return asyncio.run(outside.ask(engines[0], root, method, params)) if engines else None


async def _commands(outside: Outside, root: Path, given: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Any]:
    engines = outside.engines(root)
    if engines:
        return [await outside.ask(engines[0], root, method, params) for method, params in given]
    workspace = outside.workspace(root, FRONT_END, brief=True)
    for problem in workspace.problems:
        warn(problem, root)
    try:
        await workspace.open()
        return [await run(workspace.session, method, params) for method, params in given]
    finally:
        await workspace.close()
