"""What waits for a person: shown as it would land on the files as they are now, and edited before it does."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from merge3 import Merge3

from kinos.domain.change import Change, ChangeState, FileChange
from kinos.domain.errors import ConflictError, LandingError, PolicyError, UsageError
from kinos.domain.usage import Usage
from kinos.engine.changes import Changes
from kinos.engine.difference import Sides, unified
from kinos.engine.history import sides
from kinos.engine.landing import Landing
from kinos.engine.merge import merged, onto
from kinos.engine.ports import Clock, Ids, Journal
from kinos.engine.text import decoded, parse

MARKS = ("<<<<<<< the file now", "=======", ">>>>>>> the change")
"""Around both versions of what the person and the change disagree about."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One file of a waiting change: its text now and once the change has landed, line feeds only, None for no such file.

    `conflict` says what stands in the way of landing it; then `text` has both versions between MARKS.
    """

    path: str
    base: str | None
    text: str | None
    conflict: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """One file of a change: its text before and after it, line feeds only, None for no such file. `note` says why there is
    none to show, or what stands in the way of landing it.
    """

    path: str
    before: str | None
    after: str | None
    note: str = ""


class Review:
    """Shows and edits waiting changes. To edit, the caller holds the folder's lock."""

    def __init__(self, changes: Changes, landing: Landing, journal: Journal, clock: Clock, ids: Ids) -> None:
        self._changes = changes
        self._landing = landing
        self._journal = journal
        self._clock = clock
        self._ids = ids

    def diff(self, identity: str) -> str:
        """What a change has made of its files, or, while it waits, would make of them now, as a unified diff.

        Raises UsageError when there is no such change.
        """
        change = self._changes.find(identity)
        if change.state is not ChangeState.PROPOSED:
            return unified(sides(change, self._journal.image))
        return unified([self._seen(file, made) for file, made in zip(change.files, self._sides(change), strict=True)])

    def contents(self, identity: str) -> list[Contents]:
        """What a change has made of each of its files, or, while it waits, would make of it now. Raises UsageError when there is
        no such change.
        """
        change = self._changes.find(identity)
        made = self._sides(change)
        if change.state is ChangeState.PROPOSED:
            made = [self._seen(file, side) for file, side in zip(change.files, made, strict=True)]
        return [_told(side) for side in made]

    def obstacle(self, change: Change) -> str:
        """What stands in the way of landing a waiting change on the files as they are now; empty where nothing does, and for
        one that does not wait.
        """
        if change.state is not ChangeState.PROPOSED:
            return ""
        for file in change.files:
            try:
                self._landing.foreseen(file)
            except (ConflictError, PolicyError, LandingError) as error:
                return error.message
        return ""

    def proposal(self, identity: str) -> list[Proposed]:
        """The files of a waiting change as they would be once it landed. Raises UsageError when it does not wait."""
        change = self._changes.waiting(identity)
        return [self._proposed(file, made) for file, made in zip(change.files, self._sides(change), strict=True)]

    def edit(self, identity: str, texts: Mapping[str, str | None], bases: Mapping[str, str]) -> Change:
        """Put a change in the place of a waiting one, with the person's `texts` for some of its files (None: no file).

        `bases` are what the files were when the person began; what was changed since is merged. Raises UsageError when the
        change does not wait, has no such file, or nothing of it is left, ConflictError when a file was edited meanwhile.
        """
        change = self._changes.waiting(identity)
        if unknown := sorted(set(texts) - set(change.paths)):
            raise UsageError(f"{identity} has no file {', '.join(unknown)}.", f"It has {', '.join(change.paths)}.")
        files = tuple(
            self._edited(file.path, texts[file.path], bases.get(file.path)) if file.path in texts else file
            for file in change.files
        )
        left = tuple(file for file in files if file.base != file.result)
        if not left:
            raise UsageError("Nothing of the change would be left.", f"Reject it: kin review --reject {identity}.")
        made = replace(
            change, id=self._ids.new("c"), files=left, made=self._clock.now(), reason="edited by the person",
            usage=Usage(), usd=0.0, edit_of=identity,
        )  # fmt: skip
        self._changes.put_in_place(change, made)
        return made

    def _sides(self, change: Change) -> list[Sides]:
        return sides(change, self._journal.image)

    def _seen(self, file: FileChange, made: Sides) -> Sides:
        try:
            return Sides(file.path, *self._landing.foreseen(file))
        except (ConflictError, PolicyError, LandingError) as error:
            return replace(made, note=f"It would not land now. {error}")

    def _proposed(self, file: FileChange, made: Sides) -> Proposed:
        try:
            before, after = self._landing.foreseen(file)
        except ConflictError as error:
            return self._disputed(made, str(error))
        return Proposed(file.path, _shown(file.path, before), _shown(file.path, after))

    def _disputed(self, made: Sides, conflict: str) -> Proposed:
        """Both versions, for the person to choose."""
        now = _shown(made.path, self._landing.current(made.path))
        was, wanted = _shown(made.path, made.before), _shown(made.path, made.after)
        if now is None or wanted is None:
            return Proposed(made.path, now, now if wanted is None else wanted, conflict)
        merge = Merge3(*([f"{line}\n" for line in parse(text or "").lines] for text in (was, now, wanted)))
        start, middle, end = MARKS
        return Proposed(made.path, now, "".join(merge.merge_lines(None, None, None, start, middle, end)), conflict)

    def _edited(self, path: str, text: str | None, base: str | None) -> FileChange:
        path = self._landing.check(path)
        current = self._landing.current(path)
        if text is not None and {MARKS[0], MARKS[2]} & set(parse(text).lines):
            raise UsageError(f"{path} still has both versions in it.", f"Decide between {MARKS[0]} and {MARKS[2]}.")
        made = onto(path, current, text)
        if base is not None:
            made = merged(path, onto(path, current, base), made, current)
        return FileChange(path, self._kept(current), self._kept(made))

    def _kept(self, content: bytes | None) -> str | None:
        return None if content is None else self._journal.keep(content)


def _told(side: Sides) -> Contents:
    try:
        return Contents(side.path, _shown(side.path, side.before), _shown(side.path, side.after), side.note)
    except PolicyError as error:
        return Contents(side.path, None, None, error.message)


def _shown(path: str, content: bytes | None) -> str | None:
    return None if content is None else decoded(content, path).unified()
