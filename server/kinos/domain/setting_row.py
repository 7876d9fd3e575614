"""What there is to say of one setting: a row of the table in `setting`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kinos.domain.kind import Kind, Text

ROW = "row"
"""The key of the row in the metadata of a setting's field."""


class Scope(StrEnum):
    """Who may set a value: a repository sets `workspace` ones freely, `tighten` ones towards less, `user` ones and more than that
    only with the person's approval (see `demand`), `person` ones never.
    """

    WORKSPACE = "workspace"
    TIGHTEN = "tighten"
    USER = "user"
    PERSON = "person"


class Taken(StrEnum):
    """When a value that was changed counts."""

    NOW = "at once"
    CYCLE = "with an agent's next cycle"
    TEAM = "when a team is started next"
    START = "when KinOS is started next"


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: its public key, environment names in order, what it takes, its unit, who may set it, when a change counts,
    what it means.
    """

    key: str
    kind: Kind
    meaning: str
    unit: str = ""
    scope: Scope = Scope.WORKSPACE
    environment: tuple[str, ...] = ()
    taken: Taken = Taken.NOW


def row(
    key: str, default: Any, kind: Kind, meaning: str, *, unit: str = "", scope: Scope = Scope.WORKSPACE, env: str = "",
    taken: Taken = Taken.NOW,
) -> Any:  # fmt: skip
    """The field of a setting, whose default it is; `env` names an environment variable, `KINOS_` may stand before it."""
    names = (f"KINOS_{env}", env) if env and not env.startswith("KINOS_") else ((env,) if env else ())
    made = Row(key, kind, meaning, unit, scope, names, taken)
    if isinstance(default, Mapping):
        return field(default_factory=lambda: default, metadata={ROW: made})
    return field(default=default, metadata={ROW: made}, repr=not (isinstance(kind, Text) and kind.secret))
