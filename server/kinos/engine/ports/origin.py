"""Where the settings of a workspace come from."""

from collections.abc import Sequence
from typing import Protocol

from kinos.domain.setting import Settings


class Origin(Protocol):
    """Files, the environment, and what a front end was given. Blocking: called off the loop."""

    def changed(self) -> bool:
        """Whether a file is another one than at the last `read`. Cheap."""
        ...

    def read(self) -> tuple[Settings, Sequence[str]]:
        """The settings as they are now, and a sentence for each value that was not taken."""
        ...
