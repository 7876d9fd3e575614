"""What is wrong with a file that people write for KinOS: a team, a prompt, the settings of a workspace."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The kind of a mistake; each has a heading in `docs/mistakes.md`."""

    SYNTAX = "toml-syntax"
    FRONT_MATTER = "front-matter"
    UNKNOWN_KEY = "unknown-key"
    WRONG_VALUE = "wrong-value"
    MISSING_KEY = "missing-key"
    NO_AGENTS = "no-agents"
    WRONG_NAME = "wrong-name"
    LISTED_TWICE = "listed-twice"
    EMPTY_PROMPT = "empty-prompt"
    UNKNOWN_AGENT = "unknown-agent"
    UNKNOWN_SETTING = "unknown-setting"
    NOT_APPROVED = "not-approved"
    NOT_HERE = "not-here"
    UNREADABLE = "unreadable"
    LEGACY = "legacy-team"
    NO_TEAM = "no-team"


MILD = frozenset({Code.UNKNOWN_AGENT, Code.UNKNOWN_SETTING, Code.NOT_APPROVED, Code.NOT_HERE, Code.LEGACY})
"""Mistakes with which the rest of the file is taken."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake, in words, and its line, from 1; None when it is about the whole file."""

    code: Code
    message: str
    line: int | None = None
