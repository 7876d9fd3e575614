"""Editors as they behave: the answer to an edit is no evidence, what comes back is."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial

from fakes.clock import FakeClock
from kinos.tokens.document import Encoding, OpenText, Position, TextEdit

type Changed = Callable[[str, Sequence[TextEdit | str], int], None]


class Reaction(StrEnum):
    """What an editor does with an edit it is sent."""

    APPLIES = "applies"
    DROPS = "drops it and says nothing"
    SAVES = "applies and saves"


class FakeEditor:
    """Implements `Editor` over documents that a person types into. A stale edit is dropped, as editors do.

    `delay` is how long an edit takes to arrive, in seconds; `reactions` by path come before `reaction`; `formatted` is what
    it makes of a text that is saved. Edits that are still on their way when a document is closed are dropped.
    """

    def __init__(self, clock: FakeClock, reaction: Reaction = Reaction.APPLIES, delay: float = 0.0) -> None:
        self._clock = clock
        self.reaction = reaction
        self.delay = delay
        self.reactions: dict[str, Reaction] = {}
        self.asked: list[tuple[str, list[str]]] = []
        self.texts: dict[str, OpenText] = {}
        self.other_names: dict[str, str] = {}
        self.on_change: Changed = lambda path, edits, version: None
        self.on_save: Callable[[str], None] = lambda path: None
        self.after_edit: Callable[[str], None] = lambda path: None
        self.before_edit: Callable[[str], None] = lambda path: None
        self.formatted: Callable[[str], str] = lambda text: text

    def open(self, path: str, text: str, version: int = 1) -> None:
        """The person opens `path`."""
        self.texts[path] = OpenText(text, version)

    def close(self, path: str) -> None:
        """The person closes `path`."""
        del self.texts[path]

    def format(self, path: str) -> None:
        """What an editor does right before it saves."""
        if (wanted := self.formatted(self.text(path))) != self.text(path):
            self.replace(path, wanted)

    def text(self, path: str) -> str:
        """What the person sees."""
        return self.texts[path].text

    def type(self, path: str, line: int, text: str) -> None:
        """The person types `text` at the start of `line`."""
        at = Position(line, 0)
        self._apply(path, [TextEdit(at, at, text)])

    def replace(self, path: str, text: str) -> None:
        """The person replaces the whole text."""
        self._apply(path, [text])

    async def edit(self, changes: Mapping[str, tuple[int, Sequence[TextEdit]]], label: str) -> None:
        self.asked.append((label, list(changes)))
        for path, (version, edits) in changes.items():
            if self.reactions.get(path, self.reaction) is not Reaction.DROPS:
                document = self.texts[path]
                self._clock.later(self.delay, partial(self._arrive, path, document, version, edits))

    def other_name(self, path: str) -> str:
        return self.other_names.get(path, "")

    def _arrive(self, path: str, document: OpenText, version: int, edits: Sequence[TextEdit]) -> None:
        self.before_edit(path)
        if self.texts.get(path) is not document or document.version != version:
            return
        # All places are those of the document before: from the last to the first they stay right.
        backwards: list[TextEdit] = sorted(edits, key=lambda edit: edit.start, reverse=True)
        self._apply(path, backwards)
        self.after_edit(path)
        if self.reactions.get(path, self.reaction) is Reaction.SAVES:
            self.on_save(path)

    def _apply(self, path: str, edits: Sequence[TextEdit | str]) -> None:
        document = self.texts[path]
        document.apply(edits, document.version + 1, Encoding.UTF32)
        self.on_change(path, edits, document.version)
