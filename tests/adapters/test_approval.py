"""Approvals: by folder and exact text, in a file of the user's own."""

import stat
from pathlib import Path

import pytest

from kinos.adapters.approval import Approvals, approval_file
from kinos.domain.demand import Demand
from kinos.domain.errors import SetupError

ONE = Demand("check.command", '["make", "test"]', "config.toml")
OTHER = Demand("check.command", '["make", "test "]', "config.toml")


def test_what_was_approved_is_known_to_the_next_and_a_changed_byte_is_not(tmp_path: Path) -> None:
    file = tmp_path / "deep/trust.json"
    assert not Approvals(tmp_path, file)(ONE)
    Approvals(tmp_path, file).approve([ONE])
    assert Approvals(tmp_path, file)(ONE)
    assert not Approvals(tmp_path, file)(OTHER)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "make" not in file.read_text()


def test_an_approval_is_for_one_folder_by_whatever_name(tmp_path: Path) -> None:
    file, folder = tmp_path / "trust.json", tmp_path / "work"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    Approvals(tmp_path / "link", file).approve([ONE])
    assert Approvals(folder, file)(ONE)
    assert not Approvals(tmp_path, file)(ONE)


def test_a_new_approval_replaces_the_old_one_and_leaves_other_folders_alone(tmp_path: Path) -> None:
    file = tmp_path / "trust.json"
    Approvals(tmp_path / "a", file).approve([ONE])
    Approvals(tmp_path / "b", file).approve([ONE])
    Approvals(tmp_path / "a", file).approve([OTHER])
    assert [Approvals(tmp_path / "a", file)(demand) for demand in (ONE, OTHER)] == [False, True]
    Approvals(tmp_path / "a", file).approve([])
    assert not Approvals(tmp_path / "a", file)(OTHER)
    assert Approvals(tmp_path / "b", file)(ONE)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"x": 1}'])
def test_a_file_that_cannot_be_read_approves_nothing_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "trust.json"
    file.write_bytes(content)
    approvals = Approvals(tmp_path, file)
    assert not approvals(ONE)
    approvals.approve([ONE])
    assert approvals(ONE)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="cannot be written"):
        Approvals(tmp_path, tmp_path / "file/trust.json").approve([ONE])


def test_it_is_kept_in_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert approval_file() == tmp_path / "kinos" / "trust.json"
