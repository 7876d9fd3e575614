"""What a team costs: a cycle against aider's own program, and what the editor feels of it. The model answers at once."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.corpus import document
from bench.editor import ASKING, KIN, Editor, editing, keystrokes, requests
from bench.place import Place
from bench.row import Row, median, percentile

RUNS = 3
CYCLES = 40
KEYSTROKES = 600
PAUSE = 0.008
"""Seconds between keystrokes: a run takes about as long as a worker takes to start."""
ANSWER = 0.5
"""Seconds the model takes where it is not what is measured: quicker than any real one."""
AGENTS = ("ann", "bob", "cat", "dan")


def cycle(place: Place) -> list[Row]:
    """A warm cycle, plan and edit and landing, the model's time included, against aider's program with the same model."""
    ours, peer = [], []
    with instant(place) as environment:
        for run in range(RUNS):
            folder = team_folder(place, f"cycle {run}", AGENTS[:1])
            ours.append(place.seconds("cycle", str(folder), str(CYCLES), environment=environment))
            peer.append(_aider(place, environment))
    mine, aider = median(ours), median(peer)
    return [
        Row(
            f"a warm cycle, median of {CYCLES}", "aider --message, same model", "s", mine, aider, aider / mine, at_least=30
        )
    ]  # fmt: skip


def typing(place: Place) -> list[Row]:
    """A keystroke's p95 while a worker starts, and while four agents work, against the same server before that."""
    text = document(50_000)
    times: dict[str, list[float]] = {"idle": [], "warming": [], "working": []}
    with instant(place, ANSWER) as environment:
        for run in range(RUNS):
            folder = team_folder(place, f"typing {run}", AGENTS)
            with editing(KIN, folder, {**place.environment, **environment}) as editor:
                uri = (folder / "typed.md").as_uri()
                editor.open(uri, text)
                keys = Keys(editor, uri, text)
                times["idle"].append(keys.p95())
                editor.send_command("startTeam", {"team": "four", "landing": "auto"})
                times["warming"].append(keys.p95())
                editor.until("kinos/status", lambda params: sum(a["cycles"] for a in params["agents"]) >= len(AGENTS))
                times["working"].append(keys.p95())
    idle, warming, working = (median(times[name]) for name in ("idle", "warming", "working"))
    return [
        Row("keystroke p95 while a worker warms up", "idle", "ms", warming, idle, warming / idle, at_most=1.5),
        Row("keystroke p95 while 4 agents run", "idle", "ms", working, idle, working / idle, at_most=1.5),
    ]


def asking(place: Place) -> list[Row]:
    """A request's p95 while a worker starts, and while four agents work, against the same server before that."""
    text = document(50_000)
    times: dict[str, list[float]] = {"idle": [], "warming": [], "working": []}
    with instant(place, ANSWER) as environment:
        for run in range(RUNS):
            folder = team_folder(place, f"asking {run}", AGENTS)
            with editing(KIN, folder, {**place.environment, **environment}, ASKING) as editor:
                uri = (folder / "asked.md").as_uri()
                editor.open(uri, text)

                def p95(editor: Editor = editor, uri: str = uri) -> float:
                    return percentile(requests(editor, uri, text, KEYSTROKES, PAUSE), 0.95)

                times["idle"].append(p95())
                editor.send_command("startTeam", {"team": "four", "landing": "auto"})
                times["warming"].append(p95())
                editor.until("kinos/status", lambda params: sum(a["cycles"] for a in params["agents"]) >= len(AGENTS))
                times["working"].append(p95())
    idle, warming, working = (median(times[name]) for name in ("idle", "warming", "working"))
    return [
        Row("request p95 while a worker warms up", "idle", "ms", warming, idle, warming / idle, at_most=2),
        Row("request p95 while 4 agents run", "idle", "ms", working, idle, working / idle, at_most=2),
    ]


class Keys:
    """Typing into one document, run after run."""

    def __init__(self, editor: Editor, uri: str, text: str) -> None:
        self._editor = editor
        self._uri = uri
        self._text = text
        self._version = 1

    def p95(self) -> float:
        """Milliseconds."""
        times = keystrokes(self._editor, self._uri, self._text, KEYSTROKES, PAUSE, self._version)
        self._version += KEYSTROKES
        return percentile(times, 0.95)


def stop(place: Place) -> list[Row]:
    """From the command to its answer, four agents at work and both cores busy with something else."""
    times = []
    with instant(place, ANSWER) as environment:
        for run in range(RUNS):
            folder = team_folder(place, f"stop {run}", AGENTS)
            with editing(KIN, folder, {**place.environment, **environment}) as editor, busy(2):
                editor.command("startTeam", {"team": "four", "landing": "auto"})
                editor.until("kinos/status", lambda params: any(a["state"] == "editing" for a in params["agents"]))
                began = time.perf_counter()
                assert editor.command("stopTeam", {})["stopped"]
                times.append(time.perf_counter() - began)
    slowest = max(times)
    return [Row(f"stop under load, the slowest of {RUNS}", "a second", "s", slowest, 1.0, slowest, at_most=1)]


def memory(place: Place) -> list[Row]:
    """The server's own resident memory while four agents work, against before; its worker and counter are other processes."""
    idle, running = [], []
    with instant(place, ANSWER) as environment:
        for run in range(RUNS):
            folder = team_folder(place, f"memory {run}", AGENTS)
            with editing(KIN, folder, {**place.environment, **environment}) as editor:
                editor.until("kinos/status", lambda params: params["documents"]["count"] >= len(AGENTS))
                idle.append(resident(editor.pid))
                editor.command("startTeam", {"team": "four", "landing": "auto"})
                editor.until("kinos/status", lambda params: sum(a["landed"] for a in params["agents"]) >= 20)
                running.append(resident(editor.pid))
    before, while_ = median(idle), median(running)
    return [Row("server memory with a team of 4", "idle", "MB", while_, before, while_ / before, at_most=1.3)]


def resident(pid: int) -> float:
    """Megabytes of resident memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def team_folder(place: Place, name: str, agents: Sequence[str]) -> Path:
    """A workspace whose own team adds lines to a document each, without a pause."""
    folder = place.folder / name
    for sub in ("teams", "prompts"):
        (folder / ".kinos" / sub).mkdir(parents=True)
    entries = "".join(f'[[agents]]\nname = "{agent}"\n' for agent in agents)
    team = {1: "one", 4: "four"}[len(agents)]
    (folder / ".kinos" / "teams" / f"{team}.toml").write_text(f'summary = "measures"\n{entries}', encoding="utf-8")
    for agent in agents:
        prompt = f'+++\nrole = "adds lines"\npace = 0\n+++\nYou add lines to `{agent}.md`.\n'
        (folder / ".kinos" / "prompts" / f"{agent}.md").write_text(prompt, encoding="utf-8")
        (folder / f"{agent}.md").write_text(f"# {agent}\n", encoding="utf-8")
    return folder


@contextmanager
def instant(place: Place, seconds: float = 0.0) -> Iterator[Mapping[str, str]]:
    """The model that answers at once; how a program finds it, on a day on which nothing has been spent."""
    command = [sys.executable, "-m", "bench.instant", str(seconds)]
    with subprocess.Popen(
        command, env=place.environment, cwd=place.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        yield {
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_BASE": url,
            "ANTHROPIC_API_KEY": "key",
            "KINOS_TEAM": "four",
            "XDG_STATE_HOME": tempfile.mkdtemp(dir=place.folder),
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        process.communicate()


@contextmanager
def busy(cores: int) -> Iterator[None]:
    """Somebody else's work on so many cores."""
    with ExitStack() as stack:
        for _ in range(cores):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            stack.callback(process.kill)
        yield


def _aider(place: Place, environment: Mapping[str, str]) -> float:
    """Seconds of aider's own program for one edit."""
    folder = place.folder / "aider"
    folder.mkdir(exist_ok=True)
    (folder / "notes.md").write_text("# Notes\n", encoding="utf-8")
    command = [
        sys.executable, "-m", "aider", "--message", "Add a line.", "--model", "anthropic/claude-sonnet-4-5",
        "--edit-format", "diff", "--no-git", "--yes-always", "--no-check-update", "--analytics-disable",
        "--no-show-model-warnings", "--no-show-release-notes", "--map-tokens", "0", "notes.md",
    ]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(
        command, env={**place.environment, **environment}, cwd=folder, check=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    took = time.perf_counter() - began
    assert "Line" in (folder / "notes.md").read_text(encoding="utf-8"), "aider did not make the edit"
    return took
