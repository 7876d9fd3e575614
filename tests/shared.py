"""Where the recorded data is that is too big for the repository: `../shared`, or where KINOS_SHARED says."""

import os
from pathlib import Path

import pytest

_FOLDER = Path(os.environ.get("KINOS_SHARED", Path(__file__).parents[2] / "shared"))


def shared(path: str) -> Path:
    """A file or folder there. Where it is absent the test is skipped with the reason; in CI it fails."""
    found = _FOLDER / path
    if not found.exists():
        reason = f"{found} is not there: this test reads it from `../shared`, or from where KINOS_SHARED says."
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return found
