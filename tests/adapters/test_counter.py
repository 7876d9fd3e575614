"""The counter process, spoken to as its client does."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

import kinos
from kinos.adapters.counter import Changes, Service, frame
from kinos.adapters.folder import Folder
from kinos.adapters.frame import frames
from kinos.domain.count import Terms
from kinos.domain.size import Counted
from kinos.tokens.counter import counter_for
from kinos.tokens.section import bulk

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(kinos.__file__).parents[1])}


def served(body: bytes) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    Service(sent.append, lambda changes: None).serve(body)
    return sent


def answers(request: Any) -> list[dict[str, Any]]:
    return served(json.dumps(request).encode())


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, *(command or ("-m", "kinos.adapters.counter"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def ask(child: subprocess.Popen[bytes], request: dict[str, Any]) -> None:
    assert child.stdin is not None
    child.stdin.write(frame(request))
    child.stdin.flush()


def hear(child: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert child.stdout is not None
    return dict(json.loads(next(frames(child.stdout))))  # type: ignore[arg-type]


def folder(root: Path) -> dict[str, Any]:
    return Folder(root).wire(Terms("claude-v4.8", Counted.EXACT, 1000))


def look(root: Path, what: object) -> dict[str, Any]:
    return {"id": 7, "folder": folder(root), "look": what}


def test_documents_are_told_with_their_size_or_why_they_have_none(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("hello, world")
    (tmp_path / "b.md").write_bytes(b"\xff")
    [answer, done] = answers(look(tmp_path, "all"))
    assert sorted(answer["seen"]) == [
        ["b.md", None, "", "not UTF-8 text (byte 0): save it as UTF-8"],
        ["docs/a.md", 4, "exact", ""],
    ]
    assert done == {"id": 7, "done": True}


def test_paths_are_told_as_they_are_now_also_when_they_are_gone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("hello, world")
    assert answers(look(tmp_path, ["a.md", "gone.md"])) == [
        {"id": 7, "seen": [["gone.md", None, "", ""], ["a.md", 4, "exact", ""]]},
        {"id": 7, "done": True},
    ]


def test_no_paths_are_done_at_once(tmp_path: Path) -> None:
    assert answers(look(tmp_path, [])) == [{"id": 7, "done": True}]


def test_a_second_look_tells_what_is_new(tmp_path: Path) -> None:
    sent: list[dict[str, Any]] = []
    service = Service(sent.append, lambda changes: None)
    (tmp_path / "a.md").write_text("hello, world")
    for _ in range(2):
        service.serve(json.dumps(look(tmp_path, "all")).encode())
    assert [len(answer.get("seen", ())) for answer in sent] == [1, 0, 0]


def test_what_a_watch_finds_is_told_with_its_note_until_it_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("hello, world")
    sent: list[dict[str, Any]] = []
    found: SimpleQueue[Changes] = SimpleQueue()
    service = Service(sent.append, found.put)
    service.serve(json.dumps(look(tmp_path, "changes")).encode())
    number, scan, _, _ = found.get(timeout=60)
    service.tell((number, scan, None, "look"))
    assert sent == [{"id": 7, "note": "look"}, {"id": 7, "seen": [["a.md", 4, "exact", ""]]}]
    (tmp_path / "b.md").write_text("hello, world")
    service.serve(b'{"id": 8, "stop": 7}')
    service.serve(b'{"id": 9, "stop": 7}')
    service.tell((number, scan, {"b.md"}, ""))
    assert len(sent) == 2


def test_a_look_on_other_terms_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("hello, world")
    sent: list[dict[str, Any]] = []
    service = Service(sent.append, lambda changes: None)
    plain = look(tmp_path, "all")
    without = plain | {"folder": plain["folder"] | {"exclude": ["a.md"]}}
    for request in (plain, without, plain):
        service.serve(json.dumps(request).encode())
    assert [len(answer["seen"]) for answer in sent if "seen" in answer] == [1, 1]


def test_a_text_is_counted() -> None:
    text = "# Café\ud83d\n"
    tokens = counter_for("claude-v3").count(text).tokens
    assert answers({"id": "x", "tokenizer": "claude-v3", "text": text}) == [
        {"id": "x", "tokens": tokens, "counted": "exact"}
    ]


def test_a_tokenizer_there_is_not_is_an_answer() -> None:
    [answer] = answers({"id": 1, "tokenizer": "gpt2", "text": "a"})
    assert answer["done"] is True
    assert "no tokenizer 'gpt2'" in answer["error"]


@pytest.mark.parametrize(
    "request_",
    [
        *({}, [], None, 5, {"id": 3, "tokenizer": "claude-v4.8"}, {"id": 3, "text": "a", "tokenizer": []}),
        *({"id": 3, "folder": {}, "look": "all"}, {"id": 3, "folder": folder(Path("/")), "look": "nothing"}),
        {"id": 3, "folder": {**folder(Path("/")), "bounds": {"more": 1}}, "look": []},
    ],
)
def test_what_is_no_request_is_an_answer(request_: Any) -> None:
    [answer] = answers(request_)
    assert answer["done"] is True
    assert answer["error"].startswith(("not a request to the counter", "There is no tokenizer"))


def test_what_is_no_json_is_an_answer() -> None:
    [answer] = served(b"{")
    assert answer["id"] is None


def test_frames_follow_each_other_and_a_broken_one_ends_them() -> None:
    stream = frame({"id": 1}) + frame({"name": "\udcff"}) + frame({"id": 3})[:-1]
    assert [json.loads(body) for body in frames(io.BytesIO(stream))] == [{"id": 1}, {"name": "\udcff"}]


def test_a_length_no_frame_has_is_refused() -> None:
    with pytest.raises(ValueError, match="4294967295 bytes"):
        list(frames(io.BytesIO(b"\xff\xff\xff\xffx")))


def test_the_process_answers_in_order_over_its_pipes(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("hello, world")
    with running() as child:
        ask(child, {"id": 1, "tokenizer": "claude-v4.8", "text": "hello, world"})
        ask(child, look(tmp_path, "all"))
        assert hear(child) == {"id": 1, "tokens": 4, "counted": "exact"}
        assert hear(child)["seen"] == [["a.md", 4, "exact", ""]]
        assert hear(child) == {"id": 7, "done": True}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
def test_a_name_that_is_not_utf8_goes_there_and_back(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    (tmp_path / name).write_text("a")
    with running() as child:
        ask(child, look(tmp_path, [name]))
        assert hear(child)["seen"][0][:2] == [name, 1]


def test_the_process_ends_with_its_stdin() -> None:
    with running() as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(20) == 0


def test_the_process_ends_with_its_stdin_in_the_middle_of_a_long_count() -> None:
    # A line nowhere to be cut: minutes of work.
    with running() as child:
        ask(child, {"id": 1, "tokenizer": "claude-v4.8", "text": "ab1" * 10_000_000})
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(20) == 0


def test_the_process_ends_when_nobody_listens() -> None:
    with running() as child:
        assert child.stdout is not None
        child.stdout.close()
        ask(child, {"id": 1, "tokenizer": "claude-v4.8", "text": "a"})
        assert child.wait(20) == 0


def test_a_length_no_frame_has_ends_the_process_with_a_line_in_the_log() -> None:
    with running() as child:
        _, log = child.communicate(b"\xff\xff\xff\xff", timeout=20)
        assert child.returncode == 1
        assert b"a frame of 4294967295 bytes" in log


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to one process")
def test_an_interrupt_from_the_terminal_is_left_to_the_parent() -> None:
    with running() as child:
        ask(child, {"id": 1, "tokenizer": "claude-v4.8", "text": "a"})
        hear(child)
        child.send_signal(signal.SIGINT)
        ask(child, {"id": 2, "tokenizer": "claude-v4.8", "text": "a"})
        assert hear(child)["id"] == 2


def test_a_stray_print_is_no_frame() -> None:
    code = (
        "import kinos.adapters.counter as p; serve = p.Service.serve\n"
        "def loud(body, send): print('stray', flush=True); serve(body, send)\n"
        "p.serve = loud; p.main()"
    )
    with running("-c", code) as child:
        ask(child, {"id": 1, "tokenizer": "claude-v4.8", "text": "a"})
        assert hear(child)["tokens"] == 1


def test_where_a_text_is_too_large_is_told_by_line() -> None:
    text = "# A\n\none two\n\n# B\n\none\n"
    (found,) = answers({"id": 4, "tokenizer": "claude-v4.8", "bulk": text, "limit": 5})
    made = bulk(text, counter_for("claude-v4.8"), 5)
    assert json.loads(json.dumps(found)) == {
        "id": 4,
        "crossing": made.crossing,
        "sections": [[place.line, place.title, place.tokens] for place in made.sections],
    }
    assert made.crossing is not None


def test_what_is_not_wanted_any_more_is_neither_begun_nor_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Hello there.\n", encoding="utf-8")
    sent: list[dict[str, Any]] = []
    service = Service(sent.append, lambda changes: None)
    service.stop(7)
    service.serve(json.dumps({"id": 7, "tokenizer": "claude-v4.8", "text": "never counted"}).encode())
    assert sent == []
    service.serve(json.dumps({"id": 8, "tokenizer": "claude-v4.8", "text": "counted"}).encode())
    assert [answer["id"] for answer in sent] == [8]
