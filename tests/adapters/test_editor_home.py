"""Where editors keep their configuration, and how a file of it is replaced."""

import stat
from pathlib import Path

import pytest

from kinos.adapters.editor_home import EditorHome
from kinos.domain.errors import SetupError, UsageError
from kinos.domain.setup import Standing

COMMAND = ("kin", "lsp")


@pytest.mark.parametrize(
    ("editor", "environment", "there", "file"),
    [
        ("neovim", {}, (), ".config/nvim/plugin/kinos.lua"),
        ("neovim", {"NVIM_APPNAME": "mine"}, (), ".config/mine/plugin/kinos.lua"),
        ("neovim", {"XDG_CONFIG_HOME": "/HOME/xdg"}, (), "xdg/nvim/plugin/kinos.lua"),
        ("neovim", {"XDG_CONFIG_HOME": "relative"}, (), ".config/nvim/plugin/kinos.lua"),
        ("helix", {}, (), ".config/helix/languages.toml"),
        ("helix", {"XDG_CONFIG_HOME": "/HOME/xdg"}, (), "xdg/helix/languages.toml"),
        ("emacs", {}, (), ".emacs.d/init.el"),
        ("emacs", {}, (".config/emacs",), ".config/emacs/init.el"),
        ("emacs", {}, (".config/emacs", ".emacs.d"), ".emacs.d/init.el"),
        ("emacs", {}, (".emacs.d", ".emacs"), ".emacs"),
        ("lsp-mode", {}, (".emacs.d", ".emacs", ".emacs.el"), ".emacs.el"),
    ],
)
def test_each_editor_has_its_file_where_it_looks_itself(
    editor: str, environment: dict[str, str], there: tuple[str, ...], file: str, tmp_path: Path
) -> None:
    for name in there:
        if "emacs.d" in name or "config" in name:
            (tmp_path / name).mkdir(parents=True)
        else:
            (tmp_path / name).write_text("", encoding="utf-8")
    given = {name: value.replace("/HOME", str(tmp_path)) for name, value in environment.items()}
    assert EditorHome(given, tmp_path, "linux").file(editor) == tmp_path / file


def test_windows_has_other_folders(tmp_path: Path) -> None:
    home = EditorHome({"LOCALAPPDATA": str(tmp_path / "L"), "APPDATA": str(tmp_path / "R")}, tmp_path, "win32")
    assert home.file("neovim") == tmp_path / "L/nvim/plugin/kinos.lua"
    assert home.file("helix") == tmp_path / "R/helix/languages.toml"


@pytest.mark.parametrize("editor", ["neovim", "helix", "emacs", "lsp-mode"])
def test_what_is_proposed_is_written_and_then_found_there(editor: str, tmp_path: Path) -> None:
    home = EditorHome({}, tmp_path, "linux")
    assert not home.found(editor)
    proposal = home.proposed(editor, COMMAND)
    assert list(tmp_path.iterdir()) == []
    assert home.carry_out(proposal).backup == ""
    assert Path(proposal.file).read_text(encoding="utf-8") == proposal.after
    assert home.proposed(editor, COMMAND).standing is Standing.THERE
    assert home.found(editor)


def test_a_file_that_was_there_keeps_its_rights_and_its_link_and_each_backup_stays(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "languages.toml"
    kept.parent.mkdir()
    kept.write_bytes(b"# mine\r\n")
    kept.chmod(0o600)
    file = tmp_path / ".config" / "helix" / "languages.toml"
    file.parent.mkdir(parents=True)
    file.symlink_to(kept)
    (kept.parent / "languages.toml.before-kinos").write_text("an older one", encoding="utf-8")
    home = EditorHome({}, tmp_path, "linux")
    done = home.carry_out(home.proposed("helix", COMMAND))
    assert file.is_symlink()
    assert kept.read_bytes().startswith(b"# mine\r\n\r\n[language-server.kinos]\r\n")
    assert done.backup == str(kept.parent / "languages.toml.before-kinos.1")
    assert Path(done.backup).read_bytes() == b"# mine\r\n"
    assert {stat.S_IMODE(each.stat().st_mode) for each in (kept, Path(done.backup))} == {0o600}
    assert (kept.parent / "languages.toml.before-kinos").read_text(encoding="utf-8") == "an older one"


def test_a_file_that_somebody_changed_after_it_was_shown_is_left_alone(tmp_path: Path) -> None:
    home = EditorHome({}, tmp_path, "linux")
    (tmp_path / ".emacs").write_text(";; mine\n", encoding="utf-8")
    proposal = home.proposed("emacs", COMMAND)
    (tmp_path / ".emacs").write_text(";; mine, and more\n", encoding="utf-8")
    with pytest.raises(SetupError, match="has just been changed by somebody else"):
        home.carry_out(proposal)
    assert [each.name for each in tmp_path.iterdir()] == [".emacs"]


def test_what_cannot_be_read_or_is_no_text_is_said_and_stays(tmp_path: Path) -> None:
    home = EditorHome({}, tmp_path, "linux")
    (tmp_path / ".emacs").write_bytes(b"\xff\xfe;")
    with pytest.raises(UsageError, match="no UTF-8 text"):
        home.proposed("emacs", COMMAND)
    (tmp_path / ".emacs").unlink()
    (tmp_path / ".emacs").mkdir()
    with pytest.raises(SetupError, match="cannot be read"):
        home.proposed("emacs", COMMAND)


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_left_there(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("no folder", encoding="utf-8")
    home = EditorHome({}, tmp_path, "linux")
    with pytest.raises(SetupError, match=r"cannot be (read|written)") as refused:
        home.carry_out(home.proposed("helix", COMMAND))
    assert refused.value.remedy
    assert [each.name for each in tmp_path.iterdir()] == [".config"]
