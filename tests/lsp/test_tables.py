"""Nothing of a document is kept once it is closed: no table of ours grows with the documents that were open."""

import asyncio
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kinos.engine.ports import Editor
from kinos.lsp.background import Background
from kinos.lsp.folders import Folders
from kinos.tokens.document import TextEdit
from kinos.tokens.position import Position
from lsp.stage import RecordingClient, StagedWorkspace, idle, workspace

CONTAINERS = (dict, list, set, deque)
WITH_TIME = "._points"
"""How the total went grows with the seconds that pass, up to a bound that has tests of its own."""


def tables(root: object) -> dict[str, int]:
    """How much each table below `root` holds, by the way to it through objects of ours."""
    found: dict[str, int] = {}
    seen: set[int] = set()
    pending: list[tuple[str, object]] = [("", root)]
    while pending:
        name, value = pending.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, CONTAINERS):
            found[name] = found.get(name, 0) + len(value)
            members = value.values() if isinstance(value, dict) else value
            pending += [(f"{name}[]", each) for each in members]
        elif type(value).__module__.startswith("kinos."):
            pending += [(f"{name}.{key}", each) for key, each in _attributes(value).items()]
        elif hasattr(value, "__self__"):
            pending.append((f"{name}()", value.__self__))
    return found


def _attributes(value: object) -> Mapping[str, Any]:
    slots = [slot for kind in type(value).__mro__ for slot in getattr(kind, "__slots__", ())]
    named = {slot: getattr(value, slot) for slot in slots if hasattr(value, slot)}
    return named | getattr(value, "__dict__", {})


async def opened_edited_and_closed(folders: Folders, background: Background, root: Path, names: range) -> None:
    for number in names:
        uri = (root / f"{number}.md").as_uri()
        folders.did_open(uri, "# Some\n\nwords\n" * 600, 1)
        folders.did_change(uri, [TextEdit(Position(0, 0), Position(0, 0), "more ")], 2)
        folders.did_save(uri)
        await asyncio.sleep(0)
        folders.did_close(uri)
    await idle(background)


async def test_no_table_grows_with_the_documents_that_were_open(tmp_path: Path) -> None:
    client, background = RecordingClient(), Background()

    def make(root: Path, given: Any, trusted: bool, editor: Editor) -> StagedWorkspace:
        return workspace(root, {"tokens": {"warn": 100, "error": 1000}}, trusted, editor)

    folders = Folders(client, background, make)
    folders.add(tmp_path.as_uri())
    await idle(background)
    await opened_edited_and_closed(folders, background, tmp_path, range(40))
    before = tables(folders)
    await opened_edited_and_closed(folders, background, tmp_path, range(40, 120))
    after = tables(folders)
    assert len(before) > 20
    grown = {name: (before.get(name, 0), count) for name, count in after.items() if count > before.get(name, 0)}
    assert {name for name in grown if not name.endswith(WITH_TIME)} == set(), grown
    await folders.close()
    await background.stop()
