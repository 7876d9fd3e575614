"""Images on disk: what nothing needs any more goes, the oldest first, and never what is still to land."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinos.adapters.image_store import ImageStore
from kinos.adapters.whole_file import HALF

NOW = datetime(2026, 3, 21, 12, tzinfo=UTC)
NOTHING: dict[str, datetime] = {}


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


class Shelf:
    """A store whose images are as old as one likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = ImageStore(folder)

    def keep(self, content: bytes, days: float) -> str:
        """An image that was needed last so many days ago."""
        name = self.store.keep(content)
        os.utime(self.folder / name[:2] / name, times=(days_ago(days).timestamp(),) * 2)
        return name

    def has(self, *names: str) -> list[bool]:
        return [self.store.read(name) is not None for name in names]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_what_nothing_needed_for_so_long_is_removed(shelf: Shelf) -> None:
    old, young = shelf.keep(b"old", 31), shelf.keep(b"young", 29)
    assert shelf.store.prune(NOTHING, [], days_ago(30), 1000) == 1
    assert shelf.has(old, young) == [False, True]


def test_what_a_change_needed_since_then_stays_however_old_its_file_is(shelf: Shelf) -> None:
    old = shelf.keep(b"old", 100)
    assert shelf.store.prune({old: days_ago(1)}, [], days_ago(30), 1000) == 0
    assert shelf.has(old) == [True]


def test_beyond_the_bytes_the_oldest_goes_first(shelf: Shelf) -> None:
    names = [shelf.keep(bytes([number]) * 100, days) for number, days in enumerate((1, 3, 2))]
    assert shelf.store.prune(NOTHING, [], days_ago(30), 299) == 1
    assert shelf.has(*names) == [True, False, True]
    assert shelf.store.prune(NOTHING, [], days_ago(30), 200) == 0
    assert shelf.store.prune(NOTHING, [], days_ago(30), 199) == 1
    assert shelf.has(*names) == [True, False, False]


def test_what_is_still_to_land_stays_whatever_its_age_and_the_bytes(shelf: Shelf) -> None:
    held, other = shelf.keep(b"held", 100), shelf.keep(b"other", 1)
    assert shelf.store.prune(NOTHING, [held, None], days_ago(30), 0) == 1
    assert shelf.has(held, other) == [True, False]


def test_an_image_that_is_kept_again_is_young_again(shelf: Shelf) -> None:
    name = shelf.keep(b"old", 100)
    shelf.store.keep(b"old")
    assert shelf.store.prune(NOTHING, [], days_ago(30), 1000) == 0
    assert shelf.has(name) == [True]


def test_nothing_is_removed_from_where_nothing_is(tmp_path: Path) -> None:
    assert ImageStore(tmp_path / "nowhere").prune(NOTHING, [], NOW, 0) == 0
    assert not (tmp_path / "nowhere").exists()


def test_what_a_process_that_was_killed_has_half_written_is_swept_away_and_not_counted(shelf: Shelf) -> None:
    name = shelf.keep(b"whole", 1)
    half = shelf.folder / name[:2] / f"{name}{HALF}{os.getpid() + 1}"
    own = shelf.folder / name[:2] / f"{name}{HALF}{os.getpid()}"
    half.write_bytes(b"who")
    own.write_bytes(b"who")
    assert shelf.store.prune(NOTHING, [], days_ago(30), 1000) == 0
    assert (half.exists(), own.exists()) == (False, True)
