"""What an engine knows of one document or agent, for whoever shows it: its size, who works on it, what waits, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinos.domain.change import LANDED_STATES, Change, ChangeState
from kinos.domain.errors import UnavailableError
from kinos.domain.size import Limits, Size
from kinos.domain.state import WORKING, AgentView
from kinos.engine.session import Session
from kinos.tokens.document import OpenText
from kinos.tokens.section import SectionSize, by_section, section_sizes, unsized_sections


@dataclass(frozen=True, slots=True)
class Outlined:
    """The outermost sections of a document; `sized` is whether their tokens are known."""

    sections: Sequence[SectionSize]
    sized: bool

    def every(self) -> list[SectionSize]:
        """All sections, in the order of the document."""
        return [section for root in self.sections for section in root.walk()]


@dataclass(frozen=True, slots=True)
class Insight:
    """One document. Without a `size`, `reason` says why, if it is to be counted. `waiting` are changes for a person to review,
    `last` is the latest one that landed in it.
    """

    path: str
    size: Size | None
    reason: str
    limits: Limits
    share: float
    """Percent of the project's limit."""
    working: Sequence[AgentView]
    waiting: Sequence[Change]
    last: Change | None


def outlined(session: Session, path: str, text: OpenText) -> Outlined:
    """The sections of an open document. Their sizes are known where a tokenizer sees lines, and of any document but the map."""
    try:
        counter = session.sizes.counter()
        if by_section(counter) and text.bytes <= session.settings.documents_max_bytes:
            return Outlined(section_sizes(text, counter), True)
    except UnavailableError:
        pass
    return Outlined(unsized_sections(text), False)


def insight(session: Session, path: str) -> Insight:
    """What is known of a document of the workspace now."""
    documents = session.sizes.documents
    size = documents.sizes.get(path)
    touching = [change for change in session.changes() if path in change.paths]
    return Insight(
        path,
        size,
        documents.errors.get(path, ""),
        documents.limits,
        session.sizes.rule.share(size.tokens) if size is not None else 0.0,
        [view for view in session.state.agents.values() if view.state in WORKING and path in view.files],
        [change for change in touching if change.state is ChangeState.PROPOSED],
        next((change for change in reversed(touching) if change.state in LANDED_STATES), None),
    )
