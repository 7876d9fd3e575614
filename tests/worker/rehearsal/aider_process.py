"""aider 0.86.2 in a process of its own, driven by JSON lines: its imports are slow, and its output and warnings are its own.

As a script it serves; imported, it offers `Aider`, the other end.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

MODEL = "anthropic/claude-sonnet-5-5"


class Aider:
    """A running aider. One request at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def apply(self, files: Mapping[str, str], reply: str) -> dict[str, str]:
        """What aider's own parser and matcher make of `files` when a model answers `reply`."""
        answer = self._ask({"do": "apply", "files": dict(files), "reply": reply})
        return dict(answer["files"])

    def run(
        self, url: str, folder: Path, files: Sequence[str], message: str, max_tokens: int = 64_000
    ) -> dict[str, Any]:
        """A whole run of aider's coder on `folder`: `{"said", "errors", "reflections"}`."""
        request = {
            "url": url,
            "folder": str(folder),
            "files": list(files),
            "message": message,
            "max_tokens": max_tokens,
        }
        return self._ask({"do": "run", **request})

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BaseException:  # the test's time-out: who waits next need not wait as long
            self._process.kill()
            raise
        assert line, "aider ended"
        answer = json.loads(line)
        assert isinstance(answer, dict)
        assert "failed" not in answer, answer["failed"]
        return answer


@contextmanager
def running() -> Iterator[Aider]:
    """aider for the time of the block."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", ""),
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_MODE": "PRODUCTION",
        "ANTHROPIC_API_KEY": "rehearsal",
        "NO_PROXY": "127.0.0.1",
    }
    process = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        encoding="utf-8",
    )
    try:
        yield Aider(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait(30)
        process.stdout.close()


def _applied(request: Mapping[str, Any]) -> dict[str, Any]:
    import tempfile

    from aider.coders.editblock_coder import do_replace, find_original_update_blocks

    files = dict(request["files"])
    with tempfile.TemporaryDirectory() as name:
        for path, text in files.items():
            target = Path(name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        for path, before, after in find_original_update_blocks(request["reply"], ("```", "```"), list(files)):
            target = Path(name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            old = target.read_text(encoding="utf-8") if target.exists() else None
            new = do_replace(str(target), old, before, after, ("```", "```"))
            files[path] = new
            target.write_text(new, encoding="utf-8", newline="")
    return {"files": files}


def _run(request: Mapping[str, Any]) -> dict[str, Any]:
    from aider.coders import Coder
    from aider.io import InputOutput
    from aider.models import Model

    os.environ["ANTHROPIC_API_BASE"] = request["url"]

    class Offline(Model):  # type: ignore[misc]
        def get_model_info(self, model: str) -> dict[str, Any]:
            return {}

    model = Offline(MODEL)
    model.edit_format = "diff"
    model.use_temperature = False
    model.extra_params = {"max_tokens": request["max_tokens"]}
    errors: list[str] = []

    class Quiet(InputOutput):  # type: ignore[misc]
        def tool_error(self, message: str = "", strip: bool = True) -> None:
            errors.append(message)

    class NoSummary:
        def too_big(self, messages: object) -> bool:
            return False

    coder = Coder.create(
        main_model=model,
        edit_format="diff",
        io=Quiet(pretty=False, yes=True, fancy_input=False, line_endings="lf"),
        fnames=[str(Path(request["folder"], path)) for path in request["files"]],
        use_git=False,
        auto_commits=False,
        map_tokens=0,
        auto_lint=False,
        suggest_shell_commands=False,
        detect_urls=False,
        summarizer=NoSummary(),  # aider's own asks the model, in a thread that outlives the run
    )
    if len(request["files"]) != 1:
        coder.root = request["folder"]
    coder.max_reflections = 1
    said = coder.run(with_message=request["message"], preproc=False)
    return {"said": said, "errors": errors, "reflections": coder.num_reflections}


def _serve() -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    stream, sys.stdin = sys.stdin, open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123
    # litellm leaves streams half read. Collected while httpcore holds its lock, they make it wait for itself for ever.
    gc.disable()
    for line in stream:
        gc.collect()
        request = json.loads(line)
        try:
            answer = _run(request) if request["do"] == "run" else _applied(request)
        except ValueError as error:
            answer = {"failed": str(error)}
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    _serve()
