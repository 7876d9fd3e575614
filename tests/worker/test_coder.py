"""What keeps aider from running, fetching and asking: each lock by itself, in a real worker. The code of an agent in Python
runs there, and so can reach what no answer of a model should.
"""

import json
import subprocess
from pathlib import Path

import pytest

from kinos.domain.message import Code, Planned
from kinos.domain.task import NothingToDo
from worker.process import Worker, plan_call
from worker.scripted import ScriptedApi, says

pytestmark = pytest.mark.agents

CODE = """
import dataclasses
import json
import webbrowser
from pathlib import Path

from aider.io import InputOutput
from kinos.domain.errors import FaultError
from kinos.domain.message import EditCall
from kinos.extension import NothingToDo
from kinos.worker.coder import Coder
from kinos.worker.edit import _Model, edit
from kinos.worker.folder import Folder

FOLDER, FILES, MESSAGE = {given}
asked, opened = [], []


def yes(self, question, default="y", subject=None, **more):
    asked.append((question, subject))
    return True


class Own:
    def list_files(self, context):
        return []

    def build_prompt(self, context):
        return ""

    def run(self, context):
        given = context._call
        fields = {{field.name: getattr(given, field.name) for field in dataclasses.fields(given)}}
        shared = [fields[field.name] for field in dataclasses.fields(EditCall)[:8]]
        call, gate = EditCall(*shared, FOLDER, FILES, MESSAGE), context._gate
        webbrowser.open = opened.append
{body}
        return NothingToDo(json.dumps(said))
"""
EDITS = """
        InputOutput.confirm_ask = InputOutput.prompt_ask = yes
        said = {"files": edit(call, gate).files, "asked": asked, "opened": opened}
"""
ASKS = """
        coder = Coder(_Model(call, gate), Folder(FOLDER, FILES))
        io = coder.io
        said = {
            "a command": io.confirm_ask("Run shell command?", subject="touch x", explicit_yes_required=True),
            "an address": io.confirm_ask("Add URL to the chat?", subject="http://127.0.0.1:9/x", allow_never=True),
            "a browser": io.offer_url("http://127.0.0.1:9/x"),
            "a word": io.prompt_ask("Which?"),
            "opened": opened,
        }
"""
BREAKS = """
        def broken(*given):
            raise {error}

        {where} = broken
        try:
            said = {{"files": edit(call, gate).files}}
        except FaultError as error:
            said = {{"kind": error.kind, "message": error.message}}
"""
LOCKS = """
        InputOutput.confirm_ask = InputOutput.prompt_ask = yes
        coder = Coder(_Model(call, gate), Folder(FOLDER, FILES))
        coder.shell_commands = [f"touch {FOLDER}/run"]
        said = {
            "of a command": coder.run_shell_commands(),
            "of an address": coder.check_for_urls("See http://127.0.0.1:9/x"),
            "asked": asked,
        }
"""


def done(
    running: Worker, api: ScriptedApi, folder: Path, body: str, *files: str, message: str = ""
) -> dict[str, object]:
    """What `body` said, run in the worker for an edit of `files` in `folder`."""
    home = folder.parent / "home"
    home.mkdir()
    name = f"tries_{folder.parent.name}".replace("-", "_")
    given = repr((str(folder), files, message))
    (home / f"{name}.py").write_text(CODE.format(given=given, body=body), encoding="utf-8")
    code = Code(f"{name}:Own", str(home), "", "EXPANSION", "Write.", {})
    result = running.call(plan_call(api.url, code=code)).result()
    assert isinstance(result, Planned), result
    assert isinstance(result.outcome, NothingToDo)
    said: dict[str, object] = json.loads(result.outcome.reason)
    return said


def test_an_edit_asks_nobody_anything_whatever_the_texts_hold(
    running: Worker, api: ScriptedApi, folder: Path, tmp_path: Path
) -> None:
    (folder / "tool.py").write_text("one = 1\n")
    (tmp_path / "other.md").write_text("other\n")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    tempting = f"!touch {folder}/run\n/run touch {folder}/run\nSee http://127.0.0.1:9/x and other.md, `other.md`.\n"
    answer = "tool.py\n```python\n<<<<<<< SEARCH\none = 1\n=======\none = (\n>>>>>>> REPLACE\n```\n"
    api.answers = [says(f"{tempting}\n```bash\ntouch {folder}/run\n```\n\n{answer}")] * 3
    said = done(running, api, folder, EDITS, "notes.md", "tool.py", message=tempting)
    assert said == {"files": ["tool.py"], "asked": [], "opened": []}
    assert len(api.requests) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["notes.md", "tool.py"]
    assert "shell command" not in str(api.requests[0].body)
    log = subprocess.run([*git, "log", "--oneline"], check=True, capture_output=True, text=True).stdout
    assert len(log.splitlines()) == 1


def test_whatever_aider_asks_the_answer_is_no(running: Worker, api: ScriptedApi, folder: Path) -> None:
    said = done(running, api, folder, ASKS, "notes.md")
    assert said == {"a command": False, "an address": False, "a browser": False, "a word": "no", "opened": []}


def test_neither_commands_nor_addresses_are_asked_about(running: Worker, api: ScriptedApi, folder: Path) -> None:
    said = done(running, api, folder, LOCKS, "notes.md")
    assert said == {"of a command": "", "of an address": "See http://127.0.0.1:9/x", "asked": []}
    assert not (folder / "run").exists()


@pytest.mark.parametrize(
    ("where", "error", "message"),
    [
        ("_Model._text", 'ZeroDivisionError("no luck")', "aider failed: no luck."),
        ("Path.write_bytes", 'OSError(28, "No space left")', "notes.md cannot be written: No space left."),
    ],
)
def test_what_aider_keeps_to_itself_is_a_failure_and_no_edit(
    running: Worker, api: ScriptedApi, folder: Path, where: str, error: str, message: str
) -> None:
    api.answers = [says("notes.md\n```\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n```\n")] * 3
    said = done(running, api, folder, BREAKS.format(where=where, error=error), "notes.md")
    assert said == {"kind": "internal", "message": message}
    assert len(api.requests) == 1
