"""The editor's settings of KinOS: asked of an editor that answers such questions, else taken as it pushes them."""

from collections.abc import Mapping, Sequence
from typing import Any

from kinos.domain.layer import flattened
from kinos.domain.setting_editor import OWN
from kinos.lsp.background import Background
from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders

SECTION = "kinos"
"""What they are called in an editor."""

_OWN = frozenset(name.removeprefix(f"{SECTION}.") for name in OWN)


def pushed(payload: object) -> Mapping[str, Any] | None:
    """The settings in what `workspace/didChangeConfiguration` brought: nested below `kinos`, or with dotted keys. None when
    there is nothing of KinOS in it.

    Helix sends the initialization options once more.
    """
    if not isinstance(payload, Mapping):
        return None
    dotted = {key.removeprefix(f"{SECTION}."): value for key, value in payload.items() if key.startswith(f"{SECTION}.")}
    if SECTION in payload or dotted:
        return {**(settings_of(payload.get(SECTION)) or {}), **(settings_of(dotted) or {})}
    return settings_of(payload.get("settings"))


def settings_of(section: object) -> Mapping[str, Any] | None:
    """The settings in the section `kinos`, by dotted key, without what an extension of the editor keeps there for itself.

    None when it is no object: then the editor says nothing.
    """
    if not isinstance(section, Mapping):
        return None
    return {key: value for key, value in flattened(section).items() if key not in _OWN}


class EditorSettings:
    """Keeps the folders in step with what the editor says."""

    def __init__(self, client: EditorClient, folders: Folders, background: Background) -> None:
        self._client = client
        self._folders = folders
        self._background = background
        self._asked = 0

    def changed(self, payload: object) -> None:
        """They are others now: `payload` says which, to an editor that is not asked."""
        if self._client.configures:
            self.ask()
        elif (given := pushed(payload)) is not None:
            self._folders.take({}, given)

    def ask(self) -> None:
        """Ask for those of each folder and of documents in none, if the editor answers."""
        if self._client.configures:
            self._background.start(self._ask())

    async def _ask(self) -> None:
        self._asked += 1
        number, uris = self._asked, [folder.uri for folder in self._folders]
        found = await self._client.configuration(SECTION, [*uris, None])
        # What was asked later is answered with what is true later, whichever answer comes first.
        if found is not None and number == self._asked:
            *own, other = _filled(found, len(uris) + 1)
            self._folders.take(dict(zip(uris, own, strict=True)), other)


def _filled(answers: Sequence[object], count: int) -> list[Mapping[str, Any] | None]:
    """An answer for each question, None where there was none."""
    given = [settings_of(answer) for answer in answers[:count]]
    return [*given, *[None] * (count - len(given))]
