"""What became of a team or prompt of 2024 that was to be written as a file of today."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Converted:
    """`file` was written, or nothing when it is empty; `mistakes` are sentences a person should read."""

    file: str
    mistakes: tuple[str, ...] = ()
