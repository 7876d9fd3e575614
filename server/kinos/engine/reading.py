"""Files of the workspace as an agent's own code asks for them: what it was given is the base of what it makes of them."""

from collections.abc import Mapping

from kinos.domain.errors import LandingError, PolicyError
from kinos.domain.message import Text
from kinos.domain.task import Edits
from kinos.engine.landing import Landing
from kinos.engine.text import decoded


class Reading:
    """What one cycle has read. It shows what agents may change, and nothing else."""

    def __init__(self, landing: Landing) -> None:
        self._landing = landing
        self._bases: dict[str, bytes | None] = {}

    def read(self, path: str) -> Text:
        """The text of a file, with line feeds only, or why it may not be seen."""
        try:
            clean = self._landing.check(path)
            if clean not in self._bases:
                self._bases[clean] = self._landing.current(clean)
            base = self._bases[clean]
            return Text(None if base is None else decoded(base, clean).unified())
        except (PolicyError, LandingError) as error:
            return Text(None, error.message)

    def result(self, edits: Edits) -> tuple[Mapping[str, bytes | None], Mapping[str, str | None]]:
        """By path, what each file was and what it is to be. Raises PolicyError for what is no text, or was never read."""
        texts = {self._landing.check(path): text for path, text in edits.texts.items()}
        bases = {}
        for path, text in texts.items():
            if text is not None and ("\x00" in text or any("\ud800" <= c <= "\udfff" for c in text)):
                raise PolicyError(f"{path} came back as something that is not UTF-8 text.")
            if path not in self._bases and self._landing.current(path) is not None:
                raise PolicyError(f"{path} is there, and the agent wrote over it without reading it.")
            bases[path] = self._bases.get(path)
        return bases, texts
