"""A task that had to wait for its files: whether it still makes sense for the files as they are now."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kinos.domain.change import digest
from kinos.domain.errors import ConflictError
from kinos.domain.task import Task
from kinos.engine.landing import Landing

type Digests = Mapping[str, str | None]
"""Of each file by path, None for no file."""


def digests(landing: Landing, paths: Iterable[str]) -> Digests:
    """The files as they are now, open texts included. Raises LandingError when one cannot be read."""
    contents = {path: landing.current(path) for path in paths}
    return {path: None if content is None else digest(content) for path, content in contents.items()}


def revalidated(task: Task, planned: Digests, now: Digests) -> Task:
    """`task` for the files as they are `now`: as it was if they are as they were, else with a word on those that changed.

    It is not planned again: that would cost a call for what is mostly still right. Raises ConflictError when a file came or
    went meanwhile, for then it is another task.
    """
    for path, was in planned.items():
        if (was is None) != (now[path] is None):
            what = "created" if was is None else "deleted"
            raise ConflictError(f"{path} was {what} by somebody else while the task waited for its files.")
    changed = [path for path, was in planned.items() if now[path] != was]
    if not changed:
        return task
    word = f"Since this was planned, others have changed {', '.join(changed)}. Do only what is still needed."
    return replace(task, instructions=f"{task.instructions}\n\n{word}")
