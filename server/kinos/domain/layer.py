"""Layers of settings: files, environment, editor and command line, put one over the other; a repository may only tighten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, override

from kinos.domain.demand import REMEDY, Approved, Demand, exact, nothing
from kinos.domain.errors import UsageError
from kinos.domain.kind import Kind, Text, Truth
from kinos.domain.mistake import Code
from kinos.domain.setting import Settings, by_key, rows
from kinos.domain.setting_row import Row, Scope
from kinos.domain.toml_line import line_of


class Source(StrEnum):
    """Where a value comes from, in order: a later one wins."""

    USER_FILE = "user file"
    WORKSPACE_FILE = "workspace file"
    ENVIRONMENT = "environment"
    EDITOR = "editor"
    COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Layer:
    """Values by public key from one source; `where` names it in messages (a file, a variable), `lines` says where in a file
    each key stands, as `toml.key_lines` does.
    """

    source: Source
    values: Mapping[str, object]
    where: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value was not taken, as its sentence: `where` it stands, what is wrong with `key`, and what is done instead."""

    code: Code
    key: str
    where: str
    said: str

    @override
    def __str__(self) -> str:
        return f"{self.where}: {self.said}" if self.where else self.said


def resolve(layers: Sequence[Layer], approved: Approved = nothing) -> tuple[Settings, tuple[str, ...]]:
    """The settings after `layers`, in the order of `Source`, and a sentence for each value that was not taken.

    `approved` is asked about each value of a workspace's file that does more than tighten.
    """
    settings, problems = judged(layers, approved)
    return settings, tuple(map(str, problems))


def judged(layers: Sequence[Layer], approved: Approved = nothing) -> tuple[Settings, tuple[Problem, ...]]:
    """As `resolve`, with each problem by its key."""
    settings, problems = Settings(), []
    order = list(Source)
    for layer in sorted(layers, key=lambda each: order.index(each.source)):
        for key, value in layer.values.items():
            settings, problem = _taken(settings, layer, key, value, approved)
            if problem is not None:
                problems.append(problem)
    settings, crossed = _ordered(settings)
    return settings, (*problems, *crossed)


def _taken(
    settings: Settings, layer: Layer, key: str, value: object, approved: Approved
) -> tuple[Settings, Problem | None]:
    where = layer.where or layer.source

    def refused(code: Code, said: str) -> tuple[Settings, Problem]:
        line = line_of(key, layer.lines)
        return settings, Problem(code, key, where if line is None else f"{where}:{line}", f"{key} {said}")

    name = by_key().get(key)
    if name is None:
        return refused(Code.UNKNOWN_SETTING, f"is not a setting of KinOS{_meant(key)}.")
    row = rows()[name]
    try:
        parsed = row.kind.read(value)
    except UsageError as error:
        return refused(Code.WRONG_VALUE, f"{error.message}; {_shown(row, getattr(settings, name))} is used.")
    if layer.source is Source.WORKSPACE_FILE and not _allowed(row, getattr(settings, name), parsed):
        if row.scope is Scope.PERSON:
            return refused(Code.NOT_HERE, "was not taken: a workspace never sets it. Set it in your user settings.")
        if not approved(Demand(key, exact(value), layer.where or layer.source)):
            said = f"a workspace may only tighten it. {REMEDY}, or set it in your user settings."
            return refused(Code.NOT_APPROVED, f"was not taken: {said}")
    change: dict[str, Any] = {name: parsed}
    return replace(settings, **change), None


def _meant(key: str) -> str:
    from difflib import get_close_matches  # most files have no such mistake

    close = get_close_matches(key, by_key(), 1)
    return f" (there is {close[0]})" if close else ""


def _shown(row: Row, value: object) -> str:
    """A value as it may stand in a message."""
    if isinstance(row.kind, Text) and row.kind.secret:
        return "the one before, if any,"
    return "the built-in list" if isinstance(value, Mapping) else repr(value)


def _allowed(row: Row, current: Any, value: Any) -> bool:
    if row.scope is Scope.WORKSPACE:
        return True
    if row.scope in (Scope.USER, Scope.PERSON):
        return False
    if isinstance(value, str):
        return value == "review"
    # A cap: less is tighter, and 0 is no cap at all.
    return bool(value != 0 and (current == 0 or value <= current))


def _ordered(settings: Settings) -> tuple[Settings, list[Problem]]:
    problems = []
    for low, high in (("tokens.warn", "tokens.error"), ("phase.expand", "phase.converge")):
        first, second = by_key()[low], by_key()[high]
        below, above = getattr(settings, first), getattr(settings, second)
        if below >= above:
            default: dict[str, Any] = {name: getattr(Settings(), name) for name in (first, second)}
            said = (
                f"{low} ({below}) must be less than {high} ({above}); {default[first]} and {default[second]} are used."
            )
            problems.append(Problem(Code.WRONG_VALUE, low, "", said))
            settings = replace(settings, **default)
    return settings, problems


def from_environment(environment: Mapping[str, str]) -> Layer:
    """The layer of the environment. The names without KINOS_ are shared with other programs: there a value that does not
    parse is somebody else's and is left alone.
    """
    values: dict[str, object] = {}
    if environment.get("KINOS_DEBUG", environment.get("DEBUG", "")).lower() in Truth.YES:
        values["log.level"] = "debug"
    for row in rows().values():
        for name in row.environment:
            text = environment.get(name, "")
            if text and (name.startswith("KINOS_") or _parses(row.kind, text)):
                values[row.key] = text
                break
    return Layer(Source.ENVIRONMENT, values)


def _parses(kind: Kind, text: str) -> bool:
    try:
        kind.read(text)
    except UsageError:
        return False
    return True


def flattened(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """A nested table (a TOML file, an editor's configuration) as values by dotted key; `model.prices` stays a table."""
    values: dict[str, object] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and name not in by_key():
            values.update(flattened(value, f"{name}."))
        else:
            values[name] = value
    return values
