import tempfile
from pathlib import Path

import pytest

from kinos.adapters.mission import make_sample
from kinos.domain.errors import SetupError


@pytest.fixture
def example(tmp_path: Path) -> Path:
    (tmp_path / "example" / "docs").mkdir(parents=True)
    (tmp_path / "example" / "docs" / "a.md").write_text("a\n", encoding="utf-8")
    return tmp_path / "example"


def test_a_sample_is_a_whole_copy(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for into in (None, tmp_path / "deep" / "new"):
        folder = make_sample(example, into)
        assert folder == (into or folder).resolve()
        assert (folder / "docs" / "a.md").read_text(encoding="utf-8") == "a\n"


def test_a_folder_with_something_in_it_is_left_alone(example: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is not empty"):
        make_sample(example, tmp_path)
    assert not (tmp_path / "docs").exists()
