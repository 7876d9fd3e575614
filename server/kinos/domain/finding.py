"""What was found of one thing KinOS needs, and what mends it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How it stands: `ok`, worth knowing (`note`), or `missing` what is needed."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` names what was looked at; `remedy` is a command or a sentence that says what to do, empty when nothing is."""

    check: str
    verdict: Verdict
    text: str
    remedy: str = ""

    def described(self) -> dict[str, Any]:
        """As `kin doctor --json` shows it."""
        return {"check": self.check, "verdict": self.verdict.value, "text": self.text, "remedy": self.remedy}


def sound(findings: Iterable[Finding]) -> bool:
    """Whether nothing that is needed is missing."""
    return all(finding.verdict is not Verdict.MISSING for finding in findings)
