"""A small text file that a person wrote: read whole, with what is wrong with it named."""

from pathlib import Path

from kinos.adapters import regular
from kinos.domain.errors import ContentError, SetupError


def read(file: Path) -> str:
    """The text, with line feeds only and no byte order mark.

    Raises ContentError when it is not UTF-8, SetupError when it cannot be read.
    """
    try:
        return regular.read(file, regular.SMALL).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ContentError("not UTF-8 text", str(file)) from error
    except OSError as error:
        raise SetupError(f"{file} cannot be read: {error.strerror}.") from error
