"""The cache of sizes: found by place and by content, bounded, and never in the way."""

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinos.adapters import size_cache
from kinos.adapters.size_cache import Bounds, Row, SizeCache

DAY = 86400
OLD = time.time_ns() - 10 * size_cache.RACY


def row(path: str, tokens: int = 7, mtime: int = OLD) -> Row:
    return Row(path, (mtime, 10, 1), path.encode().ljust(32, b"."), tokens)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "sizes.db"


@pytest.fixture
def cache(file: Path) -> Iterator[SizeCache]:
    cache = SizeCache(file, Bounds())
    yield cache
    cache.close()


def test_what_was_kept_is_found_by_place_and_by_content_also_by_another_process(file: Path, cache: SizeCache) -> None:
    cache.keep("/work", "c1", [row("a.md", 3), row("b.md", 4)])
    other = SizeCache(file, Bounds())
    assert other.places("/work", "c1") == {"a.md": (OLD, 10, 1, 3), "b.md": (OLD, 10, 1, 4)}
    assert other.tokens(row("b.md").digest, "c1") == 4
    other.close()


def test_a_name_that_is_no_text_is_kept_like_any_other(cache: SizeCache) -> None:
    path = os.fsdecode(b"caf\xe9.md")
    cache.keep("/work", "c1", [Row(path, (OLD, 1, 1), b"d", 3)])
    assert list(cache.places("/work", "c1")) == [path]
    cache.forget("/work", [path])
    assert cache.places("/work", "c1") == {}


def test_another_folder_or_counter_finds_nothing_of_it(cache: SizeCache) -> None:
    cache.keep("/work", "c1", [row("a.md")])
    assert cache.places("/work", "c2") == {}
    assert cache.places("/elsewhere", "c1") == {}
    assert cache.tokens(row("a.md").digest, "c2") is None


def test_a_file_changed_just_before_it_was_read_is_known_by_its_content_only(cache: SizeCache) -> None:
    cache.keep("/work", "c1", [row("a.md", 3, time.time_ns())])
    assert cache.places("/work", "c1") == {}
    assert cache.tokens(row("a.md").digest, "c1") == 3


def test_what_is_gone_is_forgotten_as_a_place(cache: SizeCache) -> None:
    cache.keep("/work", "c1", [row("a.md"), row("b.md")])
    cache.forget("/work", ["a.md"])
    assert list(cache.places("/work", "c1")) == ["b.md"]


def test_what_nobody_used_for_long_is_cleaned_away(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = SizeCache(file, Bounds(days=30, interval=1))
    cache.keep("/work", "c1", [row("used.md")])
    cache.keep("/left", "c1", [row("left.md")])
    day = size_cache._today()
    monkeypatch.setattr(size_cache, "_today", lambda: day + 20)
    cache.clean("/work", "c1")
    monkeypatch.setattr(size_cache, "_today", lambda: day + 40)
    monkeypatch.setattr(size_cache.time, "time", lambda: (day + 40) * DAY)
    cache.clean("/work", "c1")
    assert list(cache.places("/work", "c1")) == ["used.md"]
    assert cache.places("/left", "c1") == {}
    assert cache.tokens(row("left.md").digest, "c1") is None
    cache.close()


def test_it_is_looked_after_only_now_and_then(file: Path) -> None:
    cache = SizeCache(file, Bounds(bytes=0, interval=3600))
    cache.clean("/work", "c1")
    cache.keep("/work", "c1", [row("a.md")])
    cache.clean("/work", "c1")
    assert list(cache.places("/work", "c1")) == ["a.md"]
    cache.close()


def test_it_keeps_within_its_bound(file: Path) -> None:
    cache = SizeCache(file, Bounds(bytes=200 * 50, interval=1))
    cache.keep("/work", "c1", [row(f"{number}.md") for number in range(200)])
    cache.keep_content("c2", b"alone", 1)
    cache.clean("/work", "c1")
    assert len(cache.places("/work", "c1")) == 50, "what is kept of one is kept of the other"
    assert cache.tokens(b"alone", "c2") is None
    cache.close()


@pytest.mark.parametrize("content", [b"this is no data base" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_broken_file_is_made_anew_with_one_line_in_the_log(
    file: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    cache = SizeCache(file, Bounds())
    cache.keep("/work", "c1", [row("a.md")])
    assert list(cache.places("/work", "c1")) == ["a.md"]
    assert len(caplog.records) == 1
    assert "made anew" in caplog.text
    cache.close()


def test_a_file_of_another_version_is_made_anew(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    SizeCache(file, Bounds()).close()
    base = sqlite3.connect(file)
    base.execute("PRAGMA user_version = 99")
    base.close()
    cache = SizeCache(file, Bounds())
    cache.keep("/work", "c1", [row("a.md")])
    assert list(cache.places("/work", "c1")) == ["a.md"]
    assert "its format is 99, not 2" in caplog.text
    cache.close()


def test_where_nothing_can_be_written_it_is_done_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "no-folder").write_text("a file where the folder should be")
    cache = SizeCache(tmp_path / "no-folder" / "sizes.db", Bounds())
    cache.keep("/work", "c1", [row("a.md")])
    cache.forget("/work", ["a.md"])
    cache.clean("/work", "c1")
    assert cache.places("/work", "c1") == {}
    assert cache.tokens(b"", "c1") is None
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.WARNING


def test_a_disk_that_becomes_full_ends_the_keeping_not_the_counting(
    cache: SizeCache, caplog: pytest.LogCaptureFixture
) -> None:
    assert cache._base is not None
    cache._base.execute("PRAGMA max_page_count = 1")
    cache.keep("/work", "c1", [row(f"{number}.md") for number in range(5000)])
    cache.keep("/work", "c1", [row("a.md")])
    assert cache.places("/work", "c1") == {}
    assert len(caplog.records) == 1
    assert "full" in caplog.text


def test_a_file_that_others_hold_is_done_without(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    SizeCache(file, Bounds()).close()
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    cache = SizeCache(file, Bounds(), patience=0.0)
    cache.keep("/work", "c1", [row("a.md")])
    assert cache.places("/work", "c1") == {}
    holder.close()
    assert "locked" in caplog.text
    assert file.exists(), "it was not broken"


def test_nobody_else_can_read_the_folder(file: Path, cache: SizeCache) -> None:
    assert file.parent.stat().st_mode & 0o077 == 0
