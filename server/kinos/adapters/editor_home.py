"""Where editors keep what a person has configured, and how it is read and replaced: backed up, at one stroke, links kept."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kinos.adapters.share import shared
from kinos.adapters.vscode import VSCode
from kinos.adapters.whole_file import replace_file
from kinos.domain.errors import SetupError, UsageError
from kinos.domain.setup import Done, Proposal, proposed, shown
from kinos.domain.snippet import Start

_BACKUP = ".before-kinos"
"""Behind the name of a file, as it was before it was changed here; a number is added where there is one already."""
_MOST = 4 * 1024 * 1024
"""Bytes of a configuration that is read."""


class EditorHome:
    """Implements `EditorSetup` for the person whose environment this is."""

    def __init__(self, environment: Mapping[str, str], home: Path, platform: str = sys.platform) -> None:
        self._environment = environment
        self._home = home
        self._platform = platform

    def proposed(self, editor: str, command: tuple[str, ...]) -> Proposal:
        """What would be done for the editor.

        Raises UsageError when its file cannot be changed safely, SetupError when it cannot be read.
        """
        start = Start(command, str(shared() / "neovim"))
        if editor == "vscode":
            return self._vscode().proposed()
        file = self.file(editor)
        if file is None:
            return shown(editor, start)
        return proposed(editor, start, str(file), _read(file))

    def carry_out(self, proposal: Proposal) -> Done:
        """Do what was proposed. Raises SetupError when the file cannot be written, or is another one by now."""
        if proposal.command:
            return self._vscode().carry_out(proposal)
        file = Path(proposal.file)
        if proposal.after is None or _read(file) != proposal.before:
            raise SetupError(f"{file} has just been changed by somebody else.", "Do it again.")
        return Done(backup=_written(file, proposal.before, proposal.after))

    def found(self, editor: str) -> bool:
        """Whether there is anything of the editor here."""
        if editor == "vscode":
            return self._vscode().program is not None
        file = self.file(editor)
        return file is not None and (file.exists() or self._folder(editor).is_dir())

    def file(self, editor: str) -> Path | None:
        """The file that an editor reads; None for one whose configuration is not written here."""
        if editor == "neovim":
            return self._folder(editor) / "plugin" / "kinos.lua"
        if editor == "helix":
            return self._folder(editor) / "languages.toml"
        if editor in {"emacs", "lsp-mode"}:
            return self._init_file()
        return None

    def _folder(self, editor: str) -> Path:
        """Where the editor's configuration lies."""
        if editor in {"emacs", "lsp-mode"}:
            return self._emacs()
        name = self._environment.get("NVIM_APPNAME") or "nvim" if editor == "neovim" else "helix"
        if self._platform == "win32":
            # Neovim's is local to the machine, Helix' is not.
            data, below = ("LOCALAPPDATA", "Local") if editor == "neovim" else ("APPDATA", "Roaming")
            return Path(self._environment.get(data) or self._home / "AppData" / below) / name
        return self._config() / name

    def _config(self) -> Path:
        given = self._environment.get("XDG_CONFIG_HOME", "")
        # A relative one is to be ignored, says the XDG Base Directory Specification.
        return Path(given) if given and Path(given).is_absolute() else self._home / ".config"

    def _init_file(self) -> Path:
        """The one that Emacs loads: `startup.el` looks in this order."""
        for name in (".emacs.el", ".emacs"):
            if (self._home / name).exists():
                return self._home / name
        return self._emacs() / "init.el"

    def _emacs(self) -> Path:
        own, config = self._home / ".emacs.d", self._config() / "emacs"
        return config if config.exists() and not own.exists() else own

    def _vscode(self) -> VSCode:
        return VSCode(self._environment, shared() / "vscode-extension")


def _read(file: Path) -> str | None:
    """The text of a file; None when there is none. Raises SetupError, UsageError when it is no UTF-8 text."""
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SetupError(
            f"{file} cannot be read: {error.strerror}.", "See that it is a file that you may read."
        ) from error
    if len(content) > _MOST:
        raise UsageError(f"{file} is larger than any configuration.", "Look at what it is.")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{file} is no UTF-8 text, so it stays as it is.", "Put in by hand what --print shows."
        ) from error


def _written(file: Path, before: str | None, after: str) -> str:
    """Replace the file, where a link leads to; returns the name of its backup, empty when there was nothing to keep."""
    target, backup = Path(os.path.realpath(file)), ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not os.access(target, os.W_OK):
            raise SetupError(
                f"{target} cannot be written.", "Put in by hand what --print shows, where you keep its source."
            )
        if before is not None:
            mode = target.stat().st_mode & 0o7777
            backup = str(_kept(target, before.encode()))
            replace_file(target, after.encode())
            with suppress(OSError):
                target.chmod(mode)
        else:
            replace_file(target, after.encode())
    except OSError as error:
        raise SetupError(
            f"{target} cannot be written: {error.strerror}.", "Put in by hand what --print shows."
        ) from error
    return backup


def _kept(target: Path, content: bytes) -> Path:
    """A copy beside the file, under a name that nothing has."""
    number = 0
    while True:
        backup = target.with_name(f"{target.name}{_BACKUP}{f'.{number}' if number else ''}")
        try:
            with backup.open("xb") as stream:
                stream.write(content)
        except FileExistsError:
            number += 1
            continue
        with suppress(OSError):
            backup.chmod(target.stat().st_mode & 0o7777)
        return backup
