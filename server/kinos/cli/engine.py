"""Reaching the engine of a folder: the one that already runs somewhere, else one of our own for this command."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kinos.cli.outside import Outside
from kinos.cli.terminal import warn
from kinos.engine.command import run

FRONT_END = "a terminal"


def command(outside: Outside, root: Path, method: str, params: Mapping[str, Any]) -> Any:
    """Give a command to the engine of `root` and return its answer. Raises a KinosError that says why not."""
    return asyncio.run(_command(outside, root, method, params))


def asked(outside: Outside, root: Path, method: str, params: Mapping[str, Any]) -> Any:
    """The same, but only of an engine that already runs; None when none does."""
    engines = outside.engines(root)
    return asyncio.run(outside.ask(engines[0], root, method, params)) if engines else None


async def _command(outside: Outside, root: Path, method: str, params: Mapping[str, Any]) -> Any:
    engines = outside.engines(root)
    if engines:
        return await outside.ask(engines[0], root, method, params)
    workspace = outside.workspace(root, FRONT_END, brief=True)
    for problem in workspace.problems:
        warn(problem)
    try:
        await workspace.open()
        return await run(workspace.session, method, params)
    finally:
        await workspace.close()
