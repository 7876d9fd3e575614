"""Where the benches work."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.corpus import workspace

DOCUMENT_BYTES = 5_000


class Place:
    """A folder, with caches of its own in the environment, and the day's spend."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Bytecode is kept as it is for any installed program, whatever this environment says.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment = {
            **kept,
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_STATE_HOME": str(folder / "state"),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }

    def root(self, count: int) -> Path:
        """A workspace of so many documents."""
        root = self.folder / f"documents{count}"
        if not root.exists():
            workspace(root, count, DOCUMENT_BYTES)
        return root

    def seconds(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> float:
        """What a measuring process of its own says, in seconds."""
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{module}", *arguments],
            env={**self.environment, **(environment or {})}, cwd=self.folder, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return float(done.stdout)
