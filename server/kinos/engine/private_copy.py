"""Copies of a task's files in a private folder, for the editor model's tool, and what comes back of them."""

import os
from collections.abc import Mapping
from pathlib import Path

from kinos.domain.errors import PolicyError
from kinos.engine.text import decoded


def hand_out(folder: Path, bases: Mapping[str, bytes | None]) -> None:
    """Copies of the files, with line feeds only: the editor model's tool writes nothing else."""
    for path, base in bases.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if base is not None:
            target.write_text(decoded(base, path).unified(), encoding="utf-8", newline="\n")


def collected(folder: Path, bases: Mapping[str, bytes | None]) -> dict[str, str | None]:
    """By path, the text each file has now, None when it is gone. Raises PolicyError for what is no text."""
    return {path: _read(folder / path, path) for path in bases}


def _read(file: Path, path: str) -> str | None:
    if os.path.realpath(file) != str(file) or (file.exists() and not file.is_file()):
        raise PolicyError(f"{path} came back as something that is not a file.")
    if not file.exists():
        return None
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path} came back as something that is not UTF-8 text.") from error
    if "\x00" in text:
        raise PolicyError(f"{path} came back as something binary.")
    return text
