"""What there is to say about what a person points at: a section, a document, a name in the map, an agent."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from kinos.domain.change import Change
from kinos.domain.errors import ContentError, KinosError, UsageError
from kinos.domain.map_entry import Entry, entries
from kinos.domain.note import Note
from kinos.domain.own_file import Kind, kind_of
from kinos.domain.path import is_markdown
from kinos.domain.project_map import MAP_NAME
from kinos.domain.size import amount, kilotokens, rounded
from kinos.domain.state import AgentView, TeamState
from kinos.domain.team import NAME, Agent
from kinos.engine.insight import Insight, insight, outlined
from kinos.engine.lens import share, short, size_words
from kinos.engine.session import Session
from kinos.tokens.document import OpenText
from kinos.tokens.section import SectionSize

SHOWN = 3
"""Waiting changes of a document that are named."""
DIFF = 40
"""Lines of a waiting change that are shown."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """What is said about the text from `start` in the line `first` to before `end` in the line `last`, in code points."""

    first: int
    start: int
    last: int
    end: int
    notes: Sequence[Note]


def pointed(session: Session, path: str, text: OpenText, line: int, at: int) -> Pointed | None:
    """What is pointed at in the open document `path`, at the index `at` of a line (0-based), if anything is known of it."""
    words = text.line(line)
    if words is None:
        return None
    if path == MAP_NAME:
        return _in_map(session, text, line, at)
    if _names_agents(path) and (found := _agent_at(session, words, line, at)) is not None:
        return found
    if not is_markdown(path):
        return None
    return _at_heading(session, path, text, line)


def _at_heading(session: Session, path: str, text: OpenText, line: int) -> Pointed | None:
    outline = outlined(session, path, text)
    known = insight(session, path)
    section = next((each for each in outline.every() if each.line <= line < each.end_of_title), None)
    notes = [] if section is None or not outline.sized else [section_note(section, known)]
    if section is not None or line == 0:
        notes += document_notes(session, known)
    if not notes:
        return None
    first, last = (line, line) if section is None else (section.line, section.end_of_title - 1)
    return Pointed(first, 0, last, len(text.line(last) or ""), notes)


def _in_map(session: Session, text: OpenText, line: int, at: int) -> Pointed | None:
    documents = session.sizes.documents.sizes
    lines = [text.line(number) or "" for number in range(text.line_count)]
    named = (each for each in entries(lines, documents) if each.line == line and each.start <= at <= each.end)
    entry = next(named, None)
    if entry is None:
        return None
    if entry.path.endswith("/"):
        notes = [folder_note(session, entry)]
    elif entry.path in documents:
        notes = document_notes(session, insight(session, entry.path))
    else:
        notes = [Note(entry.path, (("Size", "none: it is not there any more, or not counted"),))]
    return Pointed(line, entry.start, line, entry.end, notes)


def _names_agents(path: str) -> bool:
    """Whether it is the file of a team or an agent."""
    return kind_of(path) in (Kind.TEAM, Kind.PROMPT, Kind.LEGACY)


def _agent_at(session: Session, words: str, line: int, at: int) -> Pointed | None:
    word = next((each for each in re.finditer(r"[\w-]+", words) if each.start() <= at <= each.end()), None)
    if word is None or not NAME.fullmatch(word[0]):
        return None
    try:
        note = agent_note(session, session.catalog.agent(word[0]))
    except UsageError:
        return None
    except ContentError as error:
        note = Note(word[0], (("Agent", f"cannot be used: {error}"),))
    return Pointed(line, word.start(), line, word.end(), [note])


def section_note(section: SectionSize, known: Insight) -> Note:
    """The size of a section, beside its document and the limit."""
    exact = f" ({section.tokens})" if section.tokens >= 1000 else ""
    below = ", with the sections below" if section.children else ""
    rows = [("Section", f"{amount(section.tokens)}{exact}{below}")]
    if known.size is not None:
        limit = known.limits.warn
        of = f"{share(section.tokens, known.size.tokens)} of the document"
        rows.append(("Share", f"{of}, {share(section.tokens, limit)} of the limit of {rounded(limit)}"))
    return Note(section.title or "(no title)", tuple(rows))


def document_notes(session: Session, known: Insight) -> list[Note]:
    """What is known of a document; nothing when it is not counted and no agent has to do with it."""
    rows = tuple(_document_rows(session, known))
    diff = _diff(session, known.waiting[0]) if known.waiting else ""
    return [Note(known.path, rows, diff)] if rows else []


def _document_rows(session: Session, known: Insight) -> Iterator[tuple[str, str]]:
    if known.size is not None:
        yield "Document", f"{size_words(known.size, known.limits)} ({known.size.tokens} by {session.sizes.tokenizer})"
        limit = session.sizes.rule.limit
        yield "Share", f"{share(known.size.tokens, limit)} of the project's limit of {rounded(limit)}"
    elif known.reason:
        yield "Document", f"❔ no size: {known.reason}"
    for view in known.working:
        yield "Works on it", f"{view.name} is {view.state}: {short(view.task)}"
    for change in known.waiting[:SHOWN]:
        yield "Waits for you", f"{_named(change)}: {short(change.why)}"
    if len(known.waiting) > SHOWN:
        yield "Wait for you", f"{len(known.waiting) - SHOWN} more"
    if known.last is not None:
        when = known.last.made.astimezone()
        yield "Last change", f"{_named(known.last)}, {when:%Y-%m-%d %H:%M}: {known.last.why}"
    suggestion = session.sizes.suggestions.get(known.path)
    for line in suggestion.lines() if suggestion is not None else ():
        yield "Suggestion", line.removeprefix("- ")


def _named(change: Change) -> str:
    return f"“{short(change.title)}” by {change.agent} ({change.id})"


def _diff(session: Session, change: Change) -> str:
    """The first lines of what a waiting change would make of the files now."""
    lines: list[str] = []
    with suppress(KinosError):  # it has been decided meanwhile, or its files cannot be read: the row says enough
        lines = session.diff(change.id).splitlines()
    return "\n".join([*lines[:DIFF], *(["…"] if len(lines) > DIFF else [])])


def folder_note(session: Session, entry: Entry) -> Note:
    """The documents in a folder of the map."""
    sizes = [size.tokens for path, size in session.sizes.documents.sizes.items() if path.startswith(entry.path)]
    words = f"{len(sizes)} document{'s' * (len(sizes) != 1)}, {kilotokens(sum(sizes))} tokens"
    limit = session.sizes.rule.limit
    return Note(
        entry.path,
        (("Folder", words), ("Share", f"{share(sum(sizes), limit)} of the project's limit of {rounded(limit)}")),
    )


def agent_note(session: Session, agent: Agent) -> Note:
    """What an agent is, and what it does now."""
    return Note(agent.name, tuple(_agent_rows(session, agent)))


def _agent_rows(session: Session, agent: Agent) -> Iterator[tuple[str, str]]:
    yield "Agent", agent.role
    view = session.state.agents.get(agent.name)
    if session.state.team.state is TeamState.STOPPED or view is None:
        yield "State", "no team runs" if session.state.team.state is TeamState.STOPPED else "not in the running team"
    else:
        yield from _state_rows(view)
    yield "From", _origin(agent)
    yield "Edits", ", ".join(agent.edits)
    yield "Watches", ", ".join(agent.watches)
    if agent.model:
        yield "Model", agent.model
    for mistake in agent.mistakes:
        yield "Mistake", mistake


def _state_rows(view: AgentView) -> Iterator[tuple[str, str]]:
    yield "State", f"{view.state}: {short(view.task)}" if view.task else str(view.state)
    yield "Weight", f"{view.weight:g}"
    if view.cycles:
        counts = f"{view.landed} landed, {view.waiting} waiting, {view.refused} refused, {view.failed} failed"
        cost = "at an unknown price" if view.usd is None else f"for {view.usd:.2f} US$"
        yield "Cycles", f"{view.cycles}: {counts}, {view.usage.total:,} tokens {cost}"
    for label, words in (("Deferred", view.deferred), ("Last", view.last_result), ("Last failure", view.last_error)):
        if words:
            yield label, words


def _origin(agent: Agent) -> str:
    return {"kinos": "KinOS itself", "workspace": "this workspace"}.get(agent.origin, agent.origin or "elsewhere")
