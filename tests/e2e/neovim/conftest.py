"""What tests of a real Neovim share."""

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """For the editor's own files. Short: the path of a socket is."""
    (tmp_path / "h").mkdir()
    return tmp_path / "h"


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    """A folder with a request, and a plan that is still to be made."""
    folder = tmp_path / "mission"
    folder.mkdir()
    (folder / "demande.md").write_text("# Request\n\n- Write a guide to the harbour.\n- List its opening hours.\n")
    (folder / "todolist.md").write_text("# To do\n\nNothing yet.\n")
    return folder
