"""Where diagnostics go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lsprotocol import types


class Publisher(Protocol):
    """Takes what there is to say about documents."""

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[types.Diagnostic]) -> None:
        """These are the diagnostics of a document, and it has no others of ours. `version` is that of an open one."""
        ...
