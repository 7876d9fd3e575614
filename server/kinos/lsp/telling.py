"""A notification of the protocol that waits to be sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Telling:
    """Its method and its parameters."""

    method: str
    params: object
