"""`textDocument/codeAction` and `codeAction/resolve`: what can be done about a document, and the edit that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from kinos.domain.change import ChangeState
from kinos.domain.errors import KinosError
from kinos.domain.exemption import ignores_size
from kinos.domain.path import REQUESTS
from kinos.domain.size import Level
from kinos.lsp.action import KINDS, Choice, Deed, Scene, asked, code_action, deed, offers
from kinos.lsp.client import EditorClient
from kinos.lsp.diagnostic import CODES, SOURCE
from kinos.lsp.feature.prompt import KIND as PROMPT
from kinos.lsp.feature.prompt import prompt_offers
from kinos.lsp.folders import Folders, Place
from kinos.lsp.offer import Declared, Offer
from kinos.lsp.protocol import CONTENT_MODIFIED, Server, refusal
from kinos.lsp.workspace_edit import Dialect, workspace_edit

if TYPE_CHECKING:
    from kinos.engine.manuscript import Restructured
    from kinos.engine.session import Session

REWRITE = types.CodeActionKind.RefactorRewrite


def register(server: Server, folders: Folders) -> None:
    """Answer what is asked about an action that was chosen."""
    client = EditorClient(server)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        wanted = deed(action.data)
        if wanted is None:
            raise JsonRpcInvalidParams("This is no action of KinOS.")
        place = folders.opened(wanted.uri)
        if place is None or _version(place) != wanted.version:
            raise JsonRpcException("The document has changed since: ask for the actions again.", CONTENT_MODIFIED)
        try:
            action.edit = await _worked_out(wanted, place, _dialect(client, place))
        except KinosError as error:
            raise refusal(error) from error
        return action


def offer(client: Declared, folders: Folders) -> Offer:
    """Actions, for files of any kind: changes of all of them may wait."""
    able = client.able
    kinds = (*KINDS, PROMPT)

    async def actions(params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
        uri, only = params.text_document.uri, params.context.only
        place = folders.opened(uri)
        found = [] if place is None else await _actions(params, place, _dialect(client, place))
        if asked(PROMPT, only):
            more = prompt_offers(uri, place, tuple(folders), params.range.start.line)
            found += [code_action(choice, able, None) for choice in more]
        return found

    return Offer(
        types.TEXT_DOCUMENT_CODE_ACTION,
        "text_document.code_action",
        actions,
        # A client that takes only commands is not to be told of kinds.
        types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=able.resolves) if able.literals else None,
        lambda documents: types.CodeActionRegistrationOptions(
            document_selector=documents,
            code_action_kinds=kinds if able.literals else None,
            resolve_provider=able.resolves,
        ),
        (types.TextDocumentFilterScheme(scheme="file"),),
    )


def _dialect(client: Declared, place: Place) -> Dialect:
    return Dialect(client.encoding, client.able, place.folder.uri_of)


async def _actions(
    params: types.CodeActionParams, place: Place, dialect: Dialect
) -> list[types.CodeAction | types.Command]:
    only, seen, version = params.context.only, scene(params, place, dialect), _version(place)
    by_hand = params.context.trigger_kind is not types.CodeActionTriggerKind.Automatic
    if by_hand and seen.counted and asked(REWRITE, only):
        # All documents are looked through: not at every move of the cursor.
        seen = replace(seen, twins=await place.folder.session.folding.twins(place.path, seen.first))
    found = []
    for offer in offers(seen, only):
        edit = None
        if _needs_edit(offer, dialect):
            try:
                edit = await _worked_out(offer.deed, place, dialect) if offer.deed else None
            except KinosError:
                continue  # what cannot be done is not offered
        found.append(code_action(offer, dialect.able, edit))
    # What was worked out on another text than the one asked about would be put in the wrong place.
    return found if _version(place) == version else []


def _needs_edit(offer: Choice, dialect: Dialect) -> bool:
    """Whether the client takes the edit now or never."""
    return offer.deed is not None and not offer.reason and dialect.able.literals and not dialect.able.resolves


def scene(params: types.CodeActionParams, place: Place, dialect: Dialect) -> Scene:
    """What the actions at that range of an open document depend on."""
    session = place.folder.session
    buffer = session.buffers.get(place.path)
    assert buffer is not None
    first, last = params.range.start.line, params.range.end.line
    if last > first and params.range.end.character == 0:
        last -= 1  # a selection of whole lines ends before the next one
    level = session.sizes.documents.level(place.path)
    counted = place.folder.owns(place.path) and session.restructuring.allows(place.path)
    # What is about other documents, new ones above all, can be decided about at the request.
    every = place.path in REQUESTS
    return Scene(
        params.text_document.uri,
        place.path,
        place.folder.uri,
        buffer.text,
        first,
        last,
        counted,
        counted and level is not Level.OK and not ignores_size(buffer.text.text),
        dialect.able,
        [c for c in session.changes() if c.state is ChangeState.PROPOSED and (every or place.path in c.paths)],
        _ours(params.context.diagnostics),
        team=session.state.team.state if session.trusted else None,
        landed=session.last_landed(None if every else place.path),
    )


def _ours(diagnostics: Sequence[types.Diagnostic]) -> list[types.Diagnostic]:
    """Our diagnostics of sizes among those at the place."""
    return [each for each in diagnostics if each.source == SOURCE and each.code in CODES.values()]


def _version(place: Place) -> int | None:
    buffer = place.folder.session.buffers.get(place.path)
    return None if buffer is None else buffer.text.version


async def _worked_out(wanted: Deed, place: Place, dialect: Dialect) -> types.WorkspaceEdit:
    """The edit. Raises KinosError with the reason when it cannot be done."""
    done = await _restructured(wanted, place.folder.session, place.path)
    return workspace_edit(done, dialect, preview=wanted.preview)


async def _restructured(wanted: Deed, session: Session, path: str) -> Restructured:
    if wanted.name == "move":
        return await session.restructuring.move(path, wanted.first, wanted.last)
    if wanted.name == "fold":
        return await session.folding.fold(path, wanted.first, wanted.place, wanted.last)
    if wanted.name == "ignore":
        return await session.restructuring.ignored(path)
    return await session.restructuring.split(path)
