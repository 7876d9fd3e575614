"""Looking at a folder: what is told, what is left out, and what the cache saves."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kinos.adapters import scan as scan_module
from kinos.adapters.folder import Folder
from kinos.adapters.scan import Scan, batches
from kinos.adapters.size_cache import RACY, Bounds, SizeCache
from kinos.domain.count import Count, Terms
from kinos.domain.errors import UsageError
from kinos.domain.size import Counted, Size
from kinos.tokens.counter import Counter, NoCounter, counter_for

FAMILY = "claude-v4.8"


class Watched:
    """Counts as usual, and remembers what it was asked."""

    name = FAMILY
    counted = Counted.EXACT

    def __init__(self) -> None:
        self._counter = counter_for(FAMILY)
        self.asked: list[str] = []

    def count(self, text: str) -> Size:
        self.asked.append(text)
        return self._counter.count(text)


def tokens(text: str) -> int:
    return counter_for(FAMILY).count(text).tokens


HELLO = tokens("Hello there.\n")


def put(root: Path, path: str, text: str = "Hello there.\n") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns - 2 * RACY))
    return file


def scan(root: Path, *exclude: str, counter: Counter | None = None, cache: SizeCache | None = None) -> Scan:
    return Scan(root, exclude, counter or counter_for(FAMILY), 1000, cache)


def told(found: Iterable[Count]) -> dict[str, int | str | None]:
    """Tokens or error by path; None for what is gone."""
    return {count.path: count.size.tokens if count.size else count.error or None for count in found}


def test_every_document_that_is_not_hidden_or_ignored_is_told_once(tmp_path: Path) -> None:
    for path in ("a.md", "docs/b.markdown", "x.txt", ".hidden/c.md", "build/d.md", "vendor/e.md", "map (readonly).md"):
        put(tmp_path, path)
    (tmp_path / ".gitignore").write_text("build/\n")
    look = scan(tmp_path, "vendor/")
    assert told(look.everything()) == {"a.md": HELLO, "docs/b.markdown": HELLO}
    assert told(look.everything()) == {}


def test_what_changed_came_or_went_is_told_the_next_time(tmp_path: Path) -> None:
    for path in ("a.md", "b.md", "c.md"):
        put(tmp_path, path)
    look = scan(tmp_path)
    list(look.everything())
    put(tmp_path, "a.md", "Hello there, you.\n")
    (tmp_path / "b.md").unlink()
    put(tmp_path, "new/d.md")
    assert told(look.everything()) == {"a.md": tokens("Hello there, you.\n"), "b.md": None, "new/d.md": HELLO}


def test_a_file_that_cannot_be_counted_says_why_and_is_looked_at_each_time(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\x00")
    put(tmp_path, "big.md", "x" * 1001)
    look = scan(tmp_path)
    for _ in range(2):
        found = told(look.everything())
        assert found["bad.md"] == "not UTF-8 text (byte 0): save it as UTF-8"
        assert str(found["big.md"]).startswith("larger than documents.maxBytes (1000 bytes)")


def test_a_folder_that_cannot_be_read_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "sub/a.md")
    put(tmp_path, "b.md")
    scandir = os.scandir

    def refusing(place: str) -> object:
        if str(place).endswith("sub/"):
            raise PermissionError(13, "Permission denied")
        return scandir(place)

    monkeypatch.setattr("kinos.adapters.walk.os.scandir", refusing)
    look = scan(tmp_path)
    assert told(look.everything()) == {"b.md": HELLO, "sub/": "it cannot be read: Permission denied"}
    monkeypatch.undo()
    assert told(look.everything()) == {"sub/": None, "sub/a.md": HELLO}


def test_a_link_counts_when_its_file_is_inside_and_not_hidden(tmp_path: Path) -> None:
    root = tmp_path / "work"
    put(root, "a.md")
    put(root, ".secret/s.md")
    outside = put(tmp_path, "outside.md")
    (root / "in.md").symlink_to("a.md")
    (root / "out.md").symlink_to(outside)
    (root / "hidden.md").symlink_to(".secret/s.md")
    (root / "loop.md").symlink_to("loop.md")
    (root / "folder").symlink_to(tmp_path, target_is_directory=True)
    assert told(scan(root).everything()) == {"a.md": HELLO, "in.md": HELLO}


def test_single_paths_are_looked_at_and_those_below_a_folder_that_went(tmp_path: Path) -> None:
    for path in ("a.md", "docs/b.md", "docs/deep/c.md"):
        put(tmp_path, path)
    look = scan(tmp_path)
    list(look.everything())
    put(tmp_path, "a.md", "Hello.\n")
    (tmp_path / "docs").rename(tmp_path / ".docs")
    assert told(look.these(["a.md", "docs", "x.txt", "never.md"])) == {
        "a.md": tokens("Hello.\n"),
        "docs/b.md": None,
        "docs/deep/c.md": None,
    }
    (tmp_path / ".docs").rename(tmp_path / "docs2")
    assert told(look.these(["docs2"])) == {"docs2/b.md": HELLO, "docs2/deep/c.md": HELLO}


def test_asked_again_a_path_is_told_whatever_was_told_before(tmp_path: Path) -> None:
    put(tmp_path, "a.md")
    look = scan(tmp_path)
    list(look.everything())
    assert told(look.these(["a.md"])) == {}
    assert told(look.these(["a.md", "gone.md"], again=True)) == {"a.md": HELLO, "gone.md": None}


def test_when_what_is_ignored_changes_everything_is_looked_at(tmp_path: Path) -> None:
    put(tmp_path, "a.md")
    put(tmp_path, "build/b.md")
    look = scan(tmp_path)
    list(look.everything())
    (tmp_path / ".kinosignore").write_text("build/\n")
    assert told(look.these([".kinosignore"])) == {"build/b.md": None}
    (tmp_path / ".kinosignore").unlink()
    assert told(look.these([".kinosignore"])) == {"build/b.md": HELLO}


def test_an_ignored_document_is_not_told_when_it_is_looked_at(tmp_path: Path) -> None:
    put(tmp_path, "build/b.md")
    (tmp_path / ".gitignore").write_text("build/\n")
    assert told(scan(tmp_path).these(["build/b.md"])) == {}


def test_what_the_cache_knows_by_its_time_is_not_even_read(tmp_path: Path) -> None:
    root = tmp_path / "work"
    file = put(root, "a.md")
    put(root, "b.md", "And this.\n")
    cache = SizeCache(tmp_path / "sizes.db", Bounds())
    list(scan(root, cache=cache).everything())
    counter = Watched()
    about = file.stat()
    file.write_bytes(b"x" * about.st_size)  # a lie: other bytes, yet nothing shows it
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert told(scan(root, counter=counter, cache=cache).everything()) == {"a.md": HELLO, "b.md": tokens("And this.\n")}
    assert counter.asked == []
    cache.close()


def test_what_the_cache_knows_by_its_content_is_read_and_not_counted(tmp_path: Path) -> None:
    root = tmp_path / "work"
    put(root, "a.md")
    put(root, "b.md", "And this.\n")
    cache = SizeCache(tmp_path / "sizes.db", Bounds())
    list(scan(root, cache=cache).everything())
    (root / "a.md").rename(root / "moved.md")
    put(root, "b.md", "And this too.\n")
    counter = Watched()
    assert told(scan(root, counter=counter, cache=cache).everything()) == {
        "moved.md": HELLO,
        "b.md": tokens("And this too.\n"),
    }
    assert counter.asked == ["And this too.\n"]
    cache.close()


def test_a_cache_of_another_way_of_counting_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "work"
    put(root, "a.md")
    cache = SizeCache(tmp_path / "sizes.db", Bounds())
    list(scan(root, cache=cache).everything())
    monkeypatch.setattr(scan_module, "COUNTING", scan_module.COUNTING + 1)
    counter = Watched()
    list(scan(root, counter=counter, cache=cache).everything())
    assert counter.asked == ["Hello there.\n"]
    cache.close()


def test_a_file_that_vanishes_or_is_replaced_while_it_is_looked_at_is_told_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("a.md", "b.md", "c.md"):
        put(tmp_path, path)
    read_file = scan_module.read_file

    def meanwhile(file: Path, *arguments: object) -> object:
        if file.name == "a.md":
            file.unlink()
        if file.name == "b.md":
            file.unlink()
            file.mkdir()
        return read_file(file, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(scan_module, "read_file", meanwhile)
    assert told(scan(tmp_path).everything()) == {"a.md": None, "b.md": "it is not a regular file", "c.md": HELLO}


def test_much_that_is_new_is_shared_and_what_the_other_does_not_tell_is_counted_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        put(tmp_path, f"{number}.md")
    monkeypatch.setattr(scan_module, "SHARED_BYTES", 1)
    given: list[str] = []

    @contextmanager
    def aid(paths: Sequence[str]) -> Iterator[Callable[[], Iterable[Count]]]:
        given.extend(paths)
        yield lambda: [Count(paths[0], Size(99))]

    counter = Watched()
    found = told(Scan(tmp_path, (), counter, 1000, aid=aid).everything())
    assert 2 <= len(given) <= 4
    assert found == {f"{number}.md": 99 if f"{number}.md" == given[0] else HELLO for number in range(6)}
    assert len(counter.asked) == 5


def test_a_second_process_counts_its_share_into_the_same_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "SHARED_BYTES", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for number in range(20):
        put(tmp_path / "work", f"docs/{number}.md")
    folder = Folder(tmp_path / "work", cache=tmp_path / "sizes.db")
    terms = Terms(FAMILY, Counted.EXACT, 1000)
    with closing(folder.scan(terms, shared=True)) as shared:
        assert told(shared.everything()) == {f"docs/{number}.md": HELLO for number in range(20)}
    cache = SizeCache(tmp_path / "sizes.db", Bounds())
    assert len(cache.places(str(tmp_path / "work"), shared._key)) == 20
    cache.close()


def test_a_second_process_that_dies_leaves_nothing_uncounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "SHARED_BYTES", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("kinos.adapters.second_counter.sys.executable", "/bin/false")
    for number in range(4):
        put(tmp_path, f"{number}.md")
    look = Folder(tmp_path).scan(Terms(FAMILY, Counted.EXACT, 1000), shared=True)
    assert told(look.everything()) == {f"{number}.md": HELLO for number in range(4)}


def test_suggestions_are_made_of_what_was_told_and_look_into_every_document(tmp_path: Path) -> None:
    passage = (
        "The tide comes in twice a day and nobody on the quay has ever been able to talk it out of that habit at all."
    )
    put(
        tmp_path,
        "a.md",
        f"# A\n\n## One\n\n{passage}\n\n{'and this, ' * 40}\n\n## Two\n\n{'more words of it, ' * 60}\n",
    )
    put(tmp_path, "docs/b.md", f"{passage}\n")
    put(tmp_path, "a-one.md", "taken\n")
    (tmp_path / "bad.md").write_bytes(b"\xff")
    look = Scan(tmp_path, (), counter_for(FAMILY), 5000)
    list(look.everything())
    (made,) = look.suggestions(["a.md", "bad.md", "gone.md"], 400)
    assert [piece.path for piece in made.pieces] == ["a-one-2.md"]
    assert [place.path for repeat in made.repeats for place in repeat.places] == ["docs/b.md"]
    uncounted = Scan(tmp_path, (), NoCounter(UsageError("There is no tokenizer.")), 5000)
    (made,) = uncounted.suggestions(["a.md"], 200)
    assert made.reason == "There is no tokenizer."


def test_without_a_tokenizer_every_document_says_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "a.md")
    look = scan(tmp_path, counter=NoCounter(UsageError("There is no tokenizer.", "Set one.")))
    assert told(look.everything()) == {"a.md": "There is no tokenizer. Set one."}


def test_results_come_while_others_are_still_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Count(f"{number}.md", Size(1)) for number in range(5)]
    monkeypatch.setattr(scan_module, "BATCH", 2)
    assert [len(batch) for batch in batches(found)] == [2, 2, 1]
    monkeypatch.setattr(scan_module, "BATCH_SECONDS", -1.0)
    assert [len(batch) for batch in batches(found)] == [1] * 5
