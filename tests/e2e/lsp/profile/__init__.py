"""What four editors say they can, as they say it in `initialize`; `record.py` beside this folder records two of them."""

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


def profile(name: str) -> Profile:
    """The profile of a file in this folder."""
    read = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Profile(name, read["source"], read["clientInfo"], read["capabilities"])


NAMES = ("vscode-1.100", "neovim-0.11", "helix-25.07", "emacs-eglot-1.24")
