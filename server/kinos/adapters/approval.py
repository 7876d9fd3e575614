"""What the user has approved of what folders bring: marks by folder, in the user's own folder and never in a workspace."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from kinos.adapters.whole_file import replace_file
from kinos.domain.demand import Demand
from kinos.domain.errors import SetupError


def approval_file() -> Path:
    """Where it is kept."""
    return Path(platformdirs.user_state_dir("kinos")) / "trust.json"


class Approvals:
    """Those for the folder `root`; the file is read anew each time."""

    def __init__(self, root: Path, file: Path | None = None) -> None:
        self._root = os.path.realpath(root)
        self._file = file or approval_file()

    def __call__(self, demand: Demand) -> bool:
        """Whether exactly this was approved for exactly this folder."""
        return demand.mark(self._root) in self._load().get(self._root, ())

    def approve(self, demands: Iterable[Demand]) -> None:
        """From now on these count, and nothing else that this folder brings. Raises SetupError."""
        marks = sorted(demand.mark(self._root) for demand in demands)
        kept = {root: found for root, found in self._load().items() if root != self._root}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self._file, json.dumps(kept | ({self._root: marks} if marks else {})).encode())
            self._file.chmod(0o600)
        except OSError as error:
            raise SetupError(
                f"{self._file} cannot be written: {error.strerror}.", "Check its permissions, and the space there."
            ) from error

    def _load(self) -> Mapping[str, list[str]]:
        try:
            value: Any = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return {}  # what cannot be read approves nothing
        return (
            {root: marks for root, marks in value.items() if isinstance(marks, list)} if isinstance(value, dict) else {}
        )
