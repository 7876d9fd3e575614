"""`kin review --edit ID`: the files of a waiting change in the person's own editor, and what they made of them."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kinos.cli.engine import command
from kinos.cli.outside import Outside
from kinos.cli.terminal import warn
from kinos.domain.errors import KinosError, UsageError


def amended(outside: Outside, folder: Path, change: str) -> dict[str, Any] | None:
    """Let the person edit a waiting change. Returns the one that waits in its place, None when nothing was edited.

    Raises UsageError when there is no editor, or it says that it failed; the KinosError of an edit that was not taken names
    where it is kept.
    """
    editor = _editor()
    proposal = command(outside, folder, "proposal", {"change": change})
    files = [file for file in proposal["files"] if file["text"] is not None]
    if not files:
        raise UsageError(f"{change} only deletes files: there is nothing to edit.", "Accept or reject it.")
    for file in files:
        if file["conflict"]:
            warn(f"{file['path']} has both versions in it: {file['conflict']}")
    place = Path(tempfile.mkdtemp(prefix=f"kin-{change}-"))
    texts = _edited(editor, place, files)
    bases = {file["path"]: file["base"] for file in files if file["path"] in texts and file["base"] is not None}
    made: dict[str, Any] | None = None
    if texts:
        try:
            made = command(outside, folder, "editChange", {"change": change, "texts": texts, "bases": bases})
        except KinosError:
            warn(f"What you wrote is kept in {place}.")
            raise
    _remove(place, files)
    return made


def _editor() -> Sequence[str]:
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not words:
        raise UsageError("No editor is set.", "Set VISUAL or EDITOR, for example: EDITOR=nano kin review --edit ID.")
    return words


def _edited(editor: Sequence[str], place: Path, files: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """What the person made of the files, by path; only of those that became others. One that was removed is None."""
    for file in files:
        target = place / file["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file["text"], encoding="utf-8", newline="\n")
    try:
        done = subprocess.run([*editor, *(str(place / file["path"]) for file in files)], check=False)
    except OSError as error:
        raise UsageError(
            f"The editor {editor[0]} cannot be started: {error.strerror}.", "See VISUAL and EDITOR."
        ) from error
    if done.returncode:
        raise UsageError(
            f"The editor ended with {done.returncode}, so nothing was changed.", f"The files are in {place}."
        )
    texts = {file["path"]: _read(place / file["path"]) for file in files}
    return {file["path"]: texts[file["path"]] for file in files if texts[file["path"]] != file["text"]}


def _read(file: Path) -> str | None:
    if not file.exists():
        return None
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no longer UTF-8 text.", "Save it as UTF-8.") from error


def _remove(place: Path, files: Sequence[Mapping[str, Any]]) -> None:
    """Remove the copies, and nothing else that an editor may have put beside them."""
    for file in files:
        (place / file["path"]).unlink(missing_ok=True)
    for folder in sorted((path for path in (place, *place.rglob("*")) if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
