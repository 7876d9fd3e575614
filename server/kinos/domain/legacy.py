"""Teams of 2024: a folder with `config.json` and prompts without front matter, read leniently, with every mistake named."""

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from kinos.domain.errors import ContentError
from kinos.domain.mistake import Code, Mistake
from kinos.domain.place import Place, places, words
from kinos.domain.team import NAME, Agent, Member, Team

WEIGHT = 0.5
"""What the program of 2024 took where no weight was given."""
ORIGIN = "2024"
SEARCHES = 3
"""Web searches for a task of an agent of the type research; those of 2024 asked another service."""
_RESEARCH = "research"
_TYPES = frozenset({"aider", _RESEARCH})
_PHASES = ("expansion", "convergence")
_AIMS = re.compile(r"(objectif|objective|mission|goal)s?\s*:?", re.IGNORECASE)
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*")
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)")
_LONGEST_ROLE = 160
"""Characters; a role is a line in a list."""


def is_config(text: str) -> bool:
    """Whether `text` looks like a team of 2024 at all: other programs have folders `teams/` too."""
    data = _loosely(text)
    return "agents" in data and ("phase_config" in data or "id" in data)


def named(text: str, folder: str) -> str:
    """The name of the team in `text`: its id where that can be a name, else that of its folder."""
    identity = _loosely(text).get("id")
    return identity if isinstance(identity, str) and NAME.fullmatch(identity) else _name(folder)


def searching(text: str) -> frozenset[str]:
    """The agents of the type research in the `text` of a `config.json`; nobody where it cannot be read."""
    entries = _loosely(text).get("agents")
    found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return frozenset(str(entry.get("name")) for entry in found if entry.get("type") == _RESEARCH)


def read_config(text: str, path: str, folder: str) -> Team:
    """The team in the JSON `text` of a `config.json` in `folder`; `mistakes` names what was not taken as it stands.

    Raises ContentError where no team can be made of it.
    """
    return _Config(text, path, folder).team()


def config_mistakes(text: str, folder: str, known: Collection[str]) -> list[Mistake]:
    """All that is not taken as it stands in the JSON `text` of a `config.json` in `folder`, whose agents should be among those
    `known`; the last one says so where no team can be made of it.
    """
    said: list[ContentError] = []
    try:
        config = _Config(text, "", folder, said)
        with_agents(config.team(), known, said)
    except ContentError as error:
        return [*_mild(said), Mistake(Code.NO_TEAM, error.problem, error.line)]
    return _mild(said)


def _mild(said: Sequence[ContentError]) -> list[Mistake]:
    return list(dict.fromkeys(Mistake(Code.LEGACY, each.problem, each.line) for each in said))


def with_agents(team: Team, known: Collection[str], said: list[ContentError] | None = None) -> Team:
    """`team` without the members that have no prompt anywhere; each is a mistake more, and one of those `said`.

    Raises ContentError if none is left.
    """
    absent = [member for member in team.members if member.agent not in known]
    if not absent:
        return team
    members = tuple(member for member in team.members if member.agent in known)
    if not members:
        names = ", ".join(member.agent for member in absent)
        raise ContentError(f"none of its agents has a prompt ({names})", team.source)
    found = [
        ContentError(f"there is no prompt for {member.agent!r}: it is left out", team.source, member.line)
        for member in absent
    ]
    if said is not None:
        said += found
    return Team(
        team.name, team.summary, members, team.description, team.model, team.source, team.origin,
        (*team.mistakes, *(str(each) for each in found)),
    )  # fmt: skip


def read_prompt(text: str, path: str, stem: str, *, search: int = 0) -> Agent:
    """The agent in a prompt of 2024: the whole text. Its role is the first sentence on its aim; `search` is how many web
    searches it may make. Raises ContentError.
    """
    prompt = text.strip()
    if not prompt:
        raise ContentError("the prompt is empty: say what the agent does", path, 1)
    return Agent(stem, _role(prompt), prompt, source=path, search=search, origin=ORIGIN)


def team_text(team: Team) -> str:
    """`team` as the text of a team file of today."""
    head = [f"name = {_quoted(team.name)}", f"summary = {_quoted(team.summary)}"]
    if team.description:
        head.append(f"description = {_quoted(team.description)}")
    entries = (
        f"[[agents]]\nname = {_quoted(member.agent)}\nexpansion = {member.expansion:g}\n"
        f"convergence = {member.convergence:g}\n"
        for member in team.members
    )
    return "\n".join([*head, "", "\n".join(entries)])


def prompt_text(agent: Agent) -> str:
    """`agent` as the text of a prompt file of today."""
    search = f"search = {agent.search}\n" if agent.search else ""
    return f"+++\nname = {_quoted(agent.name)}\nrole = {_quoted(agent.role)}\n{search}+++\n{agent.prompt}\n"


def _quoted(text: str) -> str:
    """A TOML basic string; its escapes are those of JSON, but for DEL, which TOML wants escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _loosely(text: str) -> Mapping[str, Any]:
    """The object in the JSON `text`; an empty one where there is none: `read_config` says what is wrong."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _name(folder: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", folder.lower()).strip("-")[:64]


def _role(prompt: str) -> str:
    """The first sentence below a heading such as "Objectif", else the text of the first heading, else of the first line."""
    lines = [line.strip() for line in prompt.split("\n")]
    titles = [(at, found[1]) for at, line in enumerate(lines) if (found := _HEADING.fullmatch(line))]
    for at, title in titles:
        below = next((line for line in lines[at + 1 :] if line), "")
        if _AIMS.fullmatch(title) and below and not _HEADING.fullmatch(below):
            return _short(below)
    return _short(titles[0][1] if titles else next(line for line in lines if line))


def _short(text: str) -> str:
    sentence = _SENTENCE.match(text)
    line = " ".join((sentence[0] if sentence else text).split()).rstrip(".")
    return line if len(line) <= _LONGEST_ROLE else line[: _LONGEST_ROLE - 1].rstrip() + "…"


class _Config:
    """Reads one file; what is `said` of it grows while it does."""

    def __init__(self, text: str, path: str, folder: str, said: list[ContentError] | None = None) -> None:
        self._path = path
        self._folder = folder
        self._said = [] if said is None else said
        try:
            self._data = self._object(text)
            self._lines = places(text)
        except RecursionError as error:
            raise ContentError("not a team: it is nested too deeply", path) from error

    def team(self) -> Team:
        data = self._data
        self._known((), data, "id", "name", "description", "agents", "phase_config")
        name = self._identity()
        entries = data.get("agents")
        if not isinstance(entries, list) or not entries:
            raise self._wrong(("agents",), "a team needs a list of at least one agent")
        agents = self._agents(("agents",), entries, typed=True)
        if not agents:
            raise self._wrong(("agents",), "none of its agents can be read: " + "; ".join(map(str, self._said)))
        phases = self._phases(agents)
        for agent in agents:
            if not any(weights.get(agent) for weights in phases):
                self._say(("agents",), f"{agent!r} is active in no phase: it sleeps")
        expansion, convergence = phases
        named = [_named(entry) for entry in entries]
        members = tuple(
            Member(
                agent,
                expansion.get(agent, 0.0),
                convergence.get(agent, 0.0),
                self._line(("agents", named.index(agent))),
            )
            for agent in agents
        )
        summary = self._text("description") or self._text("name") or name
        mistakes = tuple(dict.fromkeys(map(str, self._said)))
        return Team(name, summary, members, source=self._path, origin=ORIGIN, mistakes=mistakes)

    def _object(self, text: str) -> Mapping[str, Any]:
        try:
            data = json.loads(text, object_pairs_hook=self._pairs)
        except json.JSONDecodeError as error:
            raise ContentError(f"not valid JSON: {error.msg}", self._path, error.lineno) from error
        except ValueError as error:  # a number of more digits than Python reads
            raise ContentError(f"not valid JSON: {error}", self._path) from error
        if not isinstance(data, dict):
            raise ContentError("a team is a JSON object", self._path, 1)
        return data

    def _pairs(self, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        self._said += [
            ContentError(f"{key!r} is given twice in one object: the last one counts", self._path) for key in twice
        ]
        return dict(pairs)

    def _identity(self) -> str:
        own = _name(self._folder)
        identity = self._data.get("id")
        if identity is None:
            self._say((), f"id is missing: it is called {own!r}, as its folder")
        elif not isinstance(identity, str) or not NAME.fullmatch(identity):
            self._say(("id",), f"{identity!r} is not a name (small letters, digits, - and _): it is called {own!r}")
        else:
            # The folder of the team book-writing was called book_writing.
            if _name(identity) != own:
                self._say(
                    ("id",), f"id is {identity!r} but its folder is called {self._folder!r}: it is called {identity!r}"
                )
            return identity
        if not NAME.fullmatch(own):
            raise self._wrong((), f"neither its id nor its folder {self._folder!r} can be the name of a team")
        return own

    def _phases(self, agents: Mapping[str, float]) -> list[Mapping[str, float]]:
        """The weights in each phase; where nothing is said of a phase, everybody is active in it."""
        config = self._data.get("phase_config", {})
        if not isinstance(config, Mapping):
            self._say(("phase_config",), "it must be an object: every agent is active in both phases")
            return [agents, agents]
        self._known(("phase_config",), config, *_PHASES)
        return [self._phase(phase, config, agents) for phase in _PHASES]

    def _phase(self, phase: str, config: Mapping[str, Any], agents: Mapping[str, float]) -> Mapping[str, float]:
        place: Place = ("phase_config", phase)
        if phase not in config:
            if "phase_config" in self._data:
                self._say(("phase_config",), f"{phase} is missing: every agent is active in it")
            return agents
        entries = config[phase].get("active_agents") if isinstance(config[phase], Mapping) else None
        if not isinstance(entries, list):
            self._say(place, "active_agents must be a list: every agent is active in this phase")
            return agents
        self._known(place, config[phase], "active_agents", "priority")
        active = self._agents((*place, "active_agents"), entries, typed=False, among=agents)
        if not active:
            self._say((*place, "active_agents"), "no agent is active: the whole team sleeps in this phase")
        return active

    def _agents(
        self, place: Place, entries: Sequence[Any], *, typed: bool, among: Mapping[str, float] | None = None
    ) -> dict[str, float]:
        """The weights of the agents listed at `place`, the first of each name; only those `among` the team's, if given."""
        found: dict[str, float] = {}
        for number, entry in enumerate(entries):
            here = (*place, number)
            name = _named(entry)
            if not isinstance(name, str) or not NAME.fullmatch(name):
                self._say(here, f"{name!r} is not an agent's name (small letters, digits, - and _): it is left out")
            elif name in found:
                self._say(here, f"{name!r} is listed twice: the first one counts")
            elif among is not None and name not in among:
                self._say(here, f"{name!r} is not among this team's agents: it is left out{_meant(name, among)}")
            else:
                weight = WEIGHT if among is None else among[name]
                found[name] = self._entry(here, name, entry, weight, typed=typed)
        return found

    def _entry(self, place: Place, name: str, entry: Any, otherwise: float, *, typed: bool) -> float:
        """The weight in an entry, `otherwise` where it says none, or none that can be one."""
        if isinstance(entry, str):
            return otherwise
        self._known(place, entry, *(("name", "type", "weight") if typed else ("name", "weight")))
        kind = entry.get("type", "aider")
        if typed and (not isinstance(kind, str) or kind not in _TYPES):
            self._say((*place, "type"), f"{name!r} is of the unknown type {kind!r}: it works as any agent does")
        weight = entry.get("weight")
        if weight is None:
            self._say(place, f"{name!r} has no weight: {otherwise:g} is taken")
            return otherwise
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < 1_000_000:
            self._say((*place, "weight"), f"the weight of {name!r} must be a number, 0 or more: {otherwise:g} is taken")
            return otherwise
        return float(weight)

    def _known(self, place: Place, entry: Mapping[str, Any], *keys: str) -> None:
        for key in entry:
            if key not in keys:
                self._say((*place, key), f"unknown key, known are {', '.join(keys)}: it is ignored")

    def _text(self, key: str) -> str:
        value = self._data.get(key, "")
        if not isinstance(value, str):
            self._say((key,), "it must be text: it is ignored")
            return ""
        return " ".join(value.encode("utf-8", "replace").decode().split())

    def _say(self, place: Place, message: str) -> None:
        self._said.append(self._wrong(place, message))

    def _wrong(self, place: Place, message: str) -> ContentError:
        return ContentError(f"{words(place)}: {message}" if place else message, self._path, self._line(place))

    def _line(self, place: Place) -> int:
        """The line of what stands at `place`, or of what that would stand in."""
        return next(line for part in _outwards(place) if (line := self._lines.get(part)))


def _named(entry: Any) -> Any:
    """What an entry of a list of agents calls its agent; None where that is nothing."""
    return entry if isinstance(entry, str) else entry.get("name") if isinstance(entry, Mapping) else None


def _outwards(place: Place) -> Iterator[Place]:
    """`place` and what it is in."""
    return (place[:end] for end in range(len(place), -1, -1))


def _meant(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f". Was {close[0]!r} meant?" if close else ""
