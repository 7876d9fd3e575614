"""Commands are told as to somebody who typed `kin`, whoever runs the tests."""

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _started_as_kin(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Path(sys.executable).parent
    monkeypatch.setattr(sys, "argv", [str(own / "kin")])
    monkeypatch.setenv("PATH", os.pathsep.join([str(own), os.environ["PATH"]]))
