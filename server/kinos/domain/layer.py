"""Layers of settings: files, environment, editor and command line, put one over the other; a repository may only tighten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from kinos.domain.demand import REMEDY, Approved, Demand, exact, nothing
from kinos.domain.errors import UsageError
from kinos.domain.kind import Kind, Text, Truth
from kinos.domain.setting import Row, Scope, Settings, by_key, rows


class Source(StrEnum):
    """Where a value comes from, in order: a later one wins."""

    USER_FILE = "user file"
    WORKSPACE_FILE = "workspace file"
    ENVIRONMENT = "environment"
    EDITOR = "editor"
    COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Layer:
    """Values by public key from one source; `where` names it in messages (a file, a variable)."""

    source: Source
    values: Mapping[str, object]
    where: str = ""


def resolve(layers: Sequence[Layer], approved: Approved = nothing) -> tuple[Settings, tuple[str, ...]]:
    """The settings after `layers`, in the order of `Source`, and a sentence for each value that was not taken.

    `approved` is asked about each value of a workspace's file that does more than tighten.
    """
    settings, problems = Settings(), []
    order = list(Source)
    for layer in sorted(layers, key=lambda each: order.index(each.source)):
        for key, value in layer.values.items():
            settings, problem = _taken(settings, layer, key, value, approved)
            if problem:
                problems.append(problem)
    settings, crossed = _ordered(settings)
    return settings, (*problems, *crossed)


def _taken(settings: Settings, layer: Layer, key: str, value: object, approved: Approved) -> tuple[Settings, str]:
    where = layer.where or layer.source
    name = by_key().get(key)
    if name is None:
        return settings, f"{where}: {key} is not a setting of KinOS."
    row = rows()[name]
    try:
        parsed = row.kind.read(value)
    except UsageError as error:
        return settings, f"{where}: {key} {error.message}; {_shown(row, getattr(settings, name))} is used."
    if layer.source is Source.WORKSPACE_FILE and not _allowed(row, getattr(settings, name), parsed):
        if row.scope is Scope.PERSON:
            return settings, f"{where}: {key} was not taken: a workspace never sets it. Set it in your user settings."
        if not approved(Demand(key, exact(value), where)):
            said = f"a workspace may only tighten it. {REMEDY}, or set it in your user settings."
            return settings, f"{where}: {key} was not taken: {said}"
    change: dict[str, Any] = {name: parsed}
    return replace(settings, **change), ""


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


def _ordered(settings: Settings) -> tuple[Settings, list[str]]:
    default, problems = Settings(), []
    if settings.tokens_warn >= settings.tokens_error:
        problems.append(
            f"tokens.warn ({settings.tokens_warn}) must be less than tokens.error ({settings.tokens_error}); "
            f"{default.tokens_warn} and {default.tokens_error} are used."
        )
        settings = replace(settings, tokens_warn=default.tokens_warn, tokens_error=default.tokens_error)
    if settings.phase_expand >= settings.phase_converge:
        problems.append(
            f"phase.expand ({settings.phase_expand}) must be less than phase.converge ({settings.phase_converge}); "
            f"{default.phase_expand} and {default.phase_converge} are used."
        )
        settings = replace(settings, phase_expand=default.phase_expand, phase_converge=default.phase_converge)
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
