"""Whether nothing but rehearsals is wanted, whoever starts a team: on a machine without a key, in a demonstration, in tests."""

from collections.abc import Mapping

from kinos.domain.kind import Truth

VARIABLE = "KINOS_REHEARSE"


def only_rehearses(environment: Mapping[str, str]) -> bool:
    """Whether the environment says so. Raises UsageError when what it says is neither yes nor no."""
    return Truth.read(VARIABLE, environment.get(VARIABLE, ""))
