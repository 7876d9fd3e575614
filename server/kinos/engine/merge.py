"""Three-way merge by line: what an agent made of its copy, put onto what is there now. Nothing is ever forced."""

from collections import Counter
from collections.abc import Iterator, Sequence

from merge3 import Merge3
from patiencediff import PatienceSequenceMatcher

from kinos.domain.errors import ConflictError
from kinos.engine.text import Text, decoded, parse, rebuilt


def merged(path: str, base: bytes | None, result: bytes | None, current: bytes | None) -> bytes | None:
    """The bytes of `path` after the change from `base` to `result` is made to `current`; None is no such file.

    Raises ConflictError when the person and the change disagree, PolicyError when the file is not text.
    """
    if result in (base, current):
        return current
    if current == base:
        return result
    if base is None or result is None or current is None:
        raise ConflictError(_gone(path, base, result, current))
    return merged_text(path, decoded(base, path), decoded(result, path), decoded(current, path)).encoded()


def onto(path: str, base: bytes | None, text: str | None) -> bytes | None:
    """The bytes of `path` once an agent made `text` of its copy: the line ends, BOM and last line of `base` are kept.

    The copy had line feeds only, whatever the file has; `text` None means that the agent deleted it.
    """
    if text is None or base is None:
        return None if text is None else text.encode()
    raw = decoded(base, path)
    return merged_text(path, raw, parse(text), raw).encoded()


def _gone(path: str, base: bytes | None, result: bytes | None, current: bytes | None) -> str:
    if base is None:
        return f"{path} has been created by somebody else meanwhile."
    if result is None:
        return f"{path} was to be deleted, but has been changed meanwhile."
    return f"{path} has been deleted meanwhile."


def merged_text(path: str, base: Text, result: Text, current: Text) -> Text:
    """The same for texts. The line ends, the BOM and the missing last newline of `current` are kept."""
    lines: list[str] = []
    kept: list[int | None] = []
    for line, at in _lines(path, base.lines, result.lines, current.lines):
        lines.append(line)
        kept.append(at)
    return rebuilt(current, lines, kept)


def _lines(
    path: str, base: Sequence[str], result: Sequence[str], current: Sequence[str]
) -> Iterator[tuple[str, int | None]]:
    """Each line of the outcome, and which line of `current` it is (None: a new one)."""
    merge = Merge3(list(base), list(current), list(result), sequence_matcher=PatienceSequenceMatcher)
    in_base = in_current = in_result = 0
    for base_from, base_to, current_from, current_to, result_from, result_to in merge.find_sync_regions():
        was = base[in_base:base_from]
        mine = current[in_current:current_from]
        theirs = result[in_result:result_from]
        if theirs not in (was, mine) and (mine == was or not was):
            # The change alone was made here; or two insertions at one point: both are kept, the person's first.
            yield from ((line, in_current + at) for at, line in enumerate(mine if not was else ()))
            yield from ((line, None) for line in theirs)
        elif theirs in (was, mine):
            yield from ((line, in_current + at) for at, line in enumerate(mine))
        else:
            last = max(current_from, in_current + 1)
            raise ConflictError(f"{path}: lines {in_current + 1} to {last} have been edited meanwhile.")
        yield from ((current[at], at) for at in range(current_from, current_to))
        in_base, in_current, in_result = base_to, current_to, result_to


def hunks(before: Text, after: Text) -> Iterator[tuple[int, int, int, int]]:
    """Where the lines differ: (first, last) in `before`, (first, last) in `after`, half open."""
    matcher = PatienceSequenceMatcher(
        None, list(zip(before.lines, before.ends, strict=True)), list(zip(after.lines, after.ends, strict=True))
    )
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield i1, i2, j1, j2


def holds(path: str, base: bytes | None, result: bytes | None, now: Text) -> bool:
    """Whether `now` already has the change from `base` to `result`: merging it once more would change nothing."""
    before, after = decoded(base or b"", path), decoded(result or b"", path)
    if now.lines == after.lines:
        return True
    if now.lines == before.lines:
        return False
    try:
        if merged_text(path, before, after, now).lines == now.lines:
            return True
    except ConflictError:
        pass
    # The person typed right beside it: then all its lines stand there in order, and what it took away is gone.
    return _within(after, now) and (_within(before, after) or not _within(before, now))


def remains(path: str, base: bytes | None, result: bytes | None, now: Text) -> bool:
    """Whether anything of the change from `base` to `result` is in `now`: all of it, a line it added, or, if it only took
    lines away, that one of them is gone. A person who mends a word of a long change has not taken it back.
    """
    if holds(path, base, result, now):
        return True
    before, after, found = (
        Counter(text.lines) for text in (decoded(base or b"", path), decoded(result or b"", path), now)
    )
    added = [line for line in after - before if line.strip()]
    if added:
        return any(found[line] > before[line] for line in added)
    return any(found[line] < before[line] for line in before - after)


def _within(part: Text, whole: Text) -> bool:
    rest = iter(whole.lines)
    return all(line in rest for line in part.lines)
