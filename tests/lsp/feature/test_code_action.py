"""The actions at a place in an open document, as an editor is given them."""

from datetime import UTC, datetime
from pathlib import Path

from lsprotocol import types

from kinos.domain.change import Change, ChangeState, FileChange
from kinos.lsp.ability import Abilities
from kinos.lsp.action import UNDO
from kinos.lsp.feature.code_action import offer
from lsp.stage import OneFolder


def landing(stage: OneFolder, name: str, path: str) -> Change:
    """A change of `path` that was made, and accepted."""
    journal = stage.session._journal
    image = journal.keep(f"{name}\n".encode())
    file = FileChange(path, None, image, None, image)
    now = datetime(2026, 3, 21, tzinfo=UTC)
    change = Change(name, "y1", "s1", "ann", f"Title of {name}", "w", (file,), now, ChangeState.PROPOSED)
    stage.session._changes.record(change, None)
    return change


async def undone(stage: OneFolder, uri: str) -> list[str]:
    """What is offered there to be undone."""
    start = types.Position(0, 0)
    context = types.CodeActionContext([], only=[UNDO])
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), types.Range(start, start), context)
    return [action.title for action in await stage.ask(offer, params)]


async def test_the_change_that_landed_last_is_offered_to_be_undone_though_another_was_made_after_it(
    tmp_path: Path,
) -> None:
    stage = OneFolder(tmp_path)
    stage.client.able = Abilities(literals=True)
    document, other, request = (stage.open(name, "# One\n") for name in ("a.md", "b.md", "demande.md"))
    first, second, third = landing(stage, "c1", "a.md"), landing(stage, "c2", "a.md"), landing(stage, "c3", "b.md")
    assert await undone(stage, document) == []
    for change in (third, second, first):
        stage.session._changes.record(change.to(ChangeState.ACCEPTED).to(ChangeState.LANDED), change.state)
    assert await undone(stage, document) == ["Undo “Title of c1” (ann)"]
    assert await undone(stage, other) == ["Undo “Title of c3” (ann)"]
    assert await undone(stage, request) == ["Undo “Title of c1” (ann)"]
