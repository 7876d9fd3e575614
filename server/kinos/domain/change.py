"""A change: what one task did to files, whole or not at all, and the states it goes through."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from kinos.domain.rename import Rename, renamed
from kinos.domain.usage import Usage


class ChangeState(StrEnum):
    """Where a change stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    LANDED_UNSAVED = "landed, unsaved"
    LANDED = "landed"
    UNDONE = "undone"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    CONFLICTED = "conflicted"
    REFUSED = "refused"
    DISCARDED = "discarded by the person"


_S = ChangeState
TRANSITIONS: Mapping[ChangeState, frozenset[ChangeState]] = {
    _S.PROPOSED: frozenset({_S.ACCEPTED, _S.REJECTED, _S.SUPERSEDED, _S.CONFLICTED}),
    _S.ACCEPTED: frozenset({_S.LANDED, _S.LANDED_UNSAVED, _S.CONFLICTED, _S.REFUSED}),
    _S.LANDED_UNSAVED: frozenset({_S.LANDED, _S.DISCARDED, _S.UNDONE}),
    _S.LANDED: frozenset({_S.UNDONE}),
    _S.UNDONE: frozenset({_S.LANDED, _S.LANDED_UNSAVED}),
    _S.REJECTED: frozenset(),
    _S.SUPERSEDED: frozenset(),
    _S.CONFLICTED: frozenset({_S.SUPERSEDED}),
    _S.REFUSED: frozenset(),
    _S.DISCARDED: frozenset(),
}

LANDED_STATES = frozenset({_S.LANDED, _S.LANDED_UNSAVED})


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a change, by digests into the image store; None is "no such file".

    `base` is what the agent was given, `result` what it made of it, `before` and `after` what landing found and left.
    """

    path: str
    base: str | None
    result: str | None
    before: str | None = None
    after: str | None = None

    @property
    def kind(self) -> str:
        """What becomes of the file: created, deleted or edited."""
        before, after = self.before or self.base, self.after or self.result
        return "created" if before is None else "deleted" if after is None else "edited"


@dataclass(frozen=True, slots=True)
class Change:
    """`id` is unique in a workspace; `cycle` names the cycle it came from, `session` the run of the engine, and `request` is
    the digest of the request its planner was shown. `accepted` is whether a person has looked at it and said yes,
    `edit_of` the change that a person made this one of.
    """

    id: str
    cycle: str
    session: str
    agent: str
    title: str
    why: str
    files: tuple[FileChange, ...]
    made: datetime
    state: ChangeState = ChangeState.PROPOSED
    reason: str = ""
    usage: Usage = Usage()
    usd: float | None = None
    rehearsal: bool = False
    request: str = ""
    accepted: bool = False
    edit_of: str = ""

    def to(self, state: ChangeState, reason: str = "") -> "Change":
        """This change in `state`. Raises ValueError for a transition that does not exist: that is a bug."""
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"change {self.id}: {self.state} cannot become {state}")
        return replace(self, state=state, reason=reason)

    @property
    def undo_unsaved(self) -> bool:
        """Whether it was taken back in an open document whose file still has it: `reason` says in which."""
        return self.state is ChangeState.UNDONE and bool(self.reason)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files it touches."""
        return tuple(file.path for file in self.files)

    def following(self, renames: Collection[Rename]) -> "Change":
        """This change once files of it have other names; itself when none has, or when two of them would have the same."""
        paths = [renamed(path, renames) for path in self.paths]
        if len({*paths}) < len(paths) or paths == list(self.paths):
            return self
        return replace(self, files=tuple(replace(f, path=p) for f, p in zip(self.files, paths, strict=True)))

    @property
    def renames(self) -> Mapping[str, str]:
        """By the path of a file that was created as another one went: that one's path. Only what stayed the same counts."""
        gone = {file.base: file.path for file in self.files if file.base is not None and file.result is None}
        made = {file.path: file.result for file in self.files if file.base is None}
        found: dict[str, str] = {}
        for path, content in made.items():
            if content is not None and content in gone:
                found[path] = gone.pop(content)
        return found

    def described(self) -> dict[str, Any]:
        """As `kin history --json` and the protocol show it; no contents of files. A renamed file stands once, by its new name."""
        renames = self.renames
        return {
            "id": self.id,
            "cycle": self.cycle,
            "session": self.session,
            "agent": self.agent,
            "title": self.title,
            "why": self.why,
            "files": [
                {
                    "path": file.path,
                    "kind": "renamed" if file.path in renames else file.kind,
                    "from": renames.get(file.path, ""),
                }
                for file in self.files
                if file.path not in renames.values()
            ],
            "time": self.made.isoformat(timespec="seconds"),
            "state": self.state.value,
            "reason": self.reason,
            "editOf": self.edit_of,
            "tokensIn": self.usage.tokens_in,
            "tokensOut": self.usage.output_tokens,
            "usd": self.usd,
            "rehearsal": self.rehearsal,
            "accepted": self.accepted,
        }


def digest(content: bytes) -> str:
    """The name of `content` in the image store: SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def not_saved(paths: Sequence[str]) -> str:
    """That the open documents `paths` are not saved, in words; empty for none."""
    return f"{', '.join(paths)} {'is' if len(paths) == 1 else 'are'} not saved yet" if paths else ""
