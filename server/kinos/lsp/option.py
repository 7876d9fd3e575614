"""The initialization options: `{trusted?: bool, settings?: {…}}`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Options:
    """What the editor said at the start. `problems` are sentences about what was not taken."""

    trusted: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def options(given: object) -> Options:
    """Read them. Where nobody says, the folder is trusted: starting a team is then the person's word."""
    if given is None:
        return Options()
    if not isinstance(given, Mapping):
        return Options(problems=("initializationOptions must be an object; it is left alone.",))
    problems = [f"initializationOptions: {key} is not known." for key in given if key not in ("trusted", "settings")]
    trusted, settings = given.get("trusted"), given.get("settings")
    if trusted is not None and not isinstance(trusted, bool):
        problems.append("initializationOptions: trusted must be true or false; the folder counts as not trusted.")
        trusted = False
    if settings is not None and not isinstance(settings, Mapping):
        problems.append("initializationOptions: settings must be an object; they are left alone.")
        settings = None
    return Options(trusted is not False, settings or {}, tuple(problems))
