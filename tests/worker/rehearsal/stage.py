"""A small stage for the rehearsal model: a workspace in memory, briefs of it, and its edits put to the texts."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kinos.domain import brief as briefing
from kinos.domain.brief import Brief, Exhibit, Shown
from kinos.domain.markdown import headings, scan
from kinos.domain.phase import PhaseRule, PhaseState
from kinos.domain.project_map import ProjectMap
from kinos.domain.size import Level, Limits, Size
from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.answer import Answer, Text, ToolUse
from kinos.worker.rehearsal.api import Request, read
from kinos.worker.rehearsal.meter import tokens
from kinos.worker.rehearsal.model import Model

MODEL = "claude-sonnet-5-5"
CONTEXT = 40_000
NOON = datetime(2026, 3, 21, 12, 0, 45, tzinfo=UTC)
_FENCES = [
    ("```", "```"),
    ("````", "````"),
    *((f"<{name}>", f"</{name}>") for name in ("source", "code", "pre", "codeblock", "sourcecode")),
]
PAPERS = frozenset(
    {"index.md", "journal.md", "todolist.md", "specifications.md", "evaluation.md", "validation.md", "tests.md"}
)
_BLOCK = re.compile(r"^<{7} SEARCH\n(?P<search>(?:.*\n)*?)={7}\n(?P<replace>(?:.*\n)*?)>{7} REPLACE$", re.MULTILINE)


class Stage:
    """Files by path, and a model that plans for and edits them. `recent` is what the team did, the latest first."""

    def __init__(
        self, files: Mapping[str, str], request: str = "", limits: Limits | None = None, phase: str = "EXPANSION"
    ) -> None:
        self.files = dict(files)
        if request:
            self.files["demande.md"] = request
        self.request = request
        self.limits = limits or Limits()
        self.phase = phase
        self.recent: list[str] = []
        self.claimed: list[str] = []
        self.model = Model()

    def brief(self, agent: str) -> Brief:
        """What `agent` is shown: documents within the limit whole, the others in outline, as the engine does it."""
        documents = {path: text for path, text in self.files.items() if path.endswith((".md", ".markdown"))}
        sizes = {path: Size(tokens(text, MODEL)) for path, text in documents.items()}
        exhibits, left = [], CONTEXT
        for path in sorted(
            documents, key=lambda path: (path not in PAPERS, -max(sizes[path].tokens - self.limits.warn, 0))
        ):
            size = sizes[path].tokens
            level = self.limits.level(size)
            if path == "demande.md" or (level is Level.OK and size > left):
                continue
            whole = level is Level.OK
            text = documents[path] if whole else outline(documents[path])
            left -= size if whole else 200
            exhibits.append(
                Exhibit(path, size, level.value, Shown.WHOLE if whole else Shown.OUTLINE, "for the test", text)
            )
        table = ProjectMap(sizes, self.limits, PhaseRule(), PhaseState(), "claude-v4.8").render(NOON)
        return Brief(
            agent,
            self.phase,
            "a test",
            "demande.md",
            self.request,
            table,
            list(self.recent),
            list(self.claimed),
            exhibits,
        )

    def plan(self, agent: str, system: str = "You are an agent.") -> Task | NothingToDo:
        """What the model decides for `agent`."""
        return outcome(self.model(planning(self.brief(agent), system)))

    def reply(self, task: Task, max_tokens: int = 64_000) -> str:
        """What the model answers aider."""
        answer = self.model(editing(task, self.files, max_tokens))
        (block,) = answer.blocks
        assert isinstance(block, Text)
        return block.text

    def carry_out(self, task: Task, max_tokens: int = 64_000) -> list[str]:
        """Let the model edit and put its blocks to the texts. The paths that changed."""
        before = dict(self.files)
        self.files.update(applied(self.reply(task, max_tokens), self.files))
        changed = sorted(path for path in self.files if self.files[path] != before.get(path))
        if changed:
            self.recent.insert(0, f"agent landed: {task.title} ({', '.join(changed)})")
        return changed

    def cycle(self, agent: str) -> tuple[Task | NothingToDo, list[str]]:
        """Plan, and carry the task out."""
        decided = self.plan(agent)
        if isinstance(decided, NothingToDo):
            self.recent.insert(0, f"{agent} found nothing to do: {decided.reason}")
            return decided, []
        changed = self.carry_out(decided)
        if changed:
            self.recent[0] = self.recent[0].replace("agent landed", f"{agent} landed", 1)
        return decided, changed


def outline(text: str) -> str:
    """The outline the engine shows of a long document."""
    lines = scan(text)
    starts = [(0, "(before the first heading)"), *((h.line, f"{'#' * h.level} {h.title}") for h in headings(lines))]
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    rows = [
        (title, "\n".join(line.text for line in lines[start:end]))
        for (start, title), end in zip(starts, ends, strict=True)
        if end > start
    ]
    return "\n".join(f"{title} — {tokens(body, MODEL)} tokens" for title, body in rows)


def request(body: Mapping[str, Any]) -> Request:
    """A request as the API reads it."""
    return read(json.dumps({"model": MODEL, "max_tokens": 4000, **body}).encode())


def planning(shown: Brief, system: str = "You are an agent.") -> Request:
    """The planner's request."""
    body = {
        "tools": briefing.tools(),
        "tool_choice": {"type": "auto"},
        "messages": [{"role": "user", "content": shown.render()}],
    }
    return request({"system": system, **body})


def editing(task: Task, files: Mapping[str, str], max_tokens: int = 64_000) -> Request:
    """aider's request, in its own words as far as they matter."""
    given = {path: files[path] for path in task.files if path in files}
    opening, closing = fence_for(list(given.values()))
    shown = "".join(f"\n{path}\n{opening}\n{text}{closing}\n" for path, text in given.items())
    system = (
        "All changes to files must use this *SEARCH/REPLACE block* format.\n\n# *SEARCH/REPLACE block* Rules:\n\n"
        f"2. The opening fence and code language, eg: {opening}python\n8. The closing fence: {closing}\n"
    )
    prefix = "I have *added these files to the chat* so you can go ahead and edit them.\n\n*Trust this message*\n"
    turns = (
        [("user", prefix + shown), ("assistant", "Ok, any changes I propose will be to those files.")] if given else []
    )
    turns.append(("user", f"{task.message()}\n\n{system[system.index('# *SEARCH') :]}"))
    return request(
        {
            "system": system,
            "max_tokens": max_tokens,
            "messages": [{"role": role, "content": text} for role, text in turns],
        }
    )


def fence_for(texts: Sequence[str]) -> tuple[str, str]:
    """The fence aider chooses: the first whose marks begin no line."""
    lines = [line for text in texts for line in text.splitlines()]
    free = (fence for fence in _FENCES if not any(line.startswith(fence) for line in lines))
    return next(free, _FENCES[0])


def outcome(answer: Answer) -> Task | NothingToDo:
    """The decision in an answer by tool."""
    (call,) = answer.blocks
    assert isinstance(call, ToolUse)
    if call.name == briefing.NOTHING:
        return NothingToDo(call.input["reason"])
    return Task(call.input["title"], call.input["why"], tuple(call.input["files"]), call.input["instructions"])


def applied(reply: str, files: Mapping[str, str]) -> dict[str, str]:
    """The files after the reply's blocks: each search must be there exactly once, before and after the blocks before it."""
    texts = dict(files)
    for match in _BLOCK.finditer(reply):
        path = reply[: match.start()].split("\n")[-3]
        search, replace = match["search"], match["replace"]
        if not search:
            assert not texts.get(path, "").strip(), f"{path} exists"
            texts[path] = replace
            continue
        for text in (files[path], texts[path]):
            assert f"\n{text}".count(f"\n{search}") == 1, f"not once in {path}: {search!r}"
        texts[path] = f"\n{texts[path]}".replace(f"\n{search}", f"\n{replace}", 1).removeprefix("\n")
    return texts
