"""What follows when a person gives files and folders other names: claims, history, sizes. Paths are those in the workspace."""

from collections.abc import Collection

from kinos.domain.event import Noted
from kinos.domain.rename import Rename, renamed
from kinos.engine.changes import Changes
from kinos.engine.claims import Claims
from kinos.engine.keeper import Keeper
from kinos.engine.ports import Clock
from kinos.engine.sizes import Sizes
from kinos.engine.store import Store
from kinos.engine.text_sync import TextSync
from kinos.engine.upkeep import Upkeep


class Renaming:
    """Of one workspace."""

    def __init__(
        self, claims: Claims, changes: Changes, keeper: Keeper, text_sync: TextSync, sizes: Sizes, upkeep: Upkeep,
        store: Store, clock: Clock,
    ) -> None:  # fmt: skip
        self._claims = claims
        self._changes = changes
        self._keeper = keeper
        self._text_sync = text_sync
        self._sizes = sizes
        self._upkeep = upkeep
        self._store = store
        self._clock = clock

    def begin(self, renames: Collection[Rename]) -> None:
        """It is about to happen, or not after all."""
        self._text_sync.will_rename(renames)

    async def done(self, renames: Collection[Rename]) -> None:
        """It has happened. The history keeps the old names, with a note, when somebody else holds the workspace.

        Raises LandingError when the journal cannot be written.
        """
        self._claims.rename(renames)
        if self._changes.concern(renames):
            self._follow(renames)
        self._text_sync.did_rename(renames)
        known = (*self._sizes.documents.sizes, *self._sizes.documents.errors)
        gone = [path for path in known if renamed(path, renames) != path]
        await self._sizes.refresh([*gone, *(each.old for each in renames), *(each.new for each in renames)])
        self._upkeep.touched([*gone, *(renamed(path, renames) for path in gone)])

    def _follow(self, renames: Collection[Rename]) -> None:
        holder = self._keeper.holder()
        if not holder:
            with self._keeper.hold():
                self._changes.rename(renames)
            return
        names = ", ".join(each.old for each in renames)
        text = f"What was done to {names} is still told by the old name, and not taken back by it: {holder} has the folder."
        self._store.dispatch(Noted(self._clock.now(), "warning", text))
