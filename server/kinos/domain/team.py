"""Teams and agents: what their files say, read strictly, with mistakes reported by file and line."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kinos.domain.errors import ContentError
from kinos.domain.phase import Phase

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
"""A team's or agent's name; it is also a file's stem."""
_ENTRY = re.compile(r"\s*\[\[\s*agents\s*\]\]")
WATCHES = ("**/*.md",)
EDITS = ("**/*.md", "**/*.markdown")


MOST_SEARCHES = 20
"""Web searches an agent may be given for one task: each is paid for, and so is reading what it found."""

BREADTH = 12_000
"""Tokens. Every request pays for what it carries, so an agent sees the rest of a workspace over several cycles and not in
each; one whose work is to compare documents says more in its prompt file.
"""


@dataclass(frozen=True, slots=True)
class Agent:
    """A prompt file. `watches` and `edits` are globs; `pace` is seconds of rest after useful work; `breadth` is the tokens of
    documents it is shown each time though nothing but their turn speaks for them; `search` is how many web searches it may
    make for a task, 0 for none; `origin` says who brings it, `mistakes` what was not taken as the file has it,
    `checks` is whether it is shown what the check command came to;
    `code` is the class that works in place of a prompt alone, as `module:object`, and `home` the folder of its modules.
    """

    name: str
    role: str
    prompt: str
    watches: tuple[str, ...] = WATCHES
    edits: tuple[str, ...] = EDITS
    pace: float = 20.0
    model: str | None = None
    source: str = ""
    breadth: int = BREADTH
    search: int = 0
    origin: str = ""
    code: str = ""
    home: str = ""
    mistakes: tuple[str, ...] = ()
    checks: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """An agent's place in a team: its weight in each phase; 0 is asleep. `line` is where its file names it, from 1."""

    agent: str
    expansion: float
    convergence: float
    line: int | None = field(default=None, compare=False)

    def weight(self, phase: Phase) -> float:
        """The weight in `phase`."""
        return self.expansion if phase is Phase.EXPANSION else self.convergence


@dataclass(frozen=True, slots=True)
class Team:
    """A team file. `origin` says who brings it; `mistakes` are sentences about what was not taken as the file has it."""

    name: str
    summary: str
    members: tuple[Member, ...]
    description: str = ""
    model: str | None = None
    source: str = ""
    origin: str = ""
    mistakes: tuple[str, ...] = ()

    def member(self, agent: str) -> Member | None:
        """The member of that name."""
        return next((m for m in self.members if m.agent == agent), None)

    def stranger(self, agent: str, known: Sequence[str]) -> ContentError:
        """That the team names an `agent` that is not among those `known`, with the one that may be meant."""
        member, close = self.member(agent), difflib.get_close_matches(agent, known, 1)
        meant = f" (there is {close[0]!r})" if close else ""
        said = f"it names the agent {agent!r}, which does not exist{meant}"
        return ContentError(said, self.source, None if member is None else member.line)


def read_team(text: str, path: str, stem: str) -> Team:
    """The team in a TOML `text`; `path` names it in errors, `stem` is the name it must have. Raises ContentError."""
    data = _toml(text, path, 0)
    reader = _Reader(data, path, text)
    reader.allow("name", "summary", "description", "model", "agents")
    name = reader.text("name", default=stem)
    if name != stem:
        raise reader.wrong("name", f"name is {name!r} but the file is called {stem!r}: make them the same")
    entries = data.get("agents")
    if not isinstance(entries, list) or not entries:
        raise reader.wrong("agents", "a team needs at least one [[agents]] entry")
    headers = [number for number, line in enumerate(text.split("\n"), 1) if _ENTRY.match(line)]
    members: list[Member] = []
    for at, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            raise reader.wrong("agents", "each entry of agents is a table with name, expansion and convergence")
        inner = _Reader(entry, path, text, headers[at] if at < len(headers) else None)
        members.append(_member(inner))
        if any(member.agent == members[-1].agent for member in members[:-1]):
            raise inner.wrong("name", f"agent {members[-1].agent!r} is listed twice")
    return Team(
        name,
        reader.text("summary"),
        tuple(members),
        reader.text("description", default=""),
        reader.optional("model"),
        path,
    )


def read_agent(text: str, path: str, stem: str) -> Agent:
    """The agent in a prompt `text`: TOML between two lines `+++`, then the prompt. Raises ContentError."""
    lines = text.split("\n")
    if not lines or lines[0].strip() != "+++":
        raise ContentError("a prompt starts with a line +++, its settings as TOML, and another line +++", path, 1)
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "+++"), None)
    if end is None:
        raise ContentError("the settings at the top are not closed by a line +++", path, 1)
    data = _toml("\n".join(lines[1:end]), path, 1)
    reader = _Reader(data, path, text)
    reader.allow("name", "role", "watches", "edits", "pace", "model", "breadth", "search", "checks")
    name = reader.text("name", default=stem)
    if name != stem:
        raise reader.wrong("name", f"name is {name!r} but the file is called {stem!r}: make them the same")
    prompt = "\n".join(lines[end + 1 :]).strip()
    if not prompt:
        raise ContentError("the prompt is empty: say what the agent does below the second +++", path, end + 1)
    return Agent(
        name,
        reader.text("role"),
        prompt,
        reader.globs("watches", WATCHES),
        reader.globs("edits", EDITS),
        reader.number("pace", 20.0),
        reader.optional("model"),
        path,
        int(reader.number("breadth", BREADTH)),
        reader.count("search", MOST_SEARCHES),
        checks=reader.truth("checks"),
    )


def _member(reader: "_Reader") -> Member:
    reader.allow("name", "expansion", "convergence")
    name = reader.text("name")
    if not NAME.fullmatch(name):
        raise reader.wrong("name", f"{name!r} is not an agent's name: small letters, digits, - and _")
    return Member(name, reader.number("expansion", 1.0), reader.number("convergence", 1.0), reader.line("name"))


def _toml(text: str, path: str, skipped: int) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = (int(found[1]) if found else text.count("\n") + 1) + skipped
        raise ContentError(f"not valid TOML: {error}", path, line) from error


class _Reader:
    """Typed access to a table, which begins at line `start`; every mistake names its key and the line it stands on."""

    def __init__(self, data: Mapping[str, Any], path: str, text: str, start: int | None = None) -> None:
        self._data = data
        self._path = path
        self._start = start
        self._lines = text.split("\n")[(start or 1) - 1 :]

    def line(self, key: str) -> int | None:
        """The line on which `key` stands."""
        pattern = re.compile(rf'(^\s*(\[\[)?|[{{,])\s*"?{re.escape(key)}"?\s*[]=.]')
        return next((i for i, content in enumerate(self._lines, self._start or 1) if pattern.search(content)), None)

    def wrong(self, key: str, message: str) -> ContentError:
        return ContentError(message, self._path, self.line(key))

    def allow(self, *keys: str) -> None:
        for key in self._data:
            if key not in keys:
                raise self.wrong(key, f"unknown key {key!r}; known are {', '.join(keys)}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._data.get(key, default)
        if value is None:
            raise ContentError(f"{key} is missing", self._path, self._start)
        if not isinstance(value, str):
            raise self.wrong(key, f"{key} must be text in quotes")
        return value

    def optional(self, key: str) -> str | None:
        return self.text(key) if key in self._data else None

    def number(self, key: str, default: float) -> float:
        value = self._data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1_000_000:
            raise self.wrong(key, f"{key} must be a number, 0 or more")
        return float(value)

    def count(self, key: str, most: int) -> int:
        value = self._data.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise self.wrong(key, f"{key} must be a whole number from 0 to {most}")
        return value

    def truth(self, key: str) -> bool:
        value = self._data.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, f"{key} must be true or false")
        return value

    def globs(self, key: str, default: Sequence[str]) -> tuple[str, ...]:
        value = self._data.get(key, default)
        if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(v, str) for v in value):
            raise self.wrong(key, f'{key} must be a list of globs, for example ["**/*.md"]')
        return tuple(value)
