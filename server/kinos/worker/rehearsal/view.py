"""What a brief shows, made ready for the rules: the documents of the map, the ones shown, the limits, what may be edited."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from kinos.domain.brief import MAX_FILES, Brief, Exhibit, Shown
from kinos.domain.errors import PolicyError
from kinos.domain.markdown import Line, scan
from kinos.domain.path import REQUESTS, checked, instructs
from kinos.domain.phase import Phase
from kinos.domain.size import Level, Limits
from kinos.domain.task import Task
from kinos.worker.rehearsal.meter import tokens

_FILE = re.compile(r"(?P<indent>(?:│   |    )*)[├└]── 📄 (?P<name>.+) \((?P<size>\d+\.\d)k tokens\) (?P<mark>✓|⚠️|🔴)")
_FOLDER = re.compile(r"(?P<indent>(?:│   |    )*)[├└]── 📁 (?P<name>.+)/")
_LIMIT = re.compile(r"(⚠️|🔴) .* \(>(\d+(?:\.\d+)?)k tokens\)")
_TIME = re.compile(r"^Generated: (\d{4}-\d\d-\d\d \d\d:\d\d)(?::\d\d)?$", re.MULTILINE)
_MARKS = {level.mark: level for level in Level}
_TROUBLE = ("rejected", "refused", "undone", "discarded", "set aside", "failed", "made to rest")


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the map; `tokens` is rounded to a hundred."""

    path: str
    tokens: int
    level: Level


@dataclass(frozen=True)
class View:
    """A brief for the agent whose prompt is `system`; sizes are counted for `model`; `searching` when it may search the web."""

    brief: Brief
    system: str
    model: str
    searching: bool = False

    @cached_property
    def documents(self) -> Mapping[str, Entry]:
        """The documents of the map, and the ones shown, by path."""
        found = {entry.path: entry for entry in _entries(self.brief.project_map)}
        for exhibit in self.brief.exhibits:
            level = Level(exhibit.level) if exhibit.level in list(Level) else self.limits.level(exhibit.tokens)
            found[exhibit.path] = Entry(exhibit.path, exhibit.tokens, level)
        return dict(sorted(found.items()))

    @cached_property
    def limits(self) -> Limits:
        """The sizes above which a document is long or too long, as far as the map's warnings tell; else the usual ones."""
        seen = {mark: round(float(size) * 1000) for mark, size in _LIMIT.findall(self.brief.project_map)}
        usual = Limits()
        error = seen.get(Level.TOO_LONG.mark, usual.error)
        # No document is long: the limit lies somewhere above the largest that is shown as in order.
        largest = max((exhibit.tokens for exhibit in self.brief.exhibits if exhibit.level == Level.OK), default=0)
        warn = seen.get(Level.LONG.mark, max(min(usual.warn, error // 2), largest))
        return Limits(warn, max(error, warn + 1))

    @property
    def expanding(self) -> bool:
        """Whether the project is in EXPANSION."""
        return self.brief.phase != Phase.CONVERGENCE

    @cached_property
    def time(self) -> str:
        """When the map was made, to the minute; empty when it does not say."""
        found = _TIME.search(self.brief.project_map)
        return found[1] if found else ""

    @cached_property
    def shown(self) -> Mapping[str, Exhibit]:
        """The documents shown, whole or in outline, in the brief's order."""
        return {exhibit.path: exhibit for exhibit in self.brief.exhibits if exhibit.path not in REQUESTS}

    @cached_property
    def whole(self) -> Mapping[str, str]:
        """Texts of the documents shown whole, in the brief's order."""
        return {path: f"{e.text}\n" if e.text else "" for path, e in self.shown.items() if e.shown is Shown.WHOLE}

    @cached_property
    def lines(self) -> Mapping[str, list[Line]]:
        """The same, by lines."""
        return {path: scan(text) for path, text in self.whole.items()}

    @property
    def count(self) -> Callable[[str], int]:
        """Tokens of a text."""
        return partial(_count, model=self.model)

    def free(self, path: str) -> bool:
        """Whether an agent may edit `path` now, and it would not have to wait for a person."""
        return self.refusal(path) == "" and not instructs(path)

    def refusal(self, path: str) -> str:
        """Why `path` cannot be edited now; empty when it can."""
        if path in self.brief.claimed:
            return f"`{path}` is being worked on or waits for review"
        if path == self.brief.request_path:
            return f"`{path}` is the request"
        if "`" in path or path != path.strip("#*: "):
            return f"`{path}` has a name that cannot be written in an edit"
        try:
            return "" if checked(path) == path else f"`{path}` is not written in its plain form"
        except PolicyError as error:
            return error.message

    def objection(self, task: Task) -> str:
        """Why `task` should not be proposed; empty when nothing is against it."""
        if not 0 < len(task.files) <= MAX_FILES:
            return f"“{task.title}” needs {len(task.files)} files, and a task has at most {MAX_FILES}"
        if any(
            (c < " " and c not in "\t\n") or "\x7f" <= c <= "\x9f" for c in f"{task.title}{task.why}{task.instructions}"
        ):
            return f"“{task.title}” would have to quote control characters"
        for path in task.files:
            if reason := self.refusal(path):
                return reason
        told = next(
            (line for line in self.brief.recent if line.startswith(f"{self.brief.agent} ") and task.title in line), ""
        )
        if any(word in told.partition(": ")[0] for word in _TROUBLE):
            return f"“{task.title}” was tried before: {told}"
        return ""

    def paper(self, name: str, *others: str) -> str:
        """The path of the team's paper `name`: the existing one (or of its `others`) nearest to the root, else at the root."""
        for wanted in (name, *others):
            found = [path for path in self.documents if path.rpartition("/")[2].casefold() == wanted.casefold()]
            if found:
                return min(found, key=lambda path: (path.count("/"), path))
        return name

    def unseen(self, path: str) -> bool:
        """Whether `path` exists but was not shown whole, so that nobody can say what to change in it."""
        return path in self.documents and path not in self.whole


def _count(text: str, model: str) -> int:
    return tokens(text, model) if text.strip() else 0


def _entries(project_map: str) -> Sequence[Entry]:
    folders: list[str] = []
    entries = []
    for line in project_map.split("\n"):
        if folder := _FOLDER.fullmatch(line):
            folders[len(folder["indent"]) // 4 :] = [folder["name"]]
        elif file := _FILE.fullmatch(line):
            path = "/".join([*folders[: len(file["indent"]) // 4], file["name"]])
            entries.append(Entry(path, round(float(file["size"]) * 1000), _MARKS[file["mark"]]))
    return entries
