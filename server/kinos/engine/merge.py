"""Three-way merge by line: what an agent made of its copy, put onto what is there now. Nothing is ever forced."""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice

from merge3 import Merge3
from patiencediff import PatienceSequenceMatcher

from kinos.domain.errors import ConflictError
from kinos.engine.text import Text, decoded, parse, rebuilt

MENDED = 50
"""Lines of one place that are looked at, when none is there as it was, for one that has been mended."""

type _Region = tuple[int, int, int, int, int, int]
"""Lines that all three have: (first, last) in base, current and result, half open."""


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
    return fitted(path, decoded(base, path), text).encoded()


def fitted(path: str, raw: Text, text: str) -> Text:
    """`text`, which has line feeds only, in the raw form of what it was made of: its line ends, BOM and last line."""
    made = parse(text)
    ends = tuple(raw.end if end else "" for end in made.ends)
    return merged_text(path, raw, replace(made, ends=ends), raw)


def _gone(path: str, base: bytes | None, result: bytes | None, current: bytes | None) -> str:
    if base is None:
        return f"{path} has been created by somebody else meanwhile."
    if result is None:
        return f"{path} was to be deleted, but has been changed meanwhile."
    return f"{path} has been deleted meanwhile."


def merged_text(path: str, base: Text, result: Text, current: Text) -> Text:
    """The same for texts. The line ends, the BOM and the missing last newline of `current` are kept.

    New lines have the ends that `result` gives them, unless the person has meanwhile given the whole text other ones.
    """
    lines: list[str] = []
    ends: list[str] = []
    merge = Merge3(list(base.lines), list(current.lines), list(result.lines), sequence_matcher=PatienceSequenceMatcher)
    regions = merge.find_sync_regions()
    converted = _converted(base, current, regions)
    for line, mine, theirs in _lines(path, base.lines, result.lines, current.lines, regions):
        lines.append(line)
        given = "" if converted or theirs is None else result.ends[theirs]
        ends.append(given if mine is None else current.ends[mine] or given)
    return rebuilt(current, lines, ends)


def _converted(base: Text, current: Text, regions: Iterable[_Region]) -> bool:
    """Whether most lines that are still there have other ends than before."""
    pairs = [(base.ends[b + n], current.ends[c + n]) for b, last, c, *_ in regions for n in range(last - b)]
    pairs = [(before, now) for before, now in pairs if before and now]
    return sum(before != now for before, now in pairs) * 2 > len(pairs)


def _lines(
    path: str, base: Sequence[str], result: Sequence[str], current: Sequence[str], regions: Iterable[_Region]
) -> Iterator[tuple[str, int | None, int | None]]:
    """Each line of the outcome, and which line of `current` and of `result` it is."""
    in_base = in_current = in_result = 0
    for base_from, base_to, current_from, current_to, result_from, result_to in regions:
        was = base[in_base:base_from]
        mine = current[in_current:current_from]
        theirs = result[in_result:result_from]
        met = _met(was, mine, theirs)
        if met is None:
            raise ConflictError(f"{path}: {_numbered(in_current + 1, current_from)} been edited meanwhile.")
        for person, first, end in met:
            if person:
                yield from ((mine[at], in_current + at, None) for at in range(first, end))
            else:
                yield from ((theirs[at], None, in_result + at) for at in range(first, end))
        yield from ((current[current_from + n], current_from + n, result_from + n) for n in range(base_to - base_from))
        in_base, in_current, in_result = base_to, current_to, result_to


def _numbered(first: int, last: int) -> str:
    return f"lines {first} to {last} have" if last > first else f"line {first} has"


def _met(was: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Sequence[tuple[bool, int, int]] | None:
    """What becomes of a place that is not alike in all three: stretches of the person's lines (True) and of the change's,
    half open; None when the two disagree.
    """
    all_mine, all_theirs = (True, 0, len(mine)), (False, 0, len(theirs))
    if theirs in (was, mine):
        return [all_mine]
    if mine == was:
        return [all_theirs]
    return _side_by_side(was, mine, theirs)


type _Edit = tuple[int, int, bool, int, int]
"""Lines first to end of what was become lines of the person's (True) or of the change's."""


def _side_by_side(
    was: Sequence[str], mine: Sequence[str], theirs: Sequence[str]
) -> Sequence[tuple[bool, int, int]] | None:
    """The same where both edited: fine if they did it in different lines. Of two insertions at one point both are kept, the
    person's first.
    """
    edits = sorted([*_edits(was, mine, person=True), *_edits(was, theirs, person=False)], key=_place)
    stretches, at, behind = [], 0, 0
    for first, end, person, new_first, new_end in edits:
        if first < at:
            return None
        # What neither edited is the person's, whose lines keep their ends.
        stretches.append((True, at + behind, first + behind))
        stretches.append((person, new_first, new_end))
        at = end
        if person:
            behind = new_end - end
    stretches.append((True, at + behind, len(mine)))
    return stretches


def _edits(was: Sequence[str], now: Sequence[str], *, person: bool) -> Iterator[_Edit]:
    for tag, first, end, new_first, new_end in PatienceSequenceMatcher(None, was, now).get_opcodes():
        if tag != "equal":
            yield first, end, person, new_first, new_end


def _place(edit: _Edit) -> tuple[int, int, bool]:
    first, end, person, *_ = edit
    return first, end, not person


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
    # The person typed right beside it: then all its lines stand there in order, and what it took away is gone. A line the
    # person has edited instead is not gone.
    if not _within(after, now) or (_within(before, now) and not _within(before, after)):
        return False
    left = _folded(after)
    return not _mended(before, now, _folded(before) - left, left)


def is_there(path: str, before: bytes | None, after: bytes | None, now: Text | None) -> bool:
    """Whether all of the change from `before` to `after` is in `now` as it was made: merging it would change nothing. Never of a
    file that it makes or deletes, or that is not there.
    """
    if before is None or after is None or now is None:
        return False
    old, new = decoded(before, path), decoded(after, path)
    if old.lines == new.lines:
        return False
    try:
        return now.lines == new.lines or merged_text(path, old, new, now).lines == now.lines
    except ConflictError:
        return False


def remains(path: str, base: bytes | None, result: bytes | None, now: Text) -> bool:
    """Whether anything of the change from `base` to `result` is in `now`: all of it, a line it added or one that was made of
    such a line, or, if it only took lines away, that one of them is gone. A person who mends a word has not taken it back.
    """
    if holds(path, base, result, now):
        return True
    old, new = decoded(base or b"", path), decoded(result or b"", path)
    before, after, found = _folded(old), _folded(new), _folded(now)
    added = {line for line in after - before if line}
    if added:
        return any(found[line] > before[line] for line in added) or _mended(new, now, added, before)
    return any(found[line] < before[line] for line in before - after)


def _mended(new: Text, now: Text, added: Container[str], before: Collection[str]) -> bool:
    """Whether where a line of `new` that was `added` stood one stands now that was made of it, and not one from `before`."""
    for tag, first, end, now_first, now_end in PatienceSequenceMatcher(None, new.lines, now.lines).get_opcodes():
        if tag == "replace":
            were = [line for line in map(_blank, new.lines[first:end]) if line in added][:MENDED]
            are = [line for line in map(_blank, now.lines[now_first:now_end]) if line not in before][:MENDED]
            # Most like what was added, and not like something that was there before.
            if any(set(get_close_matches(line, [*were, *islice(before, 20 * MENDED)], 1)) & set(were) for line in are):
                return True
    return False


def _folded(text: Text) -> Counter[str]:
    """How often there is each line."""
    return Counter(map(_blank, text.lines))


def _blank(line: str) -> str:
    """A line however its blanks are: editors format what they save."""
    return " ".join(line.split())


def _within(part: Text, whole: Text) -> bool:
    rest = iter(whole.lines)
    return all(line in rest for line in part.lines)
