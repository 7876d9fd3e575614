"""Reaching the engine of a folder: the one that already runs somewhere, else one of our own for this command."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from kinos.cli.outside import Outside
from kinos.cli.terminal import warn
from kinos.domain.errors import KinosError
from kinos.engine.command import run

FRONT_END = "a terminal"

type Ask = Callable[[str, Mapping[str, Any]], Awaitable[Any]]


def command(outside: Outside, root: Path, method: str, params: Mapping[str, Any]) -> Any:
    """Give a command to the engine of `root` and return its answer. Raises a KinosError that says why not."""
    return commands(outside, root, (method, params))[0]


def commands(outside: Outside, root: Path, *given: tuple[str, Mapping[str, Any]]) -> list[Any]:
    """Give several, one after the other, to one engine."""
    return asyncio.run(_commands(outside, root, given))


def attempts(outside: Outside, root: Path, *given: tuple[str, Mapping[str, Any]]) -> list[Any]:
    """Give several to one engine, each for itself: where one is refused, its KinosError stands in the place of the answer."""
    return asyncio.run(_commands(outside, root, given, each=True))


def asked(outside: Outside, root: Path, method: str, params: Mapping[str, Any]) -> Any:
    """The same, but only of an engine that already runs; None when none does."""
    engines = outside.engines(root)
    return asyncio.run(outside.ask(engines[0], root, method, params)) if engines else None


async def _commands(
    outside: Outside, root: Path, given: Sequence[tuple[str, Mapping[str, Any]]], *, each: bool = False
) -> list[Any]:
    engines = outside.engines(root)
    if engines:
        return await _answers(partial(outside.ask, engines[0], root), given, each=each)
    workspace = outside.workspace(root, FRONT_END, brief=True)
    for problem in workspace.problems:
        warn(problem, root)
    try:
        await workspace.open()
        return await _answers(partial(run, workspace.session), given, each=each)
    finally:
        await workspace.close()


async def _answers(ask: Ask, given: Sequence[tuple[str, Mapping[str, Any]]], *, each: bool) -> list[Any]:
    answers: list[Any] = []
    for method, params in given:
        try:
            answers.append(await ask(method, params))
        except KinosError as error:
            if not each:
                raise
            answers.append(error)
    return answers
