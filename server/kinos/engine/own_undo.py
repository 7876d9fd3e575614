"""What a person takes back with the editor's own undo, or puts there again: the history tells it once it is saved."""

from kinos.domain.change import Change, ChangeState
from kinos.domain.errors import LandingError, PolicyError
from kinos.engine.changes import Changes
from kinos.engine.landing import Landing
from kinos.engine.merge import is_there
from kinos.engine.ports import Journal
from kinos.engine.text import Text, decoded

AT_ONCE = 20
"""Changes in one document that may be taken back before it is saved the next time."""


class OwnUndo:
    """Follows one workspace. An editor undoes the last first, so only the last changes in a document are looked at. To settle,
    the caller holds the folder's lock.
    """

    def __init__(self, changes: Changes, landing: Landing, journal: Journal) -> None:
        self._changes = changes
        self._landing = landing
        self._journal = journal
        self._taken: set[str] = set()

    def found(self, path: str, now: Text) -> list[Change]:
        """What is told otherwise, now that the file at `path` is `now` and saved: changes that landed and of which all is back as
        it was before, or one that was taken back so and all of which is there again.
        """
        return self._back(path, now) or self._again(path, now)

    def settle(self, path: str, now: Text) -> None:
        """Say it of each: what was taken back is undone, what is there again has landed."""
        settled: set[str] = set()
        while changes := [change for change in self.found(path, now) if change.id not in settled]:
            for change in changes:
                settled.add(change.id)
                undone = change.state is ChangeState.UNDONE
                (self._taken.discard if undone else self._taken.add)(change.id)
                self._changes.record(change.to(ChangeState.LANDED if undone else ChangeState.UNDONE), change.state)

    def _back(self, path: str, now: Text) -> list[Change]:
        """The last changes of `path`, of the same files, from the latest to the one before which all was as it is now."""
        last: list[Change] = []
        for change in self._changes.landed(path)[:AT_ONCE]:
            if change.state is not ChangeState.LANDED or (last and set(change.paths) != set(last[0].paths)):
                break
            last.append(change)
            left = {file.path: file.after for file in last[0].files}
            if all(self._is_there(file.path, left[file.path], file.before, path, now) for file in change.files):
                return last
        return []

    def _again(self, path: str, now: Text) -> list[Change]:
        taken = (each for each in self._changes.all() if each.id in self._taken and path in each.paths)
        return [change for change in taken if self._whole(change, path, now)][:1]

    def _whole(self, change: Change, path: str, now: Text) -> bool:
        return change.state is ChangeState.UNDONE and all(
            self._is_there(file.path, file.before, file.after, path, now) for file in change.files
        )

    def _is_there(self, other: str, before: str | None, after: str | None, path: str, now: Text) -> bool:
        old, new = (None if name is None else self._journal.image(name) for name in (before, after))
        return is_there(other, old, new, now if other == path else self._text(other))

    def _text(self, path: str) -> Text | None:
        try:
            content = self._landing.current(path)
            return None if content is None else decoded(content, path)
        except (PolicyError, LandingError):
            return None
