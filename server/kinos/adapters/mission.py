"""Folders to work in: a mission, which has a request to fill in, and a copy of the sample workspace."""

import shutil
import tempfile
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


def make_sample(example: Path, into: Path | None) -> Path:
    """Copy the sample workspace `example` to the empty or new folder `into`, else to a new temporary one; its real path.

    Raises SetupError.
    """
    other = "Name a new folder where you may write, or none for a temporary one."
    try:
        if into is not None and into.exists() and any(into.iterdir()):
            raise SetupError(f"{into} is not empty.", other)
        folder = into or Path(tempfile.mkdtemp(prefix="kinos-sample-"))
        shutil.copytree(example, folder, dirs_exist_ok=True)
    except shutil.Error as error:
        raise SetupError(f"The sample workspace cannot be copied: {error.args[0][0][2]}.", other) from error
    except OSError as error:
        raise SetupError(f"The sample workspace cannot be made in {into}: {error.strerror}.", other) from error
    return folder.resolve()
