"""The map: the tree of documents with their sizes, as text. The format is a promise to people and agents who read it."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kinos.domain.phase import Phase, PhaseRule, PhaseState, to_converge, to_expand
from kinos.domain.printable import printable
from kinos.domain.size import Counted, Level, Limits, Size, kilotokens, rounded
from kinos.domain.suggestion import Suggestion, wire

MAP_NAME = "map (readonly).md"
"""The map's file at the workspace root."""


@dataclass(frozen=True, slots=True)
class ProjectMap:
    """Everything the map shows. `documents` is by workspace-relative POSIX path; `agents` is (name, weight) now awake."""

    documents: Mapping[str, Size]
    limits: Limits
    rule: PhaseRule
    phase: PhaseState
    tokenizer: str
    agents: Sequence[tuple[str, float]] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)
    suggestions: Sequence[Suggestion] = ()

    @property
    def total(self) -> int:
        """Tokens over all documents."""
        return sum(size.tokens for size in self.documents.values())

    def render(self, generated: datetime, depth: int | None = None) -> str:
        """The whole text; `generated` is local time. Folders deeper than `depth` show how much is in them and not what."""
        return f"# Project Map\nGenerated: {generated:%Y-%m-%d %H:%M:%S}\n\n{self.body(depth)}"

    def body(self, depth: int | None = None) -> str:
        """The text without its title and date: two maps are the same when their bodies are."""
        parts = [
            "\n".join(self._figures()),
            "## Document Tree\n" + "\n".join(["📁 Project", *_tree(self.documents, self.limits, depth)]),
            "## Warnings\n" + "\n".join(self._warnings() or ["No document is over a limit."]),
        ]
        if self.suggestions:
            parts.append("## Suggestions\n" + "\n".join(line for each in self.suggestions for line in each.lines()))
        return "\n\n".join(parts) + "\n"

    def data(self) -> dict[str, Any]:
        """The map as plain values: `kin map --json`."""
        return {
            "phase": {"name": self.phase.name.value, "reason": self.phase.reason, "pinned": self.phase.pinned},
            "total": self.total,
            "limit": self.rule.limit,
            "tokenizer": self.tokenizer,
            "documents": [
                {
                    "path": path,
                    "tokens": size.tokens,
                    "level": self.limits.level(size.tokens).value,
                    "counted": size.counted,
                }
                for path, size in sorted(self.documents.items())
            ],
            "errors": [{"path": path, "message": why} for path, why in sorted(self.unreadable.items())],
            "suggestions": [wire(suggestion) for suggestion in self.suggestions],
            "agents": [{"name": name, "weight": weight} for name, weight in self.agents],
        }

    def table(self) -> dict[str, Any]:
        """Every document, the heaviest first and those without a size last, with the limits in tokens."""
        said = {each.path: [line.removeprefix("- ") for line in each.lines()] for each in self.suggestions}
        counted = sorted(self.documents.items(), key=lambda each: (-each[1].tokens, each[0]))
        rows = [
            _row(path, size.tokens, self.limits.level(size.tokens), size.counted, "", said.get(path, ()))
            for path, size in counted
        ]
        rows += [_row(path, None, None, Counted.UNAVAILABLE, why) for path, why in sorted(self.unreadable.items())]
        return {
            "tokenizer": self.tokenizer,
            "warn": self.limits.warn,
            "error": self.limits.error,
            "documents": rows,
        }

    def _figures(self) -> list[str]:
        total = self.total
        share = f"{self.rule.share(total):.0f} %"
        lines = [
            f"Phase: {self.phase.name} ({self.phase.reason})",
            f"Total: {kilotokens(total)} of {kilotokens(self.rule.limit)} tokens ({share}), counted as {self.tokenizer}",
            f"Headroom: {self._headroom(total)}",
        ]
        if self.agents:
            lines.append("Active agents: " + ", ".join(f"{name} ({weight:g})" for name, weight in self.agents))
        return lines

    def _headroom(self, total: int) -> str:
        if self.phase.pinned:
            return "none to count: the phase was set by hand"
        if self.phase.name is Phase.EXPANSION:
            return f"{kilotokens(max(0, to_converge(total, self.rule)))} tokens to CONVERGENCE"
        return f"{kilotokens(max(0, to_expand(total, self.rule)))} tokens less to EXPANSION"

    def _warnings(self) -> list[str]:
        levels = {path: self.limits.level(size.tokens) for path, size in self.documents.items()}
        over = sorted(path for path, level in levels.items() if level is not Level.OK)
        names = Counter(_name(path) for path in self.documents) if over else {}
        lines = []
        for path in over:
            shown = printable(_name(path) if names[_name(path)] == 1 else path)
            if levels[path] is Level.TOO_LONG:
                lines.append(
                    f"{Level.TOO_LONG.mark} {shown} needs consolidation (>{rounded(self.limits.error)} tokens)"
                )
            else:
                lines.append(f"{Level.LONG.mark} {shown} approaching limit (>{rounded(self.limits.warn)} tokens)")
        lines.extend(
            f"❔ {printable(path)} has no size: {printable(why)}" for path, why in sorted(self.unreadable.items())
        )
        return lines


def _row(
    path: str, tokens: int | None, level: Level | None, counted: Counted, reason: str, suggestions: Sequence[str] = ()
) -> dict[str, Any]:
    return {
        "path": path,
        "tokens": tokens,
        "level": None if level is None else level.value,
        "counted": counted.value,
        "reason": reason,
        "suggestions": list(suggestions),
    }


def _name(path: str) -> str:
    return path.rpartition("/")[2]


type _Node = dict[str, "_Node | Size"]


def _tree(documents: Mapping[str, Size], limits: Limits, depth: int | None) -> list[str]:
    root: _Node = {}
    for path, size in documents.items():
        *folders, name = path.split("/")
        node = root
        for folder in folders:
            child = node.setdefault(f"{folder}/", {})
            assert isinstance(child, dict)
            node = child
        node[name] = size
    return _branches(root, "", limits, math.inf if depth is None else depth)


def _branches(node: _Node, indent: str, limits: Limits, depth: float) -> list[str]:
    # Folders before files, each by name.
    names = sorted(node, key=lambda name: (isinstance(node[name], Size), name.removesuffix("/")))
    lines: list[str] = []
    for name in names:
        last = name == names[-1]
        child = node[name]
        stem = f"{indent}{'└── ' if last else '├── '}"
        if isinstance(child, Size):
            lines.append(
                f"{stem}📄 {printable(name)} ({kilotokens(child.tokens)} tokens) {limits.level(child.tokens).mark}"
            )
        elif depth > 0:
            lines.append(f"{stem}📁 {printable(name)}")
            lines.extend(_branches(child, indent + ("    " if last else "│   "), limits, depth - 1))
        else:
            sizes = list(_sizes(child))
            total = kilotokens(sum(size.tokens for size in sizes))
            lines.append(f"{stem}📁 {printable(name)} ({len(sizes)} documents, {total} tokens)")
    return lines


def _sizes(node: _Node) -> Iterator[Size]:
    """Of all documents below."""
    for child in node.values():
        if isinstance(child, Size):
            yield child
        else:
            yield from _sizes(child)
