"""The interpreter that has aider: starting a worker in it, with an environment that holds no keys."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import kinos
from kinos.adapters.bounded_file import bound
from kinos.adapters.environment import networked
from kinos.domain.errors import SetupError

# The interpreter may be another one than ours: our package comes last on its path, so that its own come first.
_BOOT = "import sys, runpy; sys.path.append(sys.argv.pop(1)); runpy.run_module('kinos.worker', run_name='__main__')"


class Interpreter:
    """Starts workers in the interpreter that `python` names when asked; empty is the one KinOS runs in. What they say goes to
    `log`, and they carry `mark`.
    """

    def __init__(self, python: Callable[[], str], log: Path | None, mark: str) -> None:
        self._python = python
        self._log = log
        self._mark = mark

    @property
    def python(self) -> str:
        """The interpreter."""
        return self._python() or sys.executable

    async def start(
        self, home: Path, arguments: Sequence[str] = (), streams: Mapping[str, Any] | None = None
    ) -> asyncio.subprocess.Process:
        """A new worker process whose private folder is `home`; `streams` are descriptors it is handed, or pipes.

        Raises SetupError when the interpreter cannot be started.
        """
        self.bound()
        log = self._log.open("ab") if self._log else None
        told = log or asyncio.subprocess.DEVNULL
        try:
            return await asyncio.create_subprocess_exec(
                self.python, "-P", "-c", _BOOT, str(Path(kinos.__file__).parents[1]), "--home", str(home), *arguments,
                cwd=home,
                env=self.environment(),
                start_new_session=True,
                **{"stdin": asyncio.subprocess.DEVNULL, "stdout": told, "stderr": told, **(streams or {})},
            )  # fmt: skip
        except OSError as error:
            raise SetupError(
                f"The interpreter {self.python} cannot be started: {error.strerror}.",
                "Give one that has aider in the setting agents.python.",
            ) from error
        finally:
            if log:
                log.close()

    def bound(self) -> None:
        """Keep what they said within bounds."""
        if self._log:
            bound(self._log)

    def environment(self) -> dict[str, str]:
        """What a worker finds in its environment; keys travel in the calls."""
        return {
            **networked(),
            "KINOS_TEAM_MARK": self._mark,
            "LITELLM_MODE": "PRODUCTION",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
