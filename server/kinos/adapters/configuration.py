"""The settings of a folder: files, environment and what a front end was given, put one over the other."""

import os
from collections.abc import Sequence
from pathlib import Path

from kinos.adapters.approval import Approvals, approval_file
from kinos.adapters.config_file import layer, user_file, workspace_file
from kinos.adapters.regular import Stamp, stamp_of
from kinos.domain.demand import nothing
from kinos.domain.layer import Layer, Source, from_environment, resolve
from kinos.domain.setting import Settings


class Configuration:
    """Implements `Origin` for the folder `root`, or with None for what lies in no folder. `given` is a front end's."""

    def __init__(self, root: Path | None, given: Sequence[Layer] = ()) -> None:
        self._root = root
        self._given = tuple(given)
        self._read_at: Sequence[Stamp | None] = ()

    def give(self, *layers: Layer) -> None:
        """From now on the front end gives these. Then `read`."""
        self._given = layers

    def changed(self) -> bool:
        """Whether the user's file, the workspace's, or what is approved of it is another one than at the last `read`."""
        return self._stamps() != self._read_at

    def read(self) -> tuple[Settings, tuple[str, ...]]:
        """The settings as they are now, and a sentence for each value that was not taken."""
        self._read_at = self._stamps()
        found = [layer(user_file(), Source.USER_FILE)]
        if self._root is not None:
            found.append(layer(workspace_file(self._root), Source.WORKSPACE_FILE))
        layers = [each for each, _ in found]
        approved = nothing if self._root is None else Approvals(self._root)
        settings, problems = resolve([*layers, from_environment(os.environ), *self._given], approved)
        return settings, (*(problem for _, problems in found for problem in problems), *problems)

    def _stamps(self) -> Sequence[Stamp | None]:
        files = [user_file()]
        if self._root is not None:
            files += [workspace_file(self._root), approval_file()]
        return [stamp_of(file) for file in files]
