"""What stands above a document and its sections: size, who works on it, what waits for a person, and the team at the request."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kinos.domain.change import Change
from kinos.domain.exemption import ignores_size
from kinos.domain.path import REQUESTS, is_markdown
from kinos.domain.printable import printable
from kinos.domain.project_map import MAP_NAME
from kinos.domain.size import Counted, Level, Limits, Size, amount, kilotokens, rounded
from kinos.domain.state import AgentView, TeamState
from kinos.engine.insight import Insight, Outlined, insight, outlined
from kinos.engine.session import Session
from kinos.tokens.document import OpenText
from kinos.tokens.section import heaviest

WAITING = 3
"""Waiting changes of a document that are shown, each with what can be done about it."""
EDIT, REJECT = "kinos.editChange", "kinos.rejectChange"
"""Commands that an editor may have itself (`experimental.commands.commands`): to show and edit a change, to ask for a reason."""
LONGEST = 60
"""Characters of a title or a task that are shown."""


@dataclass(frozen=True, slots=True)
class Lens:
    """Words above a line (0-based). `command` is what happens when they are chosen: one of the protocol, by its name without
    `kinos.server.`, or one of the editor's own; without one they are only to be read. `about` is whether the command is about
    the document; else it is about the folder.
    """

    line: int
    title: str
    command: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    about: bool = False


def lenses(session: Session, path: str, text: OpenText, *, edits: bool, own: Collection[str] = ()) -> list[Lens]:
    """The lenses of an open document, in order; none of the map, nor of what is no Markdown. `edits` is whether the editor takes
    edits, `own` are the commands that it has itself.
    """
    if not is_markdown(path) or path == MAP_NAME:
        return []
    known, outline = insight(session, path), outlined(session, path, text)
    over = known.size is not None and known.limits.level(known.size.tokens) is not Level.OK
    splits = over and edits and len(outline.every()) > 1 and session.restructuring.allows(path)
    splits = splits and not ignores_size(text.text)
    return [
        *(team(session.state.team.state) if path in REQUESTS and session.trusted else ()),
        *document(known),
        *([Lens(0, "Split at its headings", "splitDocument", about=True)] if splits else ()),
        *map(working, known.working),
        *waiting(known.waiting, own),
        *(sections(outline, known.size) if over and known.size is not None else ()),
    ]


def team(state: TeamState) -> Iterator[Lens]:
    """At the request: what can be done about the team."""
    if state is TeamState.STOPPED:
        yield Lens(0, "▶ Start team", "startTeam")
        yield Lens(0, "Rehearse", "startTeam", {"rehearse": True})
    elif state is TeamState.STOPPING:
        yield Lens(0, "The team is stopping")
    else:
        yield Lens(0, "■ Stop team", "stopTeam")
        if state is TeamState.PAUSED:
            yield Lens(0, "Resume team", "resumeTeam")


def document(known: Insight) -> Iterator[Lens]:
    """The size of the document with its mark and limit, or why it has none."""
    if known.size is not None:
        yield Lens(0, size_words(known.size, known.limits))
    elif known.reason:
        yield Lens(0, f"❔ no size: {printable(known.reason)}")


def size_words(size: Size, limits: Limits) -> str:
    """A document's size with its mark, beside the limit that it keeps or is above."""
    level = limits.level(size.tokens)
    beside = {
        Level.OK: f"of {rounded(limits.warn)}",
        Level.LONG: f"above {rounded(limits.warn)}",
        Level.TOO_LONG: f"above {rounded(limits.error)}",
    }[level]
    doubt = ", unconfirmed for this model" if size.counted is Counted.UNCONFIRMED else ""
    return f"{level.mark} {kilotokens(size.tokens)} tokens, {beside}{doubt}"


def working(view: AgentView) -> Lens:
    """Who works on it now."""
    return Lens(0, f"{view.name} is {view.state}: {short(view.task)}")


def waiting(changes: Sequence[Change], own: Collection[str] = ()) -> Iterator[Lens]:
    """Changes of it that wait for a person. An editor that can shows a change and asks why it is rejected."""
    review = EDIT if EDIT in own else "diff"
    reject = REJECT if REJECT in own else "reject"
    for change in changes[:WAITING]:
        named = {"change": change.id}
        yield Lens(0, f"Review “{short(change.title)}” by {change.agent}", review, named)
        yield Lens(0, "Accept", "accept", named)
        yield Lens(0, "Reject", reject, named)
    if len(changes) > WAITING:
        yield Lens(0, f"{len(changes) - WAITING} more wait")


def sections(outline: Outlined, size: Size) -> Iterator[Lens]:
    """The heaviest sections of a document that is over a limit."""
    if outline.sized:
        for place in sorted(heaviest(outline.sections, size.tokens), key=lambda place: place.line):
            yield Lens(place.line, f"{amount(place.tokens)}, {share(place.tokens, size.tokens)} of the document")


def share(part: int, whole: int) -> str:
    """A part as a percentage: `34 %`; `under 1 %` of what is more than nothing."""
    percent = 100 * part / whole if whole else 0.0
    return "under 1 %" if 0 < percent < 1 else f"{percent:.0f} %"


def short(words: str) -> str:
    """Words of a model in one line, cut where they are long."""
    line = printable(" ".join(words.split()))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
