"""Where the files that KinOS ships lie: in the wheel inside the package, in a checkout at its root."""

from pathlib import Path

import kinos
from kinos.domain.errors import SetupError


def shared() -> Path:
    """The folder with `teams/`, `prompts/`, `examples/`, `neovim/` and, in `docs/`, the pages that diagnostics lead to.

    Raises SetupError when the installation is broken."""
    package = Path(kinos.__file__).parent
    for folder in (package / "share", package.parents[1]):
        if (folder / "teams").is_dir() and (folder / "prompts").is_dir():
            return folder
    raise SetupError("KinOS' teams and prompts are not where they should be.", "Install KinOS again.")
