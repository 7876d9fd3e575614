"""What a person's configuration becomes when KinOS is set up in an editor; all else that is in it stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kinos.domain.languages_file import with_server
from kinos.domain.snippet import EDITORS, Part, Start

_BEGIN, _END = ";; KinOS: begin (kin setup writes what is between these lines anew)", ";; KinOS: end"


class Standing(StrEnum):
    """How it stands with an editor: nothing is there, all is there, something else is there in its place (`other`), a person
    has set KinOS up in their own way (`by-hand`), or it is not done by us (`shown`).
    """

    NEW = "new"
    THERE = "there"
    OTHER = "other"
    BY_HAND = "by-hand"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be done: the `file` with what it holds (None: no such file) and would hold, or a `command` that would be run
    instead. `parts` are what a person can put in place themselves. `remark` is a sentence about what was found; may be empty.
    """

    editor: str
    standing: Standing
    parts: Sequence[Part] = ()
    file: str = ""
    before: str | None = None
    after: str | None = None
    command: Sequence[str] = ()
    remark: str = ""

    @property
    def does_something(self) -> bool:
        """Whether there is anything to do."""
        return self.standing in {Standing.NEW, Standing.OTHER}

    def described(self) -> dict[str, Any]:
        """As `kin setup --json` shows it, without what was done."""
        return {
            "editor": self.editor,
            "title": EDITORS[self.editor].title,
            "standing": self.standing.value,
            "file": self.file,
            "command": list(self.command),
            "snippet": [{"into": part.into, "language": part.language, "text": part.text} for part in self.parts],
            "remark": self.remark,
        }


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: the `backup` of the file as it was (empty: there was none), or what a command `said`."""

    backup: str = ""
    said: str = ""


def proposed(editor: str, start: Start, file: str, before: str | None) -> Proposal:
    """What becomes of the text `before` of the `file` for the `editor`. Raises UsageError when it cannot be changed safely."""
    parts = EDITORS[editor].parts(start)
    if editor == "helix":
        return _in_languages(start, parts, file, before)
    snippet = parts[0].text
    if editor == "neovim":
        standing = Standing.NEW if before is None else Standing.THERE if before == snippet else Standing.OTHER
        remark = "" if before is None or before == snippet else f"{file} is there, with other contents."
        return Proposal(editor, standing, parts, file, before, snippet, remark=remark)
    return _in_block(editor, parts, file, before)


def shown(editor: str, start: Start) -> Proposal:
    """For an editor whose configuration is not written by us."""
    return Proposal(editor, Standing.SHOWN, EDITORS[editor].parts(start))


def _in_block(editor: str, parts: Sequence[Part], file: str, before: str | None) -> Proposal:
    """Between two lines that say whose it is, at the end."""
    block = f"{_BEGIN}\n{parts[0].text}{_END}\n"
    text = before or ""
    begin = text.find(_BEGIN)
    end = text.find(f"{_END}\n", begin) if begin >= 0 else -1
    if end >= 0:
        end += len(_END) + 1
        after = text[:begin] + block + text[end:]
        standing = Standing.THERE if after == text else Standing.OTHER
        remark = "" if after == text else f"What kin setup has written into {file} is written anew."
        return Proposal(editor, standing, parts, file, before, after, remark=remark)
    if begin < 0 and (line := _mention(text)):
        remark = f"{file} says something about KinOS in line {line} already, so it is left alone."
        return Proposal(editor, Standing.BY_HAND, parts, file, before, before, remark=remark)
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    return Proposal(editor, Standing.NEW, parts, file, before, text + gap + block)


def _mention(text: str) -> int | None:
    """The first line (from 1) with code about KinOS; what is only in a comment does not count."""
    words = ("kinos", '"kin" "lsp"')
    lines = enumerate((line.strip().lower() for line in text.split("\n")), 1)
    return next((n for n, line in lines if not line.startswith(";") and any(word in line for word in words)), None)


def _in_languages(start: Start, parts: Sequence[Part], file: str, before: str | None) -> Proposal:
    after, own = with_server(before or "", start, file)
    remark = f"{file} starts KinOS with a command of its own, which stays as it is." if own else ""
    if after == before:
        return Proposal(
            "helix", Standing.BY_HAND if own else Standing.THERE, parts, file, before, before, remark=remark
        )
    return Proposal("helix", Standing.NEW, parts, file, before, after, remark=remark)
