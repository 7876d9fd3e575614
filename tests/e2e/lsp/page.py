"""`docs/protocol.md`, read as what it promises of each message: the fields below its heading. What is sent is held against it.

A heading `### \\`name\\`` names messages, or commands for their answers. In the table below it a row is a field: `a.b` inside of
objects, `a[].b` in a list of them, `a.*.b` below keys that are data, `the whole` for what is no object. A type that begins with
“LSP” stands for all below it; one that links to another heading stands for the fields there.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[3] / "docs" / "protocol.md"

WHOLE = "the whole"
"""The name of what has no name: the payload itself."""

_HEADING = re.compile(r"^#{2,4} (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| (`[^|]+`) \| (.*?) \|", re.MULTILINE)
_MARKED = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(#([^)]+)\)")
_EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)


@cache
def sections() -> Mapping[str, str]:
    """The text below each heading, by the heading without its code marks."""
    _, *parts = _HEADING.split(PAGE.read_text(encoding="utf-8"))
    return {
        name: text
        for title, text in zip(parts[::2], parts[1::2], strict=True)
        for name in _MARKED.findall(title) or [title]
    }


@cache
def documented(name: str) -> Mapping[str, str]:
    """The fields of a message and their types; what is linked stands with its own fields."""
    fields: dict[str, str] = {}
    for marked, kind in _ROW.findall(sections()[name]):
        linked = next((title for title in sections() for link in _LINK.findall(kind) if _anchor(title) == link), None)
        for field in _MARKED.findall(marked):
            if linked is None:
                fields[field] = kind
            else:
                start = "" if field == WHOLE else field
                fields |= {f"{start}.{inner}".lstrip("."): each for inner, each in documented(linked).items()}
    return fields


def examples(name: str) -> list[str]:
    """The examples of a message, as JSON."""
    return _EXAMPLE.findall(sections()[name])


def fields(value: Any, known: Mapping[str, str], name: str = "") -> Iterator[str]:
    """The fields of a payload as the page writes them; nothing is looked at below what it leaves to LSP."""
    if known.get(name or WHOLE, "").startswith("LSP"):
        yield name or WHOLE
    elif isinstance(value, dict) and value:
        free = any(each.startswith(f"{name}.*") for each in known)
        for key, inner in value.items():
            yield from fields(inner, known, f"{name}.{'*' if free else key}".lstrip("."))
    elif isinstance(value, list) and value and any(isinstance(each, dict) for each in value):
        for each in value:
            yield from fields(each, known, f"{name}[]")
    elif not name:
        if not isinstance(value, dict | list):
            yield WHOLE
    elif name in known or not any(each.startswith((f"{name}.", f"{name}[]")) for each in known):
        yield name


class Live:
    """What was really sent over one connection. `seen` are the fields of each message, as the page writes them."""

    def __init__(self) -> None:
        self.seen: dict[str, set[str]] = {}
        self._asked: dict[Any, str] = {}

    def sent(self, message: Mapping[str, Any]) -> None:
        """The client sent this."""
        if "id" in message and "method" in message:
            name, params = message["method"], message.get("params")
            if name == "workspace/executeCommand" and isinstance(params, dict):
                name = str(params.get("command"))
            self._asked[message["id"]] = name

    def breaches(self, message: Mapping[str, Any]) -> list[str]:
        """The fields of a message from the server that the page does not document."""
        name, payload = message.get("method"), message.get("params")
        if name is None:
            name, payload = self._asked.pop(message.get("id"), None), message.get("result")
            if "error" in message:
                name, payload = "Errors", message["error"]
        if name is None or payload is None:
            unheard = name is not None and f"`{name}`" not in PAGE.read_text(encoding="utf-8")
            return [f"docs/protocol.md does not name `{name}`."] if unheard and "method" in message else []
        if name not in sections():
            return [f"docs/protocol.md has no heading `{name}`: the server sent {payload!r:.300}"]
        known = documented(name)
        here = set(fields(payload, known))
        self.seen.setdefault(name, set()).update(here)
        return [
            f"docs/protocol.md does not document `{each}` of `{name}`: add a row to the table below that heading."
            for each in sorted(here - set(known))
        ]


def _anchor(title: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
