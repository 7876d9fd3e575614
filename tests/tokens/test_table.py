"""The compact table of a vocabulary: made from ctok's data, kept for the next start, and made anew when in doubt."""

import sys
from pathlib import Path

import pytest

from kinos.domain.errors import UnavailableError
from kinos.tokens import table as table_module
from kinos.tokens.claude import TOKENIZERS
from kinos.tokens.table import Table, table, tabled
from tokens.texts import CLAUDE

each = pytest.mark.parametrize("name", CLAUDE)


def tables(name: str, folder: Path) -> Table:
    return table(name, TOKENIZERS[name].version, folder)


@each
def test_a_table_is_made_once_and_read_afterwards(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(entries: object) -> Table:
        raise AssertionError("the kept table was to be used")

    first = tables(name, tmp_path)
    monkeypatch.setattr(table_module, "made", refuse)
    assert tables(name, tmp_path) == first
    assert [file.name for file in tmp_path.iterdir()] == [f"{name}.table"]


@pytest.mark.parametrize("at", [0, 20, 30, 1000, -1])
def test_a_table_that_was_damaged_is_made_anew(at: int, tmp_path: Path) -> None:
    first = tables("claude-v4.8", tmp_path)
    file = tmp_path / "claude-v4.8.table"
    whole = file.read_bytes()
    damaged = bytearray(whole)
    damaged[at] ^= 0xFF
    file.write_bytes(damaged)
    assert tables("claude-v4.8", tmp_path) == first
    file.write_bytes(whole[:at])
    assert tables("claude-v4.8", tmp_path) == first


def test_a_table_of_other_data_or_another_python_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tables("claude-v4.8", tmp_path)
    data = table_module._data("claude-v4.8")
    assert data is not None
    monkeypatch.setattr(table_module, "_data", lambda name: data.replace(b'"ART', b'"ARU'))
    assert tables("claude-v4.8", tmp_path) != first
    monkeypatch.undo()
    monkeypatch.setattr(table_module, "FORMAT", b"another")
    assert tables("claude-v4.8", tmp_path) == first


def test_where_nothing_can_be_kept_it_is_made_each_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    caplog.set_level("INFO")
    assert tables("claude-v4.8", tmp_path / "file") == tables("claude-v4.8", tmp_path)
    assert [record.levelname for record in caplog.records] == ["INFO"]


@each
def test_ctok_is_asked_for_its_vocabulary_when_its_file_is_elsewhere_or_laid_out_otherwise(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = tables(name, tmp_path)
    monkeypatch.setattr(table_module, "find_spec", lambda _: None)
    assert tables(name, tmp_path) == usual
    monkeypatch.undo()
    monkeypatch.setattr(table_module, "_data", lambda name: b'{"pieces": []}')
    assert tables(name, tmp_path) == usual


def test_without_ctok_a_size_is_unavailable_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "find_spec", lambda _: None)
    monkeypatch.setitem(sys.modules, "ctok", None)
    with pytest.raises(UnavailableError, match=r"not installed.*pip install"):
        tables("claude-v4.8", tmp_path)


@pytest.mark.parametrize("piece", ["a\n", "\na", " \x01a", "\x02\x01a", "a\x02b", "a\x03\x01b", "1a", "a ", "\t "])
def test_a_vocabulary_that_forbids_cutting_is_refused(piece: str) -> None:
    with pytest.raises(ValueError, match="a piece crosses a border"):
        tabled(["a", "\n", piece], [])


def test_a_vocabulary_that_forbids_cutting_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "_data", lambda name: b'{"tokens": {"words": {"a\\nb": {"kind": "mid"}}}}')
    with pytest.raises(UnavailableError, match=r"vocabulary of claude-v4\.8 changed"):
        tables("claude-v4.8", tmp_path)


def test_a_piece_given_in_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = '{"tokens": {"words": {"⟨0xE2⟩": {"kind": "mid"}}}}'.encode()
    monkeypatch.setattr(table_module, "_data", lambda name: data)
    with pytest.raises(UnavailableError, match="a piece in bytes"):
        tables("claude-v4.8", tmp_path)
