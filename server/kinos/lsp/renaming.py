"""Renames by the person, over all folders of the editor: what has to be edited before, and who is told after."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from kinos.domain.rename import Rename
from kinos.lsp.ability import Abilities
from kinos.lsp.folders import Folders
from kinos.lsp.uri import path_of, real_place, within
from kinos.lsp.workspace_edit import Dialect, workspace_edit
from kinos.tokens.position import Encoding

if TYPE_CHECKING:
    from kinos.lsp.folder import Folder

type Pairs = Sequence[tuple[str, str]]
"""URIs: the old one and the new one."""

LABEL = "Keep links alive"


class Renaming:
    """Of one editor."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    async def will_rename(self, pairs: Pairs, encoding: Encoding, able: Abilities) -> types.WorkspaceEdit | None:
        """The edit that keeps links alive, to be made before files move; None when there is nothing to do."""
        from kinos.engine.manuscript import Restructured

        renames = _renames(pairs)
        edits = []
        for folder in tuple(self._folders):
            folder.session.will_rename(_inside(folder, renames))
            rewrites = await folder.session.relinking.renamed(renames, self._home)
            if rewrites:
                dialect = Dialect(encoding, able, folder.uri_of)
                edits.append(workspace_edit(Restructured(LABEL, tuple(rewrites)), dialect))
        return _joined(edits)

    async def did_rename(self, pairs: Pairs) -> None:
        """Files have moved."""
        renames = _renames(pairs)
        for folder in tuple(self._folders):
            inside = _inside(folder, renames)
            if inside:
                await folder.did_rename(inside)
        self._folders.did_change_on_disk([uri for pair in pairs for uri in pair])

    def _home(self, place: str) -> str:
        roots = [folder.root for folder in self._folders if within(place, folder.root)]
        return max(roots, key=len, default=posixpath.dirname(place))


def _renames(pairs: Pairs) -> list[Rename]:
    """By real absolute paths; what is no file is left aside."""
    paths = [(path_of(old), path_of(new)) for old, new in pairs]
    return [Rename(real_place(old), real_place(new)) for old, new in paths if old is not None and new is not None]


def _inside(folder: Folder, renames: Iterable[Rename]) -> list[Rename]:
    """Those that stay within the folder, by paths in it."""
    root = folder.root.rstrip("/")
    return [
        Rename(each.old.removeprefix(f"{root}/"), each.new.removeprefix(f"{root}/"))
        for each in renames
        if all(within(path, root) and folder.owns(path.removeprefix(f"{root}/")) for path in (each.old, each.new))
    ]


def _joined(edits: Sequence[types.WorkspaceEdit]) -> types.WorkspaceEdit | None:
    """One edit that makes them all."""
    if not edits:
        return None
    if edits[0].document_changes is not None:
        return types.WorkspaceEdit(document_changes=[each for edit in edits for each in edit.document_changes or ()])
    return types.WorkspaceEdit(changes={uri: found for edit in edits for uri, found in (edit.changes or {}).items()})
