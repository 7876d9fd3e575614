"""The size of a file, or why it has none."""

import hashlib
import os
from pathlib import Path

import pytest

from kinos.domain.size import Size
from kinos.tokens.counter import counter_for
from kinos.tokens.file import Raw, Unreadable, count_file, read_file

COUNTER = counter_for("claude-v4.8")


def test_a_file_is_counted_and_read_with_what_a_cache_needs_to_know(tmp_path: Path) -> None:
    content = "\ufeff# Café 🙂\r\n".encode()
    file = tmp_path / "a.md"
    file.write_bytes(content)
    about = file.stat()
    assert count_file(file, COUNTER, 100) == COUNTER.count("# Café 🙂\r\n")
    raw = read_file(file, 100)
    assert raw == Raw(content, about.st_mtime_ns, len(content), about.st_ino)
    assert isinstance(raw, Raw)
    assert raw.digest() == hashlib.sha256(content).digest()


def test_an_empty_file_is_0(tmp_path: Path) -> None:
    (tmp_path / "a.md").touch()
    assert count_file(tmp_path / "a.md", COUNTER, 100) == Size(0)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("café".encode("latin-1"), "not UTF-8 text (byte 3): save it as UTF-8"),
        ("a".encode("utf-16"), "not UTF-8 text (byte 0): save it as UTF-8"),
        (b"a\xed\xa0\x80", "not UTF-8 text (byte 1): save it as UTF-8"),
        (b"PK\x03\x00", "not text (NUL at byte 3): exclude it, or save it as UTF-8 if it is text"),
        (b"a" * 101, "larger than documents.maxBytes (100 bytes): split it, exclude it, or raise that setting"),
    ],
)
def test_what_is_not_text_of_a_size_is_refused_with_what_to_do(tmp_path: Path, raw: bytes, reason: str) -> None:
    (tmp_path / "a.md").write_bytes(raw)
    assert count_file(tmp_path / "a.md", COUNTER, 100) == Unreadable(reason)


def test_a_file_exactly_as_large_as_allowed_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"a" * 100)
    assert isinstance(count_file(tmp_path / "a.md", COUNTER, 100), Size)


def test_a_small_file_needs_no_room_for_all_that_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"a" * 100)
    assert isinstance(count_file(tmp_path / "a.md", COUNTER, 2**62), Size)


def test_a_file_of_several_pieces_is_read_whole(tmp_path: Path) -> None:
    raw = b"a line of text\n" * 150_000
    (tmp_path / "a.md").write_bytes(raw)
    found = read_file(tmp_path / "a.md", len(raw))
    assert isinstance(found, Raw)
    assert found.content == raw


def test_a_file_that_vanished_is_said_to_be_gone(tmp_path: Path) -> None:
    assert count_file(tmp_path / "a.md", COUNTER, 100) == Unreadable("it is not there any more", gone=True)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert count_file(tmp_path, COUNTER, 100) == Unreadable("it is not a regular file")


def test_a_path_through_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    found = count_file(tmp_path / "a" / "b.md", COUNTER, 100)
    assert isinstance(found, Unreadable)
    assert found.reason.startswith("it cannot be read: ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    assert count_file(tmp_path / "a.md", COUNTER, 100) == Unreadable("it is not a regular file")


def test_a_name_no_file_can_have_is_refused(tmp_path: Path) -> None:
    assert count_file(tmp_path / "a\0b.md", COUNTER, 100) == Unreadable("its name is not one a file can have here")


def test_no_file_stays_open(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    for path in (tmp_path, tmp_path / "a.md"):
        count_file(path, COUNTER, 100)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.close(descriptor)
    for path in (tmp_path, tmp_path / "a.md") * 5:
        count_file(path, COUNTER, 100)
    again = os.open(tmp_path, os.O_RDONLY)
    os.close(again)
    assert again == descriptor


@pytest.mark.parametrize(("raw", "byte"), [(b"\0", 0), (b"\0abc", 0), (b"abc\0", 3)])
def test_a_file_with_a_nul_anywhere_is_no_text(tmp_path: Path, raw: bytes, byte: int) -> None:
    (tmp_path / "a.md").write_bytes(raw)
    found = count_file(tmp_path / "a.md", COUNTER, 1000)
    assert isinstance(found, Unreadable)
    assert f"NUL at byte {byte}" in found.reason
