"""Whether there is anything for a team to work on: asking a model about nothing costs money for nothing."""

from kinos.domain.errors import LandingError, UsageError
from kinos.domain.path import REQUESTS
from kinos.domain.project_map import MAP_NAME
from kinos.domain.request import asks
from kinos.engine.ports import Disk


def check_matter(disk: Disk, documents: int) -> None:
    """Raise UsageError when a request is still the form to fill in, or when there is neither a request nor any file.

    `documents` are those of the workspace, open ones among them. May walk the folder: called off the loop.
    """
    path = next((path for path in REQUESTS if disk.stamp(path) is not None), "")
    if path and not _asks(disk, path):
        raise UsageError(
            f"Nothing is asked for in {path} yet.", "Fill it in and save it, or remove it; then start again."
        )
    if not path and not documents and all(each == MAP_NAME for each in disk.paths()):
        raise UsageError(
            "There is nothing here for a team to work on: no request and no file.",
            f"kin new makes a request to fill in; or write what you want into {REQUESTS[0]}.",
        )


def _asks(disk: Disk, path: str) -> bool:
    try:
        return asks((disk.read(path) or b"").decode("utf-8-sig", "replace"))
    except LandingError:  # one that cannot be read is told by who reads it
        return True
