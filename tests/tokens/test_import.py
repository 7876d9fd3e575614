"""Importing costs little until something is counted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import kinos

HEAVY = "ctok watchfiles regex tiktoken litellm aider anthropic pygls lsprotocol rich pathspec"


@pytest.mark.parametrize("module", ["family", "counter", "document", "file"])
def test_nothing_heavy_is_imported_before_the_first_count(module: str) -> None:
    code = f"import sys, kinos.tokens.{module}; print([m for m in {HEAVY.split()} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(kinos.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"
