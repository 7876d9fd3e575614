"""The progress log: what the team did lately and the log does not tell yet."""

import re
from collections.abc import Sequence

from kinos.domain.markdown import Line, Section, scan, sections, text_of
from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.order import Insert, Order, Place, Write
from kinos.worker.rehearsal.rule.paper import JOURNAL
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.rule.wish import short, wishes
from kinos.worker.rehearsal.view import View

COMPANY = 2
"""Events that make an entry once the log exists; one alone waits for company."""
_LONGEST = 400
_PATHS = re.compile(r"\(([^()]+)\)")


def log(view: View) -> Proposal:
    """Add an entry to the log, or begin it."""
    path = view.paper(JOURNAL)
    if view.unseen(path):
        yield NothingToDo(f"`{path}` was not shown whole, so I cannot tell what it says already.")
        return
    told = _flat(view.whole.get(path, ""))
    news = [line for line in _events(view) if _flat(line) not in told]
    if not news:
        yield NothingToDo(
            "Nothing happened that the log does not tell."
            if told
            else "Nothing has happened yet that a log could tell."
        )
    elif told and len(news) < COMPANY:
        yield NothingToDo(f"One event since the last entry; it waits for company: {short(news[0])}")
    else:
        order = _order(view, path, news)
        title = (
            f"Record {counted(len(news), 'event')} in {path}"
            if told
            else f"Begin the log {path} with {counted(len(news), 'event')}"
        )
        yield task(
            title, f"{counted(len(news), 'event')} of the team {'is' if len(news) == 1 else 'are'} not in it.", [order]
        )


def _order(view: View, path: str, news: Sequence[str]) -> Order:
    text = view.whole.get(path, "")
    lines = scan(text)
    same = next((one for one in _entries(lines) if view.time and one.heading.title == view.time), None)
    if same:
        return Write(path, text_of(_joined(view, [line.text for line in lines], same, news)))
    entry = _entry(view, news, text)
    return Insert(path, Place.TOP, entry) if text.strip() else Write(path, _beginning(view, entry))


def _entries(lines: Sequence[Line]) -> list[Section]:
    return [one for root in sections(lines) for one in root.walk() if one.heading.level == 2]


def _joined(view: View, texts: list[str], same: Section, news: Sequence[str]) -> list[str]:
    """The log with `news` in the entry of this very minute: a second heading of that name would have no anchor of its own."""
    said = [n for n in range(same.heading.end, same.end) if texts[n].strip() and not texts[n].startswith("- Phase: ")]
    place = said[-1] + 1 if said else same.heading.end
    rest = [text for text in texts[place : same.end] if not text.startswith("- Phase: ")]
    added = [*(f"- {_sentence(line)}" for line in news), _state(view)]
    return [*texts[:place], *([] if said else [""]), *added, *rest, *texts[same.end :]]


def _events(view: View) -> list[str]:
    """What happened, the latest first. The log's own entries are no news, and neither is that somebody found nothing to do."""
    own = f"{view.brief.agent} "
    events: dict[str, str] = {}
    for line in (" ".join(line.split()) for line in view.brief.recent):
        if line and not line.startswith(own) and " found nothing to do" not in line:
            # Of one change's states the latest is the one to tell.
            events.setdefault(line.partition(": ")[2] or line, short(_PATHS.sub(_first_paths, line), _LONGEST))
    return list(dict.fromkeys(events.values()))


def _first_paths(found: re.Match[str]) -> str:
    paths = found[1].split(", ")
    return f"({listed(paths, 3)})" if len(paths) > 3 else found[0]


def _entry(view: View, news: Sequence[str], told: str) -> str:
    entries = sum(line.startswith("## ") for line in told.split("\n"))
    lines = [f"## {view.time or f'Entry {entries + 1} (undated)'}", "", *(f"- {_sentence(line)}" for line in news)]
    return text_of([*lines, _state(view)])


def _state(view: View) -> str:
    total = re.search(r"^Total: .*$", view.brief.project_map, re.MULTILINE)
    return f"- Phase: {view.brief.phase}." + (f" {total[0]}." if total else "")


def _sentence(line: str) -> str:
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."


def _beginning(view: View, entry: str) -> str:
    asked = wishes(view.brief.request)
    about = f" It was asked for in `{view.brief.request_path}`: {short(asked[0].text, 200)}" if asked else ""
    more = f" ({counted(len(asked) - 1, 'more point')})" if len(asked) > 1 else ""
    lines = ["# Journal", "", f"What the team did to this project, the latest first.{about}{more}", ""]
    return text_of(lines) + entry


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()
