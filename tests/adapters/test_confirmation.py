"""Asking for counts has an end, whatever the process does that asks."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinos.adapters import confirmation
from kinos.adapters.confirmation import Confirmation
from kinos.adapters.size_cache import Bounds, SizeCache
from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Endpoint


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[SizeCache]:
    cache = SizeCache(tmp_path / "cache.db", Bounds(1_000_000, 30, 3600))
    yield cache
    cache.close()


def asking(folder: Path, cache: SizeCache, code: str) -> Confirmation:
    """One whose interpreter runs `code` instead."""
    file = folder / "python"
    file.write_text(f"#!{sys.executable}\n{code}", encoding="utf-8")
    file.chmod(0o755)
    return Confirmation("claude-sonnet-5-5", Endpoint("key"), str(file), cache, patience=0.1)


def test_a_process_that_never_answers_is_ended_and_said(
    tmp_path: Path, cache: SizeCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmation, "START_TIMEOUT", 0.2)
    with pytest.raises(
        FaultError, match=r"The counts of 2 texts did not come within 0\.4 s\. Try again later"
    ) as caught:
        asking(tmp_path, cache, "import threading; threading.Event().wait()").counts(["a", "b"])
    assert caught.value.kind is FailureKind.TIMEOUT


def test_what_went_wrong_keeps_its_kind(tmp_path: Path, cache: SizeCache) -> None:
    line = '{"error": "It does not accept the key.", "remedy": "Set it.", "kind": "authentication"}'
    with pytest.raises(FaultError, match=r"It does not accept the key\. Set it\.") as caught:
        asking(tmp_path, cache, f"print({line!r})").counts(["a"])
    assert caught.value.kind is FailureKind.AUTHENTICATION
