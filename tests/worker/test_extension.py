"""The code of an agent in Python, in a worker: what it is handed, what it may answer, and how its faults are told."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Code, Endpoint, Message, PlanCall, Planned, Read, Retry, Text
from kinos.domain.task import Edits, NothingToDo, Task
from kinos.worker.deadline import Deadline, OverdueError
from kinos.worker.extension import run
from kinos.worker.gate import Gate
from kinos.worker.source import Source

LATE = "late.md"
FILES = {"a.md": Text("one\n"), "no.md": Text(None, "it is a secret")}
CODE = """
from kinos.extension import Edits, NothingToDo, RefusedError, Task

class Own:
    def list_files(self, context):
        return {files}

    def build_prompt(self, context):
        return {prompt}

    def run(self, context):
        {body}
"""

type Write = Callable[..., Planned]


class Line:
    """An engine that has `FILES`, and is asked for what is in `read`; the time is over in the middle of asking for `LATE`."""

    def __init__(self, deadline: Deadline, read: list[str]) -> None:
        self.read = read
        self._deadline = deadline

    def send(self, message: Message) -> None:
        assert isinstance(message, Read)
        if message.path == LATE:
            self._deadline._ring(0, None)
        self.read.append(message.path)

    def receive(self) -> Message:
        return FILES.get(self.read[-1], Text(None))


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Run an agent whose method `run` has this body, and whose others return `files` and `prompt`."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def written(
        body: str, files: str = '["a.md", "new.md"]', entry: str = "", prompt: str = 'context.prompt + "!"',
        read: list[str] | None = None,
    ) -> Planned:  # fmt: skip
        name = f"own_{tmp_path.name}".replace("-", "_")
        sys.modules.pop(name, None)
        (tmp_path / f"{name}.py").write_text(CODE.format(files=files, body=body, prompt=prompt), encoding="utf-8")
        code = Code(entry or f"{name}:Own", str(tmp_path), "You are Own.", "EXPANSION", "Write.", {"a.md": 1})
        endpoint, retry = Endpoint("key", "http://127.0.0.1:9"), Retry(1, 0.0, ())
        call = PlanCall("own", "claude-sonnet-5-5", 100, None, endpoint, retry, 60, 60, "", "the brief", code=code)
        source = Source(call.model, endpoint)
        deadline = Deadline(60)
        return run(call, code, Gate(Line(deadline, [] if read is None else read), source, retry, deadline))

    return written


def test_it_is_handed_the_files_it_named_and_what_the_agent_knows(own: Write) -> None:
    told = "context.agent, context.phase, context.request, context.brief, context.documents, context.files"
    body = f"return NothingToDo(repr(({told})))"
    assert own(body).outcome == NothingToDo(
        "('own', 'EXPANSION', 'Write.', 'the brief', {'a.md': 1}, {'a.md': 'one\\n', 'new.md': None})"
    )


def test_it_answers_with_a_task_or_with_finished_texts(own: Write) -> None:
    assert own("return Task('t', 'w', ('a.md',), 'do')").outcome == Task("t", "w", ("a.md",), "do")
    made = own("return Edits('t', 'w', {'./a.md': context.files['a.md'] + 'two', 'gone.md': None})").outcome
    assert made == Edits("t", "w", {"a.md": "one\ntwo", "gone.md": None})


def test_the_sources_of_its_task_are_kept(own: Write) -> None:
    made = own("return Task('t', 'w', ('a.md',), 'do', ('Tides — https://example.org/tides',))").outcome
    assert isinstance(made, Task)
    assert made.sources == ("Tides — https://example.org/tides",)


def test_a_file_it_may_not_read_is_refused_where_it_can_be_caught(own: Write) -> None:
    body = """
        try:
            context.read('no.md')
        except RefusedError as error:
            return NothingToDo(str(error))"""
    assert own(body).outcome == NothingToDo("it is a secret")


def test_when_its_time_is_over_what_is_said_to_the_engine_is_whole(own: Write) -> None:
    read = list[str]()
    with pytest.raises(OverdueError):
        own("return NothingToDo('never')", repr(["a.md", LATE, "new.md"]), read=read)
    assert read == ["a.md", LATE]


@pytest.mark.parametrize(
    ("body", "files", "entry", "said"),
    [
        ("raise ValueError('no luck')", "[]", "", "ValueError: no luck."),
        ("raise SystemExit(3)", "[]", "", "SystemExit: 3."),
        ("return 7", "[]", "", "TypeError: run returned int"),
        ("return None", "1 / 0", "", "ZeroDivisionError: "),
        ("return None", "7", "", "TypeError: 'int' object is not iterable"),
        ("return None", "None", "", "TypeError: 'NoneType' object is not iterable"),
        ("return None", "[3]", "", "TypeError: list_files must return paths."),
        ("return None", '["no.md"]', "", "RefusedError: it is a secret."),
        ("return Edits('t', 'w', {})", "[]", "", "edits are of 1 to 8 files"),
        ("return Edits('t', 'w', {'../a.md': ''})", "[]", "", "ProblemError"),
        ("return Edits('t', 'w', {'a.md': 3})", "[]", "", "TypeError: the texts of edits are strings"),
        ("return Task('', 'w', ('a.md',), 'do')", "[]", "", "title is not a text"),
        ("return None", "[]", "nowhere_at_all:Own", "ModuleNotFoundError"),
        ("return None", "[]", "json:Own", "ImportError: there is no json:Own"),
    ],
)
def test_its_faults_are_the_agents_with_its_name_and_no_traceback(
    own: Write, body: str, files: str, entry: str, said: str
) -> None:
    check_fault(said, lambda: own(body, files, entry))


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("open('/nowhere/at/all')", "FileNotFoundError: "),
        ("exit(3)", "SystemExit: 3."),
        ("None", "TypeError: build_prompt returned NoneType, not text."),
        ("context.run", "AttributeError: "),
    ],
)
def test_so_are_those_of_its_prompt(own: Write, prompt: str, said: str) -> None:
    check_fault(said, lambda: own("return NothingToDo('never')", prompt=prompt))


def test_its_prompt_is_what_the_model_is_told(own: Write) -> None:
    assert own("return NothingToDo(context.system)").outcome == NothingToDo("You are Own.!")


def check_fault(said: str, act: Callable[[], object]) -> None:
    with pytest.raises(FaultError) as failed:
        act()
    assert failed.value.kind is FailureKind.EXTENSION
    assert failed.value.message.startswith("own (")
    assert said in failed.value.message
    assert "Traceback" not in str(failed.value)
