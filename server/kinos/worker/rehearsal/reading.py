"""Reads what a request shows: a planner's brief, or the files and the task of aider's messages (aider 0.86, format `diff`)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from kinos.domain.brief import Brief, Exhibit, Shown
from kinos.domain.task import SOURCES, Task

# ---- a brief, as `kinos.domain.brief.Brief.render` writes it ----------------------------------------------------------

_HEADER = re.compile(
    r"Agent: (?P<agent>[^\n]*)\nPhase: (?P<phase>[^\n]*)\nWhy this phase: (?P<why>.*?)\n\n(?=<[0-9a-f]{12} request path=\")",
    re.DOTALL,
)
_OPENING = re.compile(r"<(?P<mark>[0-9a-f]{12}) (?P<name>[a-z]+)(?P<attributes>(?: [a-z]+=\"[^\"\n]*\")*)>\n")
_ASKED = re.compile(r"The person asks for this first: consolidate `([^\n]+)` \((\d+) tokens\)")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"\n]*)\"")


def read_brief(text: str) -> Brief | None:
    """The brief a message renders, the inverse of `Brief.render` but for newlines at the ends of texts; None for other texts."""
    header = _HEADER.match(text)
    if header is None:
        return None
    blocks = list(_blocks(text, header.end()))
    single = {name: (attributes, body) for name, attributes, body in blocks if name != "document"}
    if single.keys() - {"check"} != {"request", "map", "recent", "claimed"}:
        return None
    why, *orders = re.split(r"\n(?=The person asks for this first: )", header["why"])
    asked = (_ASKED.match(order) for order in orders)
    request = single["request"][1]
    return Brief(
        agent=header["agent"],
        phase=header["phase"],
        phase_reason=why,
        request_path=single["request"][0].get("path", ""),
        request="" if request == "(no request was written)" else request,
        project_map=single["map"][1],
        recent=_items(single["recent"][1], "(nothing yet)"),
        claimed=_items(single["claimed"][1], "(none)"),
        exhibits=[_exhibit(attributes, body) for name, attributes, body in blocks if name == "document"],
        check=single.get("check", ({}, ""))[1],
        asked={found[1]: int(found[2]) for found in asked if found is not None},
    )


def _blocks(text: str, position: int) -> Iterator[tuple[str, dict[str, str], str]]:
    """The marked blocks from `position` on. The mark is a hash of what stands inside, so nothing inside can end a block."""
    while opening := _OPENING.match(text, position):
        closing = f"\n</{opening['mark']} {opening['name']}>"
        end = text.find(closing, opening.end() - 1)
        if end < 0:
            return
        attributes = {key: _unquoted(value) for key, value in _ATTRIBUTE.findall(opening["attributes"])}
        yield opening["name"], attributes, text[opening.end() : max(end, opening.end())]
        position = end + len(closing) + 2


def _exhibit(attributes: Mapping[str, str], body: str) -> Exhibit:
    tokens = attributes.get("tokens", "0")
    shown = Shown.OUTLINE if attributes.get("shown") == Shown.OUTLINE else Shown.WHOLE
    return Exhibit(
        attributes.get("path", ""),
        int(tokens) if tokens.isdigit() else 0,
        attributes.get("level", ""),
        shown,
        attributes.get("reason", ""),
        body,
    )


def _items(text: str, nothing: str) -> list[str]:
    if text == nothing:
        return []
    items: list[str] = []
    for line in text.split("\n"):
        if line.startswith("- ") or not items:
            items.append(line.removeprefix("- "))
        else:
            items[-1] += f"\n{line}"
    return items


def _unquoted(value: str) -> str:
    return value.replace("&quot;", '"').replace("&amp;", "&")


# ---- a conversation ----------------------------------------------------------------------------------------------------


def user_texts(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """The text of each of the user's messages, its blocks joined."""
    return [text_of_blocks(message) for message in messages if message["role"] == "user"]


def text_of_blocks(message: Mapping[str, Any]) -> str:
    """The text blocks of a message, joined."""
    return "\n".join(block["text"] for block in message["content"] if block.get("type") == "text")


def brief_in(messages: Sequence[Mapping[str, Any]]) -> Brief | None:
    """The latest brief of a conversation."""
    return next((brief for text in reversed(user_texts(messages)) if (brief := read_brief(text))), None)


# ---- aider -------------------------------------------------------------------------------------------------------------

_FILES = "I have *added these files to the chat*"
_REMINDER = "\n\n# *SEARCH/REPLACE block* Rules:"
_FENCE = re.compile(r"^2\. The opening fence and code language, eg: (?P<opening>.+)python$", re.MULTILINE)
_CLOSING = re.compile(r"^8\. The closing fence: (?P<closing>.+)$", re.MULTILINE)
_TASK = re.compile(
    r"Task: (?P<title>.*?)\n\nWhy: (?P<why>.*?)\n\n(?P<instructions>.*)"
    r"\n\nEdit or create only these files:\n(?P<files>- [^\n]+(?:\n- [^\n]+)*)(?:\n\nTo delete a file, [^\n]*)?\s*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Editing:
    """What aider asks for. `files` are the texts shown, `shown_as` what aider calls a path of the task, both by that path."""

    task: Task
    files: Mapping[str, str]
    shown_as: Mapping[str, str]
    fence: tuple[str, str]


class UnreadableError(ValueError):
    """The files of the conversation cannot be told apart for certain."""


def editing_in(system: str, messages: Sequence[Mapping[str, Any]]) -> Editing | None:
    """The latest task of a conversation with aider and the files it shows; None when there is none. Raises UnreadableError."""
    texts = user_texts(messages)
    task = next((task for text in reversed(texts) if (task := read_task(text))), None)
    fence = _fence([system, *texts])
    if task is None or fence is None:
        return None
    shown = next((text for text in reversed(texts) if text.startswith(_FILES)), "")
    files, names = _files(shown, task.files, fence)
    return Editing(task, files, names, fence)


def read_task(text: str) -> Task | None:
    """The task in a message of `Task.message`, with or without aider's reminder after it."""
    ends = [len(text), *(found.start() for found in re.finditer(re.escape(_REMINDER), text))]
    for end in ends:
        found = _TASK.fullmatch(text, 0, end)
        if found:
            files = tuple(line.removeprefix("- ") for line in found["files"].split("\n"))
            return Task(found["title"], found["why"], files, *_sources(found["instructions"]))
    return None


def _sources(told: str) -> tuple[str, tuple[str, ...]]:
    """The instructions, and the sources named after them."""
    instructions, _, listed = told.rpartition(f"\n\n{SOURCES}\n")
    rows = listed.split("\n")
    if not instructions or not all(row.startswith("- ") for row in rows):
        return told, ()
    return instructions, tuple(row.removeprefix("- ") for row in rows)


def _fence(texts: Sequence[str]) -> tuple[str, str] | None:
    for text in texts:
        opening, closing = _FENCE.search(text), _CLOSING.search(text)
        if opening and closing:
            return opening["opening"], closing["closing"]
    return None


def _files(message: str, paths: Sequence[str], fence: tuple[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The shown files by path of the task, and aider's name for every path of the task."""
    heads = sorted(_heads(message, paths, fence), key=lambda head: head[1])
    if len({path for path, *_ in heads}) != len(heads):
        raise UnreadableError("a document contains what looks like the start of another one")
    files: dict[str, str] = {}
    for (path, _, start), following in zip_longest(heads, heads[1:]):
        end = len(message) if following is None else following[1]
        files[path] = _unfenced(message[start:end], fence[1])
    # aider takes a fence that begins no line of the files; when there is none it falls back to one that does.
    if len(heads) > 1 and any(line.startswith(fence) for text in files.values() for line in text.split("\n")):
        raise UnreadableError("a document contains lines like the fences between the documents")
    return files, _names(message, paths, heads)


def _heads(message: str, paths: Sequence[str], fence: tuple[str, str]) -> Iterator[tuple[str, int, int]]:
    """(path, where its heading starts, where its text starts). aider may name a file from the folder all files share."""
    for path in paths:
        for name in _suffixes(path):
            pattern = re.compile(rf"\n{re.escape(name)}\n{re.escape(fence[0])}\n")
            found = list(pattern.finditer(message))
            yield from ((path, match.start(), match.end()) for match in found)
            if found:
                break


def _suffixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _unfenced(text: str, closing: str) -> str:
    """What stands before the last closing fence; a last line without its end is given one."""
    end = text.rfind(closing)
    body = text[: max(end, 0)]
    return body if not body or body.endswith("\n") else f"{body}\n"


def _names(message: str, paths: Sequence[str], heads: Sequence[tuple[str, int, int]]) -> dict[str, str]:
    named = {path: message[start + 1 :].split("\n", 1)[0] for path, start, _ in heads}
    folders = {path.removesuffix(name) for path, name in named.items()}
    folder = folders.pop() if len(folders) == 1 else ""
    return {path: named.get(path, path.removeprefix(folder)) for path in paths}
