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
from typing import Any

import pytest

import kinos
from kinos.tokens import process
from kinos.tokens.counter import counter_for
from kinos.tokens.process import frame, frames, serve

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(kinos.__file__).parents[1])}


def answers(request: Any) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    serve(json.dumps(request).encode(), sent.append)
    return sent


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, *(command or ("-m", "kinos.tokens.process"))],
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


def files(root: Path, *paths: str, **more: Any) -> dict[str, Any]:
    return {"id": 7, "tokenizer": "claude-v4.8", "root": str(root), "paths": list(paths), "maxBytes": 1000, **more}


def test_files_are_counted_and_refused_each_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "BATCH_SECONDS", 60.0)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("hello, world")
    (tmp_path / "b.md").write_bytes(b"\xff")
    about = (tmp_path / "docs" / "a.md").stat()
    digest = "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b"
    assert answers(files(tmp_path, "docs/a.md", "b.md", "gone.md")) == [
        {
            "id": 7,
            "sizes": [["docs/a.md", 4, "exact", digest, about.st_mtime_ns, 12]],
            "errors": [
                ["b.md", "not UTF-8 text (byte 0): save it as UTF-8"],
                ["gone.md", "it is not there any more"],
            ],
        },
        {"id": 7, "done": True},
    ]


def test_results_come_while_others_are_still_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "BATCH_SECONDS", -1.0)
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(name)
    first, second, done = answers(files(tmp_path, "a.md", "b.md"))
    assert [[size[0] for size in answer["sizes"]] for answer in (first, second)] == [["a.md"], ["b.md"]]
    assert done == {"id": 7, "done": True}


def test_no_files_are_done_at_once(tmp_path: Path) -> None:
    assert answers(files(tmp_path)) == [{"id": 7, "done": True}]


def test_a_text_is_counted() -> None:
    text = "# Café\ud83d\n"
    tokens = counter_for("claude-v3").count(text).tokens
    assert answers({"id": "x", "tokenizer": "claude-v3", "text": text}) == [
        {"id": "x", "tokens": tokens, "counted": "exact"}
    ]


def test_sizes_stand_as_the_request_says() -> None:
    [answer] = answers({"id": 1, "tokenizer": "claude-v4.8", "text": "a", "counted": "unconfirmed"})
    assert answer == {"id": 1, "tokens": 1, "counted": "unconfirmed"}


def test_a_tokenizer_there_is_not_is_an_answer() -> None:
    [answer] = answers({"id": 1, "tokenizer": "gpt2", "text": "a"})
    assert answer["done"] is True
    assert "no tokenizer 'gpt2'" in answer["error"]


@pytest.mark.parametrize(
    "request_", [{}, [], None, 5, {"id": 3, "tokenizer": "claude-v4.8"}, {"id": 3, "tokenizer": []}]
)
def test_what_is_no_request_is_an_answer(request_: Any) -> None:
    [answer] = answers(request_)
    assert answer["done"] is True
    assert answer["error"].startswith(("not a request to the counter", "There is no tokenizer"))


def test_what_is_no_json_is_an_answer() -> None:
    sent: list[dict[str, Any]] = []
    serve(b"{", sent.append)
    assert sent[0]["id"] is None


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
        ask(child, files(tmp_path, "a.md"))
        assert hear(child) == {"id": 1, "tokens": 4, "counted": "exact"}
        assert hear(child)["sizes"][0][:3] == ["a.md", 4, "exact"]
        assert hear(child) == {"id": 7, "done": True}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
def test_a_name_that_is_not_utf8_goes_there_and_back(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    (tmp_path / name).write_text("a")
    with running() as child:
        ask(child, files(tmp_path, name))
        assert hear(child)["sizes"][0][:2] == [name, 1]


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
        "import kinos.tokens.process as p; serve = p.serve\n"
        "def loud(body, send): print('stray', flush=True); serve(body, send)\n"
        "p.serve = loud; p.main()"
    )
    with running("-c", code) as child:
        ask(child, {"id": 1, "tokenizer": "claude-v4.8", "text": "a"})
        assert hear(child)["tokens"] == 1
