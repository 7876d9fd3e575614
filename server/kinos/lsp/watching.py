"""Who watches the disk: the editor where it offers to, else the engines; never both."""

from collections.abc import Sequence

from lsprotocol import types

from kinos.lsp.background import Background
from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders

_METHOD = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
WATCHED: Sequence[tuple[str, types.WatchKind | None]] = (
    ("**/*.{md,markdown}", None),
    ("**/{.gitignore,.kinosignore}", None),
    ("**/.kinos/{config.toml,teams/*.toml,prompts/*.md}", None),
    # A folder that comes or goes is one event of the folder, not of each document in it.
    ("**/*", types.WatchKind.Create),
    ("**/*", types.WatchKind.Delete),
)


class Watching:
    """Has the editor watch all folders, or each by patterns that are relative to it where the editor knows such patterns."""

    def __init__(self, client: EditorClient, folders: Folders, background: Background) -> None:
        self._client = client
        self._folders = folders
        self._background = background
        self._asked: set[str] = set()

    def begin(self) -> None:
        """Ask the editor, before folders are added."""
        if not self._client.watches:
            return
        self._folders.watched = True
        if self._client.can("workspace.did_change_watched_files.relative_pattern_support"):
            self._folders.on_arranged.append(self._arrange)
        else:
            watchers = [types.FileSystemWatcher(pattern, kind) for pattern, kind in WATCHED]
            self._background.start(self._ask(_METHOD, watchers))

    def _arrange(self) -> None:
        """Folders came or went."""
        there = {folder.uri for folder in self._folders}
        for uri in self._asked - there:
            self._client.unregister(f"{_METHOD} {uri}", _METHOD)
        for uri in there - self._asked:
            watchers = [types.FileSystemWatcher(types.RelativePattern(uri, pattern), kind) for pattern, kind in WATCHED]
            self._background.start(self._ask(f"{_METHOD} {uri}", watchers))
        self._asked = there

    async def _ask(self, name: str, watchers: Sequence[types.FileSystemWatcher]) -> None:
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        accepted = await self._client.registered(name, _METHOD, options)
        if not accepted:
            self._folders.watched = False
        for folder in tuple(self._folders):
            if accepted:
                await folder.look()  # what changed before it was watched
            else:
                folder.watch()
