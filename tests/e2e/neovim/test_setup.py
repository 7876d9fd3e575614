"""`kin setup neovim`, and then a Neovim that is started as a person starts it, with nothing but what that wrote."""

import os
import subprocess
import sys
from pathlib import Path

from e2e.neovim.nvim import program

WAIT = """
local attached = vim.wait(90000, function() return #vim.lsp.get_clients({ name = 'kinos', bufnr = 0 }) == 1 end, 20)
local sized = vim.wait(90000, function() return #vim.diagnostic.get(0) == 1 end, 20)
io.stdout:write(vim.json.encode({ attached, sized, vim.fn.exists(':Kinos') }))
vim.cmd('qa!')
"""


def test_what_was_written_starts_kinos_with_the_command_that_wrote_it(tmp_path: Path) -> None:
    home, folder, own = tmp_path / "home", tmp_path / "mission", Path(sys.executable).parent
    folder.mkdir()
    (folder / "demande.md").write_text("# Request\n", encoding="utf-8")
    (folder / "long.md").write_text("word " * 7000 + "\n", encoding="utf-8")
    (tmp_path / "wait.lua").write_text(WAIT, encoding="utf-8")
    xdg = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    # `kin` is not on the PATH, so what is written has to name it.
    environment = {"HOME": str(home), "PATH": os.defpath, "NVIM_APPNAME": "mine", **xdg}
    subprocess.run(
        [own / "kin", "setup", "neovim", "--write"], check=True, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    assert (home / "config" / "mine" / "plugin" / "kinos.lua").is_file()
    done = subprocess.run(
        [program(), "--headless", "-n", folder / "long.md", "-c", f"luafile {tmp_path / 'wait.lua'}"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=folder, timeout=110, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "[true,true,2]"), done.stderr
