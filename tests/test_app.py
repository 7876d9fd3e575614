from pathlib import Path

from kinos.app import App


def test_the_folders_of_one_process_share_what_is_known_of_an_endpoint(tmp_path: Path) -> None:
    app, folders = App(), [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    one, other = (app.workspace(folder, "a test").session for folder in folders)
    assert one._circuits is other._circuits
