"""The workspace's files on a real disk. These tests may run as root, so what permissions say is read from mode bits."""

import errno
import itertools
import os
import stat
import threading
from pathlib import Path

import pytest

from kinos.adapters.disk import FileDisk
from kinos.domain.change import digest
from kinos.domain.errors import ConflictError, JournalError, LandingError, PolicyError, SetupError
from kinos.domain.path import is_document


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def disk(root: Path) -> FileDisk:
    return FileDisk(root)


def documents(disk: FileDisk) -> list[str]:
    return [path for path in disk.paths() if is_document(path)]


def put(root: Path, path: str, content: bytes = b"text\n") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def leftovers(root: Path) -> list[str]:
    return [path.name for path in root.rglob(".kinos-*")]


# -- walking ---------------------------------------------------------------------------------------------------------


def test_documents_are_the_markdown_that_is_neither_hidden_nor_ignored_nor_the_map(root: Path, disk: FileDisk) -> None:
    for path in (
        "b.md",
        "A.MD",
        "docs/c.markdown",
        "map (readonly).md",
        "notes.txt",
        ".hidden.md",
        ".git/d.md",
        "x/e.md",
    ):
        put(root, path)
    put(root, ".gitignore", b"x/\n")
    (root / "folder.md").mkdir()
    assert documents(disk) == ["A.MD", "b.md", "docs/c.markdown"]


def test_ignore_files_are_read_anew_at_each_look(root: Path, disk: FileDisk) -> None:
    put(root, "a.md")
    assert documents(disk) == ["a.md"]
    put(root, ".kinosignore", b"*.md\n")
    assert documents(disk) == []


def test_excluded_documents_are_left_out(root: Path) -> None:
    put(root, "a.md")
    put(root, "vendor/b.md")
    assert documents(FileDisk(root, ("vendor/",))) == ["a.md"]


def test_links_to_files_inside_count_and_links_out_do_not(root: Path, disk: FileDisk, tmp_path: Path) -> None:
    outside = put(tmp_path, "outside.md")
    put(root, "a.md")
    put(root, ".git/config.md")
    (root / "in.md").symlink_to("a.md")
    (root / "out.md").symlink_to(outside)
    (root / "hidden.md").symlink_to(".git/config.md")
    (root / "dangling.md").symlink_to("nowhere.md")
    (root / "loop.md").symlink_to("loop.md")
    (root / "folder").symlink_to(tmp_path)
    (root / "spin").symlink_to("spin")
    assert documents(disk) == ["a.md", "in.md"]


def test_what_is_no_regular_file_is_left_out(root: Path, disk: FileDisk) -> None:
    os.mkfifo(root / "pipe.md")
    assert documents(disk) == []


def test_names_that_are_not_utf_8_do_not_break_the_walk(root: Path, disk: FileDisk) -> None:
    with open(os.fsencode(root) + b"/\xff.md", "wb"):  # noqa: PTH123
        pass
    assert documents(disk) == ["\udcff.md"]


def test_every_file_is_found_that_is_neither_hidden_nor_ignored(root: Path, disk: FileDisk) -> None:
    for path in ("src/a.py", "b.md", "c.bin", ".git/x.py", "out/d.py", ".env"):
        put(root, path)
    (root / ".gitignore").write_text("out/\n")
    assert disk.paths() == ["b.md", "c.bin", "src/a.py"]


def test_suffixes_say_what_the_folder_holds(root: Path, disk: FileDisk) -> None:
    for path in ("a.py", "b.PY", "src/c.py", "d.md", "Makefile", ".git/x.py"):
        put(root, path)
    assert disk.suffixes() == {".py": 3, ".md": 1, "": 1}


def test_a_folder_that_is_not_there_or_no_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"There is no folder .*missing"):
        FileDisk(tmp_path / "missing").check()
    with pytest.raises(SetupError, match="is not a folder"):
        FileDisk(put(tmp_path, "file")).check()
    FileDisk(tmp_path).check()


# -- reading ---------------------------------------------------------------------------------------------------------


def test_reading_gives_bytes_or_none(root: Path, disk: FileDisk) -> None:
    put(root, "a.md", b"\xef\xbb\xbfa\r\n")
    assert disk.read("a.md") == b"\xef\xbb\xbfa\r\n"
    assert disk.read("missing.md") is None
    assert disk.read("a.md/below.md") is None


def test_what_lies_outside_or_is_hidden_is_not_read(root: Path, disk: FileDisk, tmp_path: Path) -> None:
    (root / "out.md").symlink_to(put(tmp_path, "secret.md"))
    put(root, ".git/config")
    (root / "config.md").symlink_to(".git/config")
    for path in ("out.md", "../secret.md", ".git/config", "config.md"):
        with pytest.raises(LandingError):
            disk.read(path)


def test_a_link_that_leads_nowhere_is_an_error_and_not_a_crash(root: Path, disk: FileDisk) -> None:
    (root / "loop.md").symlink_to("loop.md")
    with pytest.raises(LandingError, match="cannot be read"):
        disk.read("loop.md")
    with pytest.raises(PolicyError, match="leads nowhere"):
        disk.permit("loop.md")


def test_the_hidden_request_can_be_read_but_not_through_a_link(root: Path, disk: FileDisk) -> None:
    file = put(root, ".aider.mission.md", b"Do it.\n")
    assert disk.read(".aider.mission.md") == b"Do it.\n"
    file.unlink()
    put(root, ".git/config", b"secret")
    file.symlink_to(".git/config")
    with pytest.raises(LandingError, match="hidden"):
        disk.read(".aider.mission.md")


def test_a_folder_cannot_be_read_as_a_file(root: Path, disk: FileDisk) -> None:
    (root / "docs").mkdir()
    with pytest.raises(LandingError, match="docs cannot be read"):
        disk.read("docs")


def test_a_stamp_changes_with_the_content(root: Path, disk: FileDisk) -> None:
    file = put(root, "a.md", b"one")
    first = disk.stamp("a.md")
    assert first is not None
    assert first[1] == 3
    file.write_bytes(b"three")
    assert disk.stamp("a.md") != first
    assert disk.stamp("missing.md") is None
    (root / "docs").mkdir()
    assert disk.stamp("docs") is None


# -- what agents may write -------------------------------------------------------------------------------------------


def test_a_plain_file_and_a_new_one_are_permitted(root: Path, disk: FileDisk) -> None:
    put(root, "docs/a.md")
    for path in ("docs/a.md", "docs/new.md", "deep/er/new.md"):
        disk.permit(path)


def test_a_link_out_of_the_workspace_is_refused(root: Path, disk: FileDisk, tmp_path: Path) -> None:
    (root / "out").symlink_to(tmp_path)
    (root / "out.md").symlink_to(tmp_path / "x.md")
    for path in ("out/x.md", "out.md", "../x.md"):
        with pytest.raises(PolicyError, match="out of the workspace"):
            disk.permit(path)
        with pytest.raises(PolicyError):
            disk.write(path, b"x", None)
    assert not (tmp_path / "x.md").exists()


def test_a_link_into_a_hidden_folder_is_refused(root: Path, disk: FileDisk) -> None:
    (root / ".git").mkdir()
    (root / "notes").symlink_to(".git")
    with pytest.raises(PolicyError, match="hidden"):
        disk.permit("notes/hook.md")


def test_an_ignored_file_is_refused(root: Path, disk: FileDisk) -> None:
    put(root, ".gitignore", b"private*\n")
    with pytest.raises(PolicyError, match="ignored"):
        disk.permit("private.md")
    assert disk.ignored("private.md")


@pytest.mark.parametrize(
    ("there", "wanted"), [("README.md", "readme.md"), ("docs/a.md", "Docs/b.md"), ("e\u0301.md", "\u00e9.md")]
)
def test_another_spelling_of_a_file_that_is_there_is_refused(
    root: Path, disk: FileDisk, there: str, wanted: str
) -> None:
    put(root, there)
    with pytest.raises(PolicyError, match="another spelling"):
        disk.permit(wanted)
    disk.permit(there)


def test_a_write_protected_file_or_folder_is_refused_whoever_asks(root: Path, disk: FileDisk) -> None:
    put(root, "a.md").chmod(0o444)
    put(root, "docs/b.md")
    (root / "docs").chmod(0o555)
    with pytest.raises(PolicyError, match=r"a\.md is write-protected"):
        disk.permit("a.md")
    with pytest.raises(PolicyError, match=r"The folder of docs/new/c\.md is write-protected"):
        disk.permit("docs/new/c.md")
    (root / "docs").chmod(0o755)


def test_what_is_no_regular_file_is_refused(root: Path, disk: FileDisk) -> None:
    (root / "a.md").mkdir()
    with pytest.raises(PolicyError, match="not a regular file"):
        disk.permit("a.md")


# -- attacks ---------------------------------------------------------------------------------------------------------


def test_a_pipe_is_refused_and_never_waited_for(root: Path, disk: FileDisk) -> None:
    os.mkfifo(root / "demande.md")
    with pytest.raises(LandingError, match="not a regular file"):
        disk.read("demande.md")
    with pytest.raises(PolicyError, match="not a regular file"):
        disk.permit("demande.md")
    with pytest.raises(LandingError, match="not a regular file"):
        disk.write("demande.md", b"x", None)


def test_an_ignore_file_that_is_a_pipe_or_never_ends_says_nothing(root: Path, disk: FileDisk) -> None:
    os.mkfifo(root / ".gitignore")
    (root / ".kinosignore").symlink_to("/dev/zero")
    put(root, "a.md")
    assert documents(disk) == ["a.md"]


def test_a_second_name_of_a_file_outside_is_cut_off_from_it(root: Path, disk: FileDisk, tmp_path: Path) -> None:
    outside = put(tmp_path, "outside.md", b"old\n")
    (root / "a.md").hardlink_to(outside)
    disk.write("a.md", b"new\n", b"old\n")
    assert outside.read_bytes() == b"old\n"
    (root / "b.md").hardlink_to(outside)
    disk.write("b.md", None, b"old\n")
    assert outside.read_bytes() == b"old\n"


def test_a_folder_that_becomes_a_link_at_the_last_moment_is_not_followed(
    root: Path, disk: FileDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = put(tmp_path, "elsewhere/a.md", b"old\n")
    put(root, "docs/a.md", b"old\n")

    def swap(_: int) -> str:
        (root / "docs").rename(tmp_path / "moved")
        (root / "docs").symlink_to(tmp_path / "elsewhere")
        return "x"

    monkeypatch.setattr("kinos.adapters.disk.secrets.token_hex", swap)
    with pytest.raises(PolicyError, match="replaced by a link"):
        disk.write("docs/a.md", b"new\n", b"old\n")
    assert [outside.read_bytes(), *(path.name for path in outside.parent.iterdir())] == [b"old\n", "a.md"]


# -- writing ---------------------------------------------------------------------------------------------------------


def test_a_file_is_created_with_its_folders_and_deleted_with_the_empty_ones(root: Path, disk: FileDisk) -> None:
    put(root, "docs/keep.md")
    disk.write("docs/new/a.md", b"x\n", None)
    assert (root / "docs/new/a.md").read_bytes() == b"x\n"
    disk.write("docs/new/a.md", None, b"x\n")
    assert not (root / "docs/new").exists()
    assert (root / "docs/keep.md").exists()


def test_a_file_is_replaced_only_if_it_is_what_was_expected(root: Path, disk: FileDisk) -> None:
    put(root, "a.md", b"old\n")
    disk.write("a.md", b"new\n", b"old\n")
    assert (root / "a.md").read_bytes() == b"new\n"
    for content, expected in ((b"x", digest(b"old\n")), (b"x", None), (None, digest(b"old\n"))):
        with pytest.raises(ConflictError, match="somebody else just now"):
            disk.write("a.md", content, expected)
    with pytest.raises(ConflictError):
        disk.write("gone.md", b"x", b"old\n")
    assert (root / "a.md").read_bytes() == b"new\n"
    assert leftovers(root) == []


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o640])
def test_the_mode_of_a_file_is_kept(root: Path, disk: FileDisk, mode: int) -> None:
    file = put(root, "a.md", b"old\n")
    file.chmod(mode)
    disk.write("a.md", b"new\n", b"old\n")
    assert stat.S_IMODE(file.stat().st_mode) == mode


def another_owner() -> tuple[int, int]:
    """Whom a file may be given to: root gives it to anybody, another user only to a group of theirs."""
    return (1234, 2345) if os.geteuid() == 0 else (os.geteuid(), max(os.getgroups(), default=os.getegid()))


def test_the_owner_of_a_file_is_kept(root: Path, disk: FileDisk) -> None:
    file = put(root, "a.md", b"old\n")
    os.chown(file, *another_owner())
    disk.write("a.md", b"new\n", b"old\n")
    assert (file.stat().st_uid, file.stat().st_gid) == another_owner()


def test_what_replaces_a_private_file_is_private_while_it_is_written(
    root: Path, disk: FileDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "a.md", b"old\n").chmod(0o600)
    seen: list[int] = []
    flush = os.fsync

    def look(handle: int) -> None:
        seen.extend(stat.S_IMODE(file.stat().st_mode) for file in root.iterdir())
        flush(handle)

    monkeypatch.setattr(os, "fsync", look)
    disk.write("a.md", b"new\n", b"old\n")
    assert set(seen) == {0o600}


def test_a_new_file_gets_what_the_umask_says(root: Path, disk: FileDisk) -> None:
    before = os.umask(0o027)
    try:
        disk.write("a.md", b"new\n", None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((root / "a.md").stat().st_mode) == 0o640


def test_a_link_inside_the_workspace_stays_a_link(root: Path, disk: FileDisk) -> None:
    put(root, "real.md", b"old\n")
    (root / "link.md").symlink_to("real.md")
    disk.write("link.md", b"new\n", b"old\n")
    assert (root / "link.md").is_symlink()
    assert (root / "real.md").read_bytes() == b"new\n"


def test_a_disk_that_refuses_leaves_nothing_behind(root: Path, disk: FileDisk) -> None:
    put(root, "file", b"old\n")
    with pytest.raises(LandingError, match="could not be written"):
        disk.write("file/below.md", b"new\n", None)
    with pytest.raises(LandingError):
        disk.write("missing.md", None, None)
    assert leftovers(root) == []


def test_a_disk_that_refuses_a_new_file_keeps_no_folder_of_it(
    root: Path, disk: FileDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refused)
    with pytest.raises(LandingError, match="No space left"):
        disk.write("new/place/a.md", b"x\n", None)
    assert list(root.iterdir()) == []


def refused(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_a_write_that_was_cut_off_has_left_is_swept_away_and_nothing_else(
    root: Path, disk: FileDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "here/b.md")
    for path in ("new/place/a.md", "here/a.md", "here/c.md"):
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", refused)
            patch.setattr(os, "unlink", lambda *_, **__: None)
            patch.setattr(Path, "rmdir", lambda *_: None)
            with pytest.raises(LandingError):
                disk.write(path, b"x\n", None)
    assert len(leftovers(root)) == 3
    disk.sweep("new/place/a.md")
    assert not (root / "new").exists()
    disk.sweep("here/a.md")
    assert len(leftovers(root / "here")) == 1
    disk.sweep("here/c.md")
    disk.sweep("here/b.md")
    disk.sweep("../out.md")
    assert [path.name for path in (root / "here").iterdir()] == ["b.md"]


def test_a_reader_sees_the_old_file_or_the_new_one_and_nothing_between(root: Path, disk: FileDisk) -> None:
    texts = [bytes([65 + number]) * 200_000 for number in range(10)]
    file = put(root, "a.md", texts[0])
    seen: set[bytes] = set()
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for before, after in itertools.pairwise(texts):
        disk.write("a.md", after, before)
    over.set()
    reader.join()
    assert seen <= set(texts)
    assert leftovers(root) == []


# -- folders inside that are another engine's -------------------------------------------------------------------------


@pytest.fixture
def ceded(root: Path, disk: FileDisk) -> FileDisk:
    for path in ("a.md", "docs/b.md", "docs/deep/c.md", "docs2/d.md"):
        put(root, path)
    disk.cede(["docs"])
    return disk


def test_a_ceded_folder_is_neither_listed_nor_counted(ceded: FileDisk) -> None:
    assert documents(ceded) == ["a.md", "docs2/d.md"]
    assert ceded.suffixes() == {".md": 2}
    assert ceded.ignored("docs/b.md")
    assert not ceded.ignored("docs2/d.md")


@pytest.mark.parametrize("path", ["docs/b.md", "docs/new.md", "docs/deep/c.md", "link.md"])
def test_a_ceded_folder_is_not_written_by_whatever_way(root: Path, ceded: FileDisk, path: str) -> None:
    (root / "link.md").symlink_to("docs/b.md")
    with pytest.raises(PolicyError, match="belongs to docs, a workspace folder of its own"):
        ceded.permit(path)
    with pytest.raises(PolicyError, match="belongs to docs"):
        ceded.write(path, b"new\n", None)


def test_a_folder_that_is_ceded_no_more_is_ours_again(ceded: FileDisk) -> None:
    ceded.cede([])
    assert documents(ceded) == ["a.md", "docs/b.md", "docs/deep/c.md", "docs2/d.md"]
    ceded.permit("docs/b.md")


@pytest.mark.parametrize("content", [b"new\n", None])
def test_a_write_that_is_not_to_be_leaves_the_file_and_nothing_beside_it(tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / "a.md").write_bytes(b"old\n")

    def refuse() -> None:
        raise JournalError("The journal cannot be written.")

    with pytest.raises(JournalError):
        FileDisk(tmp_path).write("a.md", content, b"old\n", refuse)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.md": b"old\n"}
