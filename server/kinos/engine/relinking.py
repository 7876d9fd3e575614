"""How the links of documents have to be written once files and folders have other names. Nothing is written here."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence

from kinos.domain.markdown import scan
from kinos.domain.markdown.link import respelled
from kinos.domain.markdown.rename import Site, concerned, readdressed
from kinos.domain.rename import Rename, renamed
from kinos.engine.manuscript import Manuscript, Manuscripts, Rewrite
from kinos.engine.sizes import Sizes
from kinos.engine.text import Text

type Home = Callable[[str], str]
"""The workspace folder that a place belongs to, both by their real absolute paths; for a place in none its own folder."""


class Relinking:
    """The documents below `root`: `sizes` says which there are, open ones are taken as they are in the editor."""

    def __init__(self, root: str, sizes: Sizes, manuscripts: Manuscripts) -> None:
        self._root = root
        self._sizes = sizes
        self._manuscripts = manuscripts

    async def renamed(self, renames: Collection[Rename], home: Home) -> Sequence[Rewrite]:
        """The documents whose links have to change so that they lead where they led, `renames` being of real absolute paths.

        A document that cannot be read is left as it is.
        """
        open_, documents = self._manuscripts.all_open(), list(self._sizes.documents.sizes)

        def worked_out() -> list[Rewrite]:
            found = self._manuscripts.readable(documents, open_)
            return [rewrite for each in found for rewrite in self._rewritten(each, renames, home)]

        return await asyncio.to_thread(worked_out)

    def _rewritten(self, document: Manuscript, renames: Collection[Rename], home: Home) -> Iterator[Rewrite]:
        old = f"{self._root.rstrip('/')}/{document.path}"
        new, whole = renamed(old, renames), document.text.unified()
        if new == old and not concerned(whole, renames):
            return
        lines = scan(whole)
        changed = list(readdressed(lines, Site(old, self._root), Site(new, home(new)), renames))
        if changed:
            after = Text(tuple(respelled(lines, changed)), document.text.ends, document.text.bom)
            yield Rewrite(document.path, document.text, after, document.version)
