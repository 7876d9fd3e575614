"""Teams and agents: what their files say, read strictly, with mistakes reported by file and line."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kinos.domain.errors import ContentError
from kinos.domain.mistake import Code, Mistake
from kinos.domain.phase import Phase
from kinos.domain.toml import Table, parsed

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
"""A team's or agent's name; it is also a file's stem."""
_TABLE = re.compile(r"\s*\[")
_NAMED = re.compile(r"\s*name\s*=\s*([\"'])([^\"']*)\1")
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
    found: list[Mistake] = []
    team = _team(text, path, stem, found)
    if team is None or found:
        raise _first(found, path)
    return team


def agent_at(text: str, line: int) -> str:
    """The name of the agent whose `[[agents]]` entry of a team file is around `line` (0-based); empty when none is."""
    lines = text.split("\n")
    start = next((at for at in range(min(line, len(lines) - 1), -1, -1) if _TABLE.match(lines[at])), None)
    if start is None or not _ENTRY.match(lines[start]):
        return ""
    end = next((at for at in range(start + 1, len(lines)) if _TABLE.match(lines[at])), len(lines))
    named = (_NAMED.match(each) for each in lines[start:end])
    return next((found[2] for found in named if found is not None), "")


def read_agent(text: str, path: str, stem: str) -> Agent:
    """The agent in a prompt `text`: TOML between two lines `+++`, then the prompt. Raises ContentError."""
    found: list[Mistake] = []
    agent = _agent(text, path, stem, found)
    if agent is None or found:
        raise _first(found, path)
    return agent


def team_mistakes(text: str, stem: str, known: Sequence[str]) -> list[Mistake]:
    """All that is wrong with the text of a team, whose agents should be among those `known`."""
    found: list[Mistake] = []
    team = _team(text, "", stem, found)
    if team is not None:
        strangers = [team.stranger(member.agent, known) for member in team.members if member.agent not in known]
        found += [Mistake(Code.UNKNOWN_AGENT, stranger.problem, stranger.line) for stranger in strangers]
    return found


def agent_mistakes(text: str, stem: str) -> tuple[Agent | None, list[Mistake]]:
    """The agent in the text of a prompt as far as it can be read, and all that is wrong with it."""
    found: list[Mistake] = []
    return _agent(text, "", stem, found), found


def _first(found: Sequence[Mistake], path: str) -> ContentError:
    return ContentError(found[0].message, path, found[0].line)


def _team(text: str, path: str, stem: str, found: list[Mistake]) -> Team | None:
    """The team as far as it can be read; None when it is no TOML."""
    data = parsed(text, found)
    if data is None:
        return None
    table = Table(data, text, found)
    table.allow("name", "summary", "description", "model", "agents")
    name = _name(table, stem)
    members = _members(data.get("agents"), table, text, found)
    return Team(
        name,
        table.text("summary"),
        tuple(members),
        table.text("description", default=""),
        table.optional("model"),
        path,
    )


def _agent(text: str, path: str, stem: str, found: list[Mistake]) -> Agent | None:
    """The agent as far as it can be read; None when its front matter is no such thing."""
    lines = text.split("\n")
    if not lines or lines[0].strip() != "+++":
        said = "a prompt starts with a line +++, its settings as TOML, and another line +++"
        found.append(Mistake(Code.FRONT_MATTER, said, 1))
        return None
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "+++"), None)
    if end is None:
        found.append(Mistake(Code.FRONT_MATTER, "the settings at the top are not closed by a line +++", 1))
        return None
    data = parsed("\n".join(lines[1:end]), found, 1)
    if data is None:
        return None
    table = Table(data, "\n".join(lines[:end]), found)
    table.allow("name", "role", "watches", "edits", "pace", "model", "breadth", "search", "checks")
    name = _name(table, stem)
    prompt = "\n".join(lines[end + 1 :]).strip()
    if not prompt:
        said = "the prompt is empty: say what the agent does below the second +++"
        found.append(Mistake(Code.EMPTY_PROMPT, said, end + 1))
    return Agent(
        name,
        table.text("role"),
        prompt,
        table.globs("watches", WATCHES),
        table.globs("edits", EDITS),
        table.number("pace", 20.0),
        table.optional("model"),
        path,
        int(table.number("breadth", BREADTH)),
        table.count("search", MOST_SEARCHES),
        checks=table.truth("checks"),
    )


def _name(table: Table, stem: str) -> str:
    name = table.text("name", default=stem)
    if name != stem:
        said = f"name is {name!r} but the file is called {stem!r}: make them the same"
        table.wrong("name", said, Code.WRONG_NAME)
    return name


def _members(entries: object, table: Table, text: str, found: list[Mistake]) -> list[Member]:
    if not isinstance(entries, list) or not entries:
        table.wrong("agents", "a team needs at least one [[agents]] entry", Code.NO_AGENTS)
        return []
    headers = [number for number, line in enumerate(text.split("\n"), 1) if _ENTRY.match(line)]
    members: list[Member] = []
    for at, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            table.wrong("agents", "each entry of agents is a table with name, expansion and convergence")
            continue
        inner = Table(entry, text, found, headers[at] if at < len(headers) else None)
        member = _member(inner)
        if member is not None:
            if any(other.agent == member.agent for other in members):
                inner.wrong("name", f"agent {member.agent!r} is listed twice", Code.LISTED_TWICE)
            members.append(member)
    return members


def _member(table: Table) -> Member | None:
    """A member as far as it can be read; None without a name."""
    table.allow("name", "expansion", "convergence")
    name = table.text("name")
    if name and not NAME.fullmatch(name):
        table.wrong("name", f"{name!r} is not an agent's name: small letters, digits, - and _", Code.WRONG_NAME)
        name = ""
    weights = table.number("expansion", 1.0), table.number("convergence", 1.0)
    return Member(name, *weights, table.line("name")) if name else None
