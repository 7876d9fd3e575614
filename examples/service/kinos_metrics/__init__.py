"""A service: it counts the events of a team by type, and writes them into a file when the team stops."""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Metrics:
    """Implements `kinos.extension.Service`. The file is named by KINOS_METRICS_FILE."""

    def __init__(self) -> None:
        self._file = Path(os.environ.get("KINOS_METRICS_FILE") or Path(tempfile.gettempdir()) / "kinos-metrics.json")
        self._counts: Counter[str] = Counter()
        self._folder = ""

    def start(self, folder: str) -> None:
        """A team starts in `folder`."""
        self._folder = folder

    def heard(self, event: Mapping[str, Any]) -> None:
        """Count it."""
        self._counts[event["type"]] += 1

    def stop(self) -> None:
        """Write what was counted."""
        self._file.write_text(json.dumps({"folder": self._folder, "events": self._counts}), encoding="utf-8")
