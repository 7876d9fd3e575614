"""A real Emacs on a terminal of its own, with what `kin setup emacs` wrote, and nothing else but what a test has to see."""

import fcntl
import json
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import clean_environment
from process_tree import command_line, descendants, end_with_all_below

PACKAGES = ("emacs-nox", "elpa-eglot", "elpa-markdown-mode")
SECONDS = 90
"""How long something in the editor may take on a busy machine."""
_HERE = '(and (locate-library "eglot") (locate-library "markdown-mode") t)'

# The answer goes into a file: what emacsclient prints is for people.
_OBSERVED = """
(setq server-socket-dir "{place}" server-name "socket" inhibit-startup-screen t make-backup-files nil
      auto-save-default nil create-lockfiles nil vc-handled-backends nil ring-bell-function #'ignore)
(define-key minibuffer-local-completion-map " " #'self-insert-command)
(require 'server)
(require 'json)
(server-start)
(defvar told-actions 0 "How many code actions were done.")
(with-eval-after-load 'eglot
  (advice-add 'eglot-code-actions :around
              (lambda (ask &rest given) (unwind-protect (apply ask given) (setq told-actions (1+ told-actions))))))
(defun told (value)
  (let ((coding-system-for-write 'utf-8))
    (with-temp-file "{place}/answer.new" (insert (json-encode value))))
  (rename-file "{place}/answer.new" "{place}/answer" t))
"""


# Else Emacs compiles what it loads in processes of its own, which take the machine and leave warnings.
_EARLY = "(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil)\n"


def program() -> str:
    """Emacs with Eglot and markdown-mode; fails with the command that installs it."""
    found = shutil.which("emacs")
    if found is not None and shutil.which("emacsclient") is not None:
        asked = [found, "--batch", "--eval", f"(princ {_HERE})"]
        if subprocess.run(asked, capture_output=True, text=True, timeout=SECONDS, check=False).stdout == "t":
            return found
    pytest.fail(f"Emacs with Eglot is missing. Install it with: apt-get install {' '.join(PACKAGES)}")


class Emacs:
    """One editor. It is typed into as on a terminal, and asked by emacsclient what it shows."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int, place: Path, home: Path) -> None:
        self.process = process
        self._terminal = terminal
        self._place = place
        self._home = home
        self.said: list[bytes] = []

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def lisp(self, expression: str) -> Any:
        """The value of an expression in the buffer that is shown, by way of JSON; nil is None."""
        answer = self._place / "answer"
        answer.unlink(missing_ok=True)
        wrapped = f"(told (with-current-buffer (window-buffer (selected-window)) {expression}))"
        done = subprocess.run(
            ["emacsclient", "--socket-name", str(self._place / "socket"), "--eval", wrapped],
            capture_output=True, text=True, timeout=SECONDS + 20, check=False, env=_environment(self._home),
        )  # fmt: skip
        assert done.returncode == 0, (
            f"{expression}: {done.stdout}{done.stderr}\n{self.messages() if 'told' in wrapped else ''}"
        )
        return json.loads(answer.read_text(encoding="utf-8"))

    def keys(self, keys: str) -> None:
        """Type, as the terminal sends it: `\\r` is RET, `\\x18` C-x."""
        os.write(self._terminal, keys.encode())

    def meta_x(self, command: str) -> None:
        """Give a command by its name."""
        self.keys(f"\x1bx{command}\r")

    def wait(self, expression: str) -> None:
        """Wait until an expression is not nil, looked at from outside, so that the editor goes on as with a person."""
        until = time.monotonic() + SECONDS
        while not self.lisp(f"(and {expression} t)"):
            assert time.monotonic() < until, f"not within {SECONDS} s: {expression}\n{self.messages()}\n{self.screen()}"
            time.sleep(0.05)

    def messages(self) -> str:
        """What it has told the person."""
        answer = self._place / "answer"
        answer.unlink(missing_ok=True)
        subprocess.run(
            ["emacsclient", "--socket-name", str(self._place / "socket"), "--eval",
             "(told (with-current-buffer (messages-buffer) (buffer-string)))"],
            capture_output=True, timeout=SECONDS, check=False, env=_environment(self._home),
        )  # fmt: skip
        return json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else "(it does not answer)"

    def screen(self) -> str:
        """The end of what it wrote to the terminal."""
        return b"".join(self.said)[-2000:].decode(errors="replace")

    def ask(self, words: str) -> None:
        """Wait until it asks the person something with these words in it."""
        there = "(let ((window (active-minibuffer-window))) (and window (window-buffer window)))"
        asked = f"(string-match-p {_lisp(words)} (with-current-buffer there (buffer-string)))"
        self.wait(f"(let ((there {there})) (and there {asked} t))")

    def hear(self, words: str) -> None:
        """Wait until it told the person something with these words in it."""
        self.wait(f"(with-current-buffer (messages-buffer) (string-match-p {_lisp(words)} (buffer-string)))")

    def text(self) -> str:
        """The buffer that is shown."""
        return str(self.lisp("(buffer-substring-no-properties (point-min) (point-max))"))

    def diagnostics(self) -> list[str]:
        """What Flymake shows in it."""
        return list(self.lisp("(mapcar #'flymake-diagnostic-text (flymake-diagnostics))") or [])

    def choose(self, action: str) -> None:
        """Choose one of the code actions at the cursor by its title, as with M-x eglot-code-actions, and wait until that is over.

        Else what is asked here of the server would be asked inside of that command, which ends with it.
        """
        before = self.lisp("told-actions")
        self.meta_x("eglot-code-actions")
        self.ask("action")
        self.keys(f"{action}\r")
        self.wait(f"(> told-actions {before})")

    def team(self) -> list[int]:
        """The processes of the worker and the rehearsal model."""
        return [pid for pid in descendants(self.pid) if "kinos.worker" in command_line(pid)]

    def quit(self) -> None:
        """Leave with C-x C-c, whatever is unsaved."""
        self.lisp("(progn (dolist (each (buffer-list)) (with-current-buffer each (set-buffer-modified-p nil))) t)")
        self.keys("\x18\x03")
        self.process.wait(20)


def _lisp(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextmanager
def emacs(home: Path, *files: Path, more: Sequence[str] = (), programs: Path | None = None) -> Iterator[Emacs]:
    """An Emacs with the person's own init file below `home` and these files open; ended afterwards, with all below it.

    `more` are expressions that are evaluated after the init file, `programs` is a folder where programs are found first. With
    KINOS_EGLOT, a Lisp file that loads another Eglot, it is that one.
    """
    folder = files[0].parent
    (folder / ".git").mkdir(exist_ok=True)
    (home / ".emacs.d").mkdir(exist_ok=True)
    (home / ".emacs.d" / "early-init.el").write_text(_EARLY, encoding="utf-8")
    editor_program = program()
    place = Path(tempfile.mkdtemp(prefix="kin-emacs-"))  # the name of a socket is short
    place.chmod(0o700)
    (place / "observed.el").write_text(_OBSERVED.format(place=place), encoding="utf-8")
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    given = [word for file in (os.environ.get("KINOS_EGLOT"),) if file for word in ("--load", file)]
    given += [word for expression in more for word in ("--eval", expression)]
    process = subprocess.Popen(
        ["setsid", "--ctty", editor_program, "-nw", "--load", str(place / "observed.el"), *given, *map(str, files)],
        stdin=theirs, stdout=theirs, stderr=theirs, env=_environment(home, programs), cwd=folder,
    )  # fmt: skip
    os.close(theirs)
    editor = Emacs(process, mine, place, home)
    reading = threading.Thread(target=_read, args=(mine, editor.said), daemon=True)
    reading.start()
    try:
        _wait_for(place / "socket", process, editor)
        yield editor
    finally:
        end_with_all_below(process)
        reading.join(5)
        os.close(mine)
        shutil.rmtree(place)


def _read(terminal: int, said: list[bytes]) -> None:
    """Until the other side is closed."""
    with suppress(OSError):
        while select.select([terminal], [], [], SECONDS * 10)[0] and (part := os.read(terminal, 65536)):
            said.append(part)


def _wait_for(socket: Path, process: subprocess.Popen[bytes], editor: Emacs) -> None:
    until = time.monotonic() + SECONDS
    while not socket.exists():
        assert process.poll() is None, f"Emacs ended: {editor.screen()}"
        assert time.monotonic() < until, f"Emacs does not listen: {editor.screen()}"
        time.sleep(0.01)


def _environment(home: Path, programs: Path | None = None) -> dict[str, str]:
    kept = {name: value for name, value in clean_environment().items() if not name.startswith(("XDG_", "EMACS"))}
    own = Path(sys.executable).parent if programs is None else programs
    path = os.pathsep.join([str(own), os.environ["PATH"]])
    xdg = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    return kept | xdg | {"HOME": str(home), "PATH": path, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
