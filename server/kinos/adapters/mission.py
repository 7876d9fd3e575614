"""A mission on the disk: a folder with a request to fill in."""

from pathlib import Path

from kinos.domain.errors import SetupError, UsageError
from kinos.domain.path import REQUESTS
from kinos.domain.request import FORM


def make_mission(folder: Path) -> Path:
    """Make the folder, if it is not there, and the form of a request in it; the request's file.

    Raises UsageError when there is a request already, SetupError when it cannot be written.
    """
    there = next((name for name in REQUESTS if (folder / name).exists()), "")
    if there:
        raise UsageError(f"{folder / there} is there already, and stays as it is.", "Name another folder.")
    request = folder / REQUESTS[0]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with request.open("x", encoding="utf-8") as stream:
            stream.write(FORM)
    except OSError as error:
        raise SetupError(
            f"{folder} cannot be made a mission: {error.strerror}.", "Name a folder you may write."
        ) from error
    return request
