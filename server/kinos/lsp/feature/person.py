"""`kinos.server.newMission`, `newSample`, `trust` and `log`: what a person has done that no engine does, nor its colleague.

None of it can be reached by the control socket: what a folder brings is approved by a person in front of an editor, or by
`kin trust`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinos.domain.errors import UntrustedError, UsageError
from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders
from kinos.lsp.outside import Deeds
from kinos.lsp.protocol import Server
from kinos.lsp.server_command import offered
from kinos.lsp.uri import path_of, uri_of

if TYPE_CHECKING:
    from kinos.domain.demand import Demand
    from kinos.lsp.folder import Folder

KEYS: Mapping[str, tuple[str, ...]] = {
    "newMission": ("folder", "into"),
    "newSample": ("folder", "into"),
    "trust": ("folder", "approve", "revoke"),
    "log": ("folder",),
}
"""The commands, and all that their object may have."""


def register(server: Server, folders: Folders) -> None:
    """Offer them."""
    client = EditorClient(server)

    @offered(server, "newMission", KEYS["newMission"])
    async def new_mission(given: Mapping[str, Any]) -> dict[str, Any]:
        request = await asyncio.to_thread(folders.deeds.mission, new_folder(folders, given))
        uri = uri_of(str(request))
        if client.able.shows:
            client.show(uri)
        return {"folder": uri_of(str(request.parent)), "uri": uri}

    @offered(server, "newSample", KEYS["newSample"])
    async def new_sample(given: Mapping[str, Any]) -> dict[str, Any]:
        into = None if given.get("into") is None else new_folder(folders, given)
        return {"folder": uri_of(str(await asyncio.to_thread(folders.deeds.sample, into)))}

    @offered(server, "trust", KEYS["trust"])
    async def trust(given: Mapping[str, Any]) -> dict[str, Any]:
        folder = folders.named(given.get("folder"))
        return await trusted(folders.deeds, folder, given, allowed=folders.options.trusted)

    @offered(server, "log", KEYS["log"])
    async def log(given: Mapping[str, Any]) -> dict[str, Any]:
        file = folders.named(given.get("folder")).log
        return {"uri": uri_of(str(file)), "written": file.exists()}


def new_folder(folders: Folders, given: Mapping[str, Any]) -> Path:
    """The folder that is to be made: `into`, a path in the workspace folder, or an absolute one or a URI."""
    into = given.get("into")
    if into is not None and (not isinstance(into, str) or "\0" in into):
        raise UsageError(f"into must be a folder, not {into!r}.")
    path = Path(path_of(into or "") or into or "").expanduser()
    return path if path.is_absolute() else Path(folders.named(given.get("folder")).path) / path


async def trusted(deeds: Deeds, folder: Folder, given: Mapping[str, Any], *, allowed: bool) -> dict[str, Any]:
    """Approve what `given` names by its marks, or take every approval back; then what the folder brings.

    Only what is shown can be approved: a mark is that of one value to the letter, and one that the folder does not bring (any
    more) approves nothing at all. Raises UntrustedError where the editor does not trust the folder, which is not `allowed`.
    """
    marks, revoke = _marks(given), _truth(given, "revoke")
    if marks and not allowed:
        raise UntrustedError("This folder is not trusted in the editor.", "Trust it there first, then approve.")
    if marks and revoke:
        raise UsageError("Either approve or revoke.")
    root = Path(folder.root)
    found, refused = await asyncio.to_thread(deeds.demands, root)
    if marks or revoke:
        chosen = [] if revoke else _chosen(found, marks, folder.root)
        await asyncio.to_thread(deeds.approve, root, chosen)
        await folder.session.reload()
        found, refused = await asyncio.to_thread(deeds.demands, root)
    return {
        "found": [_described(demand, folder.root, approved) for demand, approved in found],
        "refused": list(refused),
    }


def _chosen(found: Sequence[tuple[Demand, bool]], marks: Sequence[str], root: str) -> list[Demand]:
    """What is approved from now on: those of before, and those that are named now."""
    known = {demand.mark(root) for demand, _ in found}
    if not known.issuperset(marks):
        raise UsageError("What the folder brings has changed meanwhile: nothing was approved.", "Look at it again.")
    return [demand for demand, approved in found if approved or demand.mark(root) in marks]


def _described(demand: Demand, root: str, approved: bool) -> dict[str, Any]:
    where = {"what": demand.what, "value": demand.text, "file": demand.file}
    return {"mark": demand.mark(root), **where, "approved": approved}


def _marks(given: Mapping[str, Any]) -> Sequence[str]:
    value = given.get("approve")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UsageError("approve must be a list of marks.", "They are in the answer to the command without it.")
    return value


def _truth(given: Mapping[str, Any], key: str) -> bool:
    value = given.get(key)
    if value is not None and not isinstance(value, bool):
        raise UsageError(f"{key} must be true or false, not {value!r}.")
    return bool(value)
