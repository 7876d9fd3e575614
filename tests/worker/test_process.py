import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import kinos
from kinos.domain.brief import NOTHING
from kinos.domain.errors import FailureKind
from kinos.domain.message import Edited, Failed, Granted, Planned, Ready, encode
from process_tree import alive, descendants
from worker.chat import ollama, openai
from worker.process import Talk, Worker, edit_call, gone, plan_call, worker
from worker.scripted import Answer, ScriptedApi, says, stalls, uses

DONE = uses(NOTHING, {"reason": "All is well."})


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Worker]:
    """A worker of this test's own, to be ended by it."""
    with worker(tmp_path) as started:
        yield started


def under_way(asked: Worker, api: ScriptedApi, calls: int = 1) -> list[Talk]:
    """Calls that wait for the model, their reservation granted."""
    api.answers = [stalls() for _ in range(calls)]
    talks = [asked.call(plan_call(api.url)) for _ in range(calls)]
    for talk in talks:
        talk.hear()
    api.wait_for(requests=calls)
    return talks


def held(pid: int, kind: str) -> set[str]:
    """The sockets or pipes that the process has open."""
    links = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    return {link for link in links if link.startswith(f"{kind}:")}


@pytest.mark.agents
def test_a_ready_worker_says_its_versions(running: Worker) -> None:
    assert isinstance(running.first, Ready)
    assert running.first.versions["aider-chat"] == "0.86.2"
    assert running.first.versions["anthropic"].startswith("2.")


@pytest.mark.agents
def test_nothing_is_imported_after_the_fork(running: Worker, api: ScriptedApi, folder: Path) -> None:
    before = running.log.stat().st_size
    api.answers = [DONE, says("notes.md\n```\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n```\n")]
    assert isinstance(running.call(plan_call(api.url)).result(), Planned)
    assert isinstance(running.call(edit_call(api.url, folder, ("notes.md",))).result(), Edited)
    logged = running.log.read_bytes()
    assert b"import time:" in logged[:before]  # or the test could not see one
    assert b"import time:" not in logged[before:]


@pytest.mark.agents
@pytest.mark.parametrize(
    ("model", "answer"),
    [
        ("openai/m", openai(calls=[(NOTHING, '{"reason": "x"}')])),
        ("ollama/m", ollama(calls=[(NOTHING, {"reason": "x"})])),
    ],
)
def test_nothing_is_imported_for_other_providers_either(
    running: Worker, api: ScriptedApi, model: str, answer: Answer
) -> None:
    before = running.log.stat().st_size
    api.answers = [answer]
    assert isinstance(running.call(plan_call(api.url, model=model)).result(), Planned)
    assert b"import time:" not in running.log.read_bytes()[before:]


@pytest.mark.agents
def test_the_fork_server_has_no_thread(running: Worker) -> None:
    assert len(list(Path(f"/proc/{running.process.pid}/task").iterdir())) == 1


@pytest.mark.agents
def test_the_worker_reads_nothing_and_prints_to_the_log(running: Worker) -> None:
    streams = [Path(f"/proc/{running.process.pid}/fd/{fd}").readlink() for fd in range(3)]
    assert streams == [Path("/dev/null"), running.log, running.log]


@pytest.mark.agents
def test_a_call_has_its_own_stream_only(running: Worker, api: ScriptedApi) -> None:
    first, second = under_way(running, api, calls=2)
    one, other = running.children()
    assert not held(one, "socket") & held(other, "socket")
    assert not (held(one, "socket") | held(other, "socket")) & held(running.process.pid, "socket")
    assert held(one, "pipe"), "the one by which the server knows that it lives"
    assert not held(one, "pipe") & held(other, "pipe")
    first.stream.close()
    second.stream.close()
    assert gone({one, other})


@pytest.mark.agents
def test_a_call_ends_with_its_stream_and_the_others_go_on(running: Worker, api: ScriptedApi) -> None:
    (dropped,) = under_way(running, api)
    children = running.children()
    dropped.stream.close()
    assert gone(children)
    api.answers = [DONE]
    assert isinstance(running.call(plan_call(api.url)).result(), Planned)


@pytest.mark.agents
def test_a_call_that_dies_ends_its_stream_without_an_answer_and_the_others_go_on(
    running: Worker, api: ScriptedApi
) -> None:
    (doomed,) = under_way(running, api)
    (child,) = running.children()
    os.kill(child, signal.SIGKILL)
    assert doomed.hear() is None
    assert gone({child})
    assert running.children() == set()
    api.answers = [DONE]
    assert isinstance(running.call(plan_call(api.url)).result(), Planned)


@pytest.mark.agents
@pytest.mark.parametrize(
    ("frame", "said"),
    [(b"\x00\x00\x00\x02{}", "the stream of the call broke"), (encode(Granted(1)), "TypeError: Granted is no call")],
)
def test_a_call_that_is_no_call_ends_and_the_others_go_on(
    running: Worker, api: ScriptedApi, frame: bytes, said: str
) -> None:
    before = running.log.stat().st_size
    ours, theirs = socket.socketpair()
    with ours, theirs:
        socket.send_fds(running.control, [b"call"], [theirs.fileno()])
        theirs.close()
        ours.sendall(frame)
        ours.settimeout(10)
        assert ours.recv(1) == b""
    assert said in running.log.read_bytes()[before:].decode()
    running.control.send(b"no descriptor")
    api.answers = [DONE]
    assert isinstance(running.call(plan_call(api.url)).result(), Planned)


@pytest.mark.agents
def test_a_call_works_over_a_stream_that_does_not_block(running: Worker, api: ScriptedApi) -> None:
    api.answers = [DONE]
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    with theirs:
        socket.send_fds(running.control, [b"call"], [theirs.fileno()])
    ours.settimeout(10)
    ours.sendall(encode(plan_call(api.url)))
    assert isinstance(Talk(ours).result(), Planned)


@pytest.mark.agents
def test_ctrl_c_is_left_to_the_engine(running: Worker, api: ScriptedApi) -> None:
    pressed = threading.Event()
    api.answers = [Answer(body=DONE.body, after=pressed), DONE]
    talk = running.call(plan_call(api.url))
    talk.hear()
    api.wait_for(requests=1)
    for pid in [running.process.pid, *descendants(running.process.pid)]:
        os.kill(pid, signal.SIGINT)
    pressed.set()
    assert isinstance(talk.result(), Planned)
    assert isinstance(running.call(plan_call(api.url)).result(), Planned)


@pytest.mark.agents
def test_everything_ends_with_the_control_socket(own: Worker, api: ScriptedApi) -> None:
    talks = under_way(own, api, calls=2)
    everyone = [own.process.pid, *descendants(own.process.pid)]
    assert len(everyone) == 3
    assert own.end() == 0
    assert alive(everyone) == []
    assert [talk.hear() for talk in talks] == [None, None]
    assert not own.folder.exists()
    assert own.person.exists()


@pytest.mark.agents
def test_no_call_outlives_a_worker_that_is_killed(own: Worker, api: ScriptedApi) -> None:
    (talk,) = under_way(own, api)
    children = own.children()
    own.process.kill()
    assert gone(children)
    assert talk.hear() is None


def test_a_missing_package_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['anthropic'] = None\n")
    path = os.pathsep.join([str(tmp_path), str(Path(kinos.__file__).parents[1])])
    with worker(tmp_path, PYTHONPATH=path) as started:
        assert isinstance(started.first, Failed)
        assert started.first.failure is FailureKind.WORKER
        assert "anthropic" in started.first.message
        assert f'{sys.executable} -m pip install "kinos[agents]"' in started.first.remedy
        assert started.process.wait(60) == 3
    assert not started.folder.exists()


def test_the_end_of_a_call_takes_what_is_below_it_along() -> None:
    code = (
        "import subprocess; from kinos.worker.main import _end_group, _own_group; _own_group(0); "
        "print(subprocess.Popen(['sleep', '60']).pid, flush=True); _end_group('a test')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert gone({int(ended.stdout)})
