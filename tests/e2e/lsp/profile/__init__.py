"""What editors say they can, as they say it in `initialize`; `record.py` beside this folder records all but one of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Profile:
    """One editor. `capabilities` is what it declares; `source` says where that is from."""

    name: str
    source: str
    client: dict[str, str]
    capabilities: dict[str, Any]

    @property
    def encodings(self) -> list[str]:
        """The encodings of positions that it takes, its favourite first; UTF-16 is what everybody takes."""
        named: list[str] = self.capabilities.get("general", {}).get("positionEncodings") or ["utf-16"]
        return named

    @property
    def creates_files(self) -> bool:
        """Whether it makes files when it is asked to."""
        return "create" in self.capabilities["workspace"]["workspaceEdit"].get("resourceOperations", ())


def profile(name: str) -> Profile:
    """The profile of a file in this folder."""
    read = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Profile(name, read["source"], read["clientInfo"], read["capabilities"])


NAMES = ("vscode-1.100", "neovim-0.11", "helix-25.07", "emacs-eglot-1.24", "emacs-eglot-1.9")
