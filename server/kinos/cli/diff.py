"""What a change makes of its files, as a person reads it."""

from pathlib import Path

from kinos.cli.engine import command
from kinos.cli.outside import Outside
from kinos.cli.terminal import paint


def diff(outside: Outside, folder: Path, change: str) -> str:
    """The unified diff of a change, in colours where there are any."""
    return painted(plain(outside, folder, change))


def plain(outside: Outside, folder: Path, change: str) -> str:
    """The unified diff of a change."""
    text: str = command(outside, folder, "diff", {"change": change})
    return text.rstrip("\n")


def painted(text: str) -> str:
    """A diff in colours, where there are any."""
    return "\n".join(paint(line, _colour(line)) for line in text.split("\n"))


def _colour(line: str) -> str:
    if line.startswith(("--- ", "+++ ")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
