"""What KinOS says to the editor, as one small port and its implementation over the protocol."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Protocol

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException

from kinos.domain.errors import KinosError
from kinos.domain.notification import Kind
from kinos.domain.setting import Settings
from kinos.engine.notification import Notification
from kinos.lsp.ability import Abilities, abilities
from kinos.lsp.diagnostic import Form
from kinos.lsp.outbox import Outbox, Way
from kinos.lsp.progress import Progress
from kinos.lsp.protocol import Server
from kinos.lsp.telling import Telling
from kinos.tokens.position import Encoding

_log = logging.getLogger(__name__)

STATUS = "kinos/status"

_TYPES = {
    Kind.ERROR: types.MessageType.Error,
    Kind.FLASH: types.MessageType.Warning,
    Kind.WARNING: types.MessageType.Warning,
    Kind.SUCCESS: types.MessageType.Info,
    Kind.INFO: types.MessageType.Info,
}
_FRESH = 10.0
"""Seconds after which a flash comes too late to interrupt anybody: it is logged instead."""


class Client(Protocol):
    """The editor at the other end."""

    @property
    def encoding(self) -> Encoding:
        """What a column counts, as negotiated."""
        ...

    @property
    def versioned_edits(self) -> bool:
        """Whether edits may name the version of the document they are for."""
        ...

    @property
    def edits(self) -> bool:
        """Whether it makes edits at all when asked."""
        ...

    @property
    def form(self) -> Form:
        """What it takes of a diagnostic."""
        ...

    @property
    def pulls(self) -> bool:
        """Whether it asks for diagnostics, of all documents too, and can be asked to do so again: then none are pushed."""
        ...

    def can(self, capability: str) -> bool:
        """Whether the client declared a capability, named by its path in snake case."""
        ...

    def refresh(self, method: str, answered: Callable[[], None]) -> None:
        """Have it ask again for what `method` names; `answered` is called once it has said that it will, or will not."""
        ...

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[types.Diagnostic]) -> None:
        """Show these diagnostics for a document, and no others of ours."""
        ...

    def status(self, picture: Mapping[str, Any]) -> None:
        """Tell the state of a folder."""
        ...

    def edit(self, edit: types.WorkspaceEdit, label: str) -> None:
        """Ask for an edit. The answer is no evidence and is not waited for."""
        ...

    def log(self, level: str, message: str) -> None:
        """A sentence for the editor's log: `level` is info, warning or error."""
        ...

    def tell(self, kind: Kind, message: str) -> None:
        """A sentence for the person: an error, a warning, a success or an info for the log, a flash to be seen now."""
        ...

    def configure(self, settings: Sequence[Settings]) -> None:
        """The settings of every folder: how much is told, and which kinds."""
        ...

    def progress(self, title: str, cancel: Callable[[], object], after: float = 0.0) -> Progress:
        """Show some work, if it takes longer than `after` seconds; `cancel` stops it."""
        ...

    async def ask(self, message: str, actions: Sequence[str]) -> str:
        """Ask the person, who may take any time: the action chosen; empty when none was, or when the editor cannot ask."""
        ...


class EditorClient:
    """The client of a pygls server. What can wait for an editor that reads slowly goes through its outbox."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def encoding(self) -> Encoding:
        """What a column counts, as negotiated."""
        return Encoding(self._server.server_capabilities.position_encoding or Encoding.UTF16)

    @property
    def versioned_edits(self) -> bool:
        """Whether edits may name the version of the document they are for."""
        return self.can("workspace.workspace_edit.document_changes")

    @property
    def edits(self) -> bool:
        """Whether it makes edits at all when asked."""
        return self.can("workspace.apply_edit")

    @property
    def able(self) -> Abilities:
        """What it declared about code actions and workspace edits."""
        return abilities(self._server.client_capabilities)

    @property
    def commands(self) -> Collection[str]:
        """The commands that it has itself."""
        return self.able.commands

    @property
    def form(self) -> Form:
        """What it takes of a diagnostic."""
        pushed = "text_document.publish_diagnostics"
        return Form(
            self.encoding,
            self.can(f"{pushed}.related_information"),
            self.can(f"{pushed}.code_description_support"),
            self.can(f"{pushed}.data_support"),
        )

    @property
    def pulls(self) -> bool:
        """Whether it asks for diagnostics, of all documents too, and can be asked to do so again: then none are pushed.

        LSP has no word for asking about all documents; who knows `workspace.diagnostics` does.
        """
        return self.can("text_document.diagnostic") and self.can("workspace.diagnostics.refresh_support")

    def can(self, capability: str) -> bool:
        """Whether the client declared a capability, named by its path in snake case."""
        return bool(get_capability(self._server.client_capabilities, capability))

    def listed(self, capability: str) -> Sequence[object]:
        """The values it listed for a capability, in its order."""
        return get_capability(self._server.client_capabilities, capability) or ()

    def refresh(self, method: str, answered: Callable[[], None]) -> None:
        """Have it ask again for what `method` names."""

        def heard(answer: Future[Any]) -> None:
            _note_failure(answer)
            answered()

        self._server.protocol.send_request(method, None).add_done_callback(heard)

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[types.Diagnostic]) -> None:
        """Show these diagnostics for a document, and no others of ours."""
        params = types.PublishDiagnosticsParams(uri=uri, version=version, diagnostics=list(diagnostics))
        self._server.outbox.put(Kind.CONTENT, Telling(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params), uri)

    def status(self, picture: Mapping[str, Any]) -> None:
        """Tell the state of a folder."""
        self._server.outbox.put(Kind.STATUS, Telling(STATUS, picture), picture["folder"])

    def edit(self, edit: types.WorkspaceEdit, label: str) -> None:
        """Ask for an edit; a refusal is logged."""
        params = types.ApplyWorkspaceEditParams(edit=edit, label=label)
        self._server.protocol.send_request(types.WORKSPACE_APPLY_EDIT, params).add_done_callback(_note_refusal)

    def show(self, uri: str) -> None:
        """Ask the editor to open a document; a refusal is logged. Only for those that can."""
        params = types.ShowDocumentParams(uri, take_focus=True)
        self._server.protocol.send_request(types.WINDOW_SHOW_DOCUMENT, params).add_done_callback(_note_failure)

    async def apply(self, edit: types.WorkspaceEdit, label: str) -> str:
        """Have an edit made: why it was not, by what the editor answers; empty when it says that it was."""
        try:
            answer = await self._server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, label))
        except JsonRpcException as error:
            return error.message
        return "" if answer.applied else answer.failure_reason or "it gave no reason"

    def register(self, method: str, options: object) -> None:
        """Register for a method that the client offers dynamically."""
        registration = types.Registration(id=method, method=method, register_options=options)
        self._server.protocol.send_request(
            types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams(registrations=[registration])
        ).add_done_callback(_note_failure)

    def log(self, level: str, message: str) -> None:
        """A sentence for the editor's log, and for ours."""
        _log.log(logging.getLevelNamesMapping()[level.upper()], "%s", message)
        self.tell(Kind(level), message)

    def tell(self, kind: Kind, message: str) -> None:
        """A sentence for the person. The same one that waits already is told once, with how often."""
        self._server.outbox.put(kind, message, message)

    def configure(self, settings: Sequence[Settings]) -> None:
        """The settings of every folder: how much is told, and which kinds."""
        self._server.outbox.configure(list(settings))

    def progress(self, title: str, cancel: Callable[[], object], after: float = 0.0) -> Progress:
        """Show some work, if the client can show any."""
        return self._server.progresses.start(title, cancel, after=after)

    @property
    def watches(self) -> bool:
        """Whether it watches files for a server that asks it to."""
        return self.can("workspace.did_change_watched_files.dynamic_registration")

    async def registered(self, name: str, method: str, options: object) -> bool:
        """Register under a name of its own, and whether that was accepted."""
        registration = types.Registration(id=name, method=method, register_options=options)
        try:
            await self._server.client_register_capability_async(types.RegistrationParams([registration]))
        except JsonRpcException as error:
            _log.warning("The editor refused: %s", error.message)
            return False
        return True

    def unregister(self, name: str, method: str) -> None:
        """Take a registration back."""
        params = types.UnregistrationParams([types.Unregistration(id=name, method=method)])
        self._server.protocol.send_request(types.CLIENT_UNREGISTER_CAPABILITY, params).add_done_callback(_note_failure)

    @property
    def configures(self) -> bool:
        """Whether it says what its settings are when asked."""
        return self.can("workspace.configuration")

    async def configuration(self, section: str, uris: Sequence[str | None]) -> Sequence[object] | None:
        """What is in a section of its settings, for each folder or (None) in general; None when it did not say."""
        items = [types.ConfigurationItem(scope_uri=uri, section=section) for uri in uris]
        try:
            return await self._server.workspace_configuration_async(types.ConfigurationParams(items=items))
        except JsonRpcException as error:
            _log.warning("The editor did not say what its settings are: %s", error.message)
            return None

    async def ask(self, message: str, actions: Sequence[str]) -> str:
        """Ask the person. Only what was offered counts as an answer. An editor that cannot ask shows the message."""
        if not self.can("window.show_message"):
            self.tell(Kind.FLASH, message)
            return ""
        items = [types.MessageActionItem(title=action) for action in actions]
        params = types.ShowMessageRequestParams(type=types.MessageType.Warning, message=message, actions=items)
        try:
            chosen = await self._server.window_show_message_request_async(params)
        except JsonRpcException as error:
            _log.warning("The editor did not ask: %s", error.message)
            return ""
        return chosen.title if chosen is not None and chosen.title in actions else ""


def outbox(server: Server, way: Way) -> Outbox:
    """Where a server's notifications go through."""
    loop = asyncio.get_running_loop()

    def send(notification: Notification) -> None:
        payload, kind = notification.payload, notification.kind
        if isinstance(payload, Telling):
            server.protocol.notify(payload.method, payload.params)
            return
        text = f"{payload} ({notification.times} times)" if notification.times > 1 else str(payload)
        if kind is Kind.FLASH and loop.time() - notification.since < _FRESH:
            server.window_show_message(types.ShowMessageParams(type=_TYPES[kind], message=text))
        else:
            server.window_log_message(types.LogMessageParams(type=_TYPES[kind], message=text))

    return Outbox(send, way, loop)


@contextmanager
def explained(client: Client) -> Iterator[None]:
    """What KinOS can explain goes to the editor's log: for work nobody waits for an answer of."""
    try:
        yield
    except KinosError as error:
        client.log("error", str(error))


def _note_failure(answer: Future[Any]) -> None:
    if not answer.cancelled() and isinstance(error := answer.exception(), JsonRpcException):
        _log.warning("The editor refused: %s", error.message)


def _note_refusal(answer: Future[Any]) -> None:
    _note_failure(answer)
    if not answer.cancelled() and answer.exception() is None and not getattr(answer.result(), "applied", True):
        _log.info("The editor did not apply an edit: %s", answer.result().failure_reason or "no reason given")
