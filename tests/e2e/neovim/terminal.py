"""A real Neovim in a real terminal: what a person types, and the screen that they see."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from e2e.neovim.nvim import ROOT, SECONDS, environment, program
from process_tree import descendants, wait_for_end

CONFIGURATION = """
vim.opt.runtimepath:prepend('{plugin}')
vim.lsp.config('kinos', {{ cmd = {{ '{python}', '-P', '-m', 'kinos', 'lsp' }} }})
vim.diagnostic.config({{ virtual_text = true, update_in_insert = true }})
vim.o.statusline = "%f %m %= %{{v:lua.require'kinos.status'.statusline()}} %{{v:lua.vim.lsp.status()}}"
vim.o.laststatus = 2
vim.o.shortmess = vim.o.shortmess .. 'I'
"""


class Terminal:
    """One window of a terminal of 140 by 45, in which Neovim runs."""

    def __init__(self, tmux: list[str]) -> None:
        self._tmux = tmux
        self.pid = int(self._run("display-message", "-p", "#{pane_pid}"))

    def type(self, *keys: str) -> None:
        """Press keys: text, or names such as `Enter` and `Escape`."""
        for key in keys:
            self._run("send-keys", *(() if key in ("Enter", "Escape", "Tab") else ("-l",)), key)

    def say(self, command: str) -> None:
        """Give an Ex command."""
        self.type("Escape", f":{command}", "Enter")

    def screen(self) -> str:
        """What stands on it."""
        return self._run("capture-pane", "-p")

    def see(self, words: str, *, gone: bool = False) -> str:
        """Wait until these words stand on the screen, or stand there no more; the whole screen."""
        until = time.monotonic() + SECONDS
        while (words in (seen := self.screen())) == gone:
            if time.monotonic() > until:
                pytest.fail(f"{words!r} {'still' if gone else 'not'} on the screen after {SECONDS} s:\n{seen}")
            time.sleep(0.05)
        return seen

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def terminal(home: Path, file: Path, more: str = "") -> Iterator[Terminal]:
    """Neovim with the plugin and this file, in a terminal; ended afterwards, with all below it. `more` is Lua of the person's
    configuration.
    """
    tmux = shutil.which("tmux")
    if tmux is None:
        pytest.fail("tmux is missing. Install it with: apt-get install tmux")
    configuration = home / "init.lua"
    configuration.write_text(CONFIGURATION.format(plugin=ROOT / "neovim", python=sys.executable) + more)
    command = [tmux, "-S", str(home / "tmux.sock"), "-f", os.devnull]
    nvim = [str(program()), "-n", "-i", "NONE", "-u", str(configuration), str(file)]
    subprocess.run(
        [*command, "-u", "new-session", "-d", "-x", "140", "-y", "45", *nvim],
        env=environment(home) | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}, cwd=file.parent, check=True, timeout=SECONDS,
    )  # fmt: skip
    window = Terminal(command)
    try:
        yield window
    finally:
        below = [window.pid, *descendants(window.pid)]
        subprocess.run([*command, "kill-server"], capture_output=True, timeout=SECONDS, check=False)
        wait_for_end(below, 5)
