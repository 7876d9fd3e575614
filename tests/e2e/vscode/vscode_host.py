"""Installs a real VS Code (code-server) and a browser, once a set of versions, in a cache folder outside the repository.

Everything comes from the npm registry as the machine's npm is configured to reach it; nothing needs root.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = {
    "code-server": "4.100.3",  # VS Code 1.100.3; it wants Node 20
    "playwright-core": "1.55.1",
    "@sparticuz/chromium": "138.0.2",  # a headless Chromium and libraries it may miss, all in the package
}
EXTENSION = Path(__file__).parents[3] / "vscode-extension"
NATIVE_MODULES = ("node-pty", "@vscode/spdlog", "native-watchdog")
NODE_MAJOR = 20
INSTALL_SECONDS = 900

# Unpacks what @sparticuz/chromium ships compressed: the browser, and libraries for machines that lack them.
UNPACK_BROWSER = """
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
const [bin, target] = process.argv.slice(2);
for (const name of ['chromium', 'al2023.tar', 'swiftshader.tar']) {
  const unpacked = createWriteStream(`${target}/${name}`);
  await pipeline(createReadStream(`${bin}/${name}.br`), createBrotliDecompress(), unpacked);
}
"""


class MissingToolError(Exception):
    """Something the machine must bring is not there; the message names the command that installs it."""


@dataclass(frozen=True, slots=True)
class Host:
    """An installed VS Code with its browser; `browser_environment` is added to the browser's own."""

    node: Path
    modules: Path
    browser: Path
    browser_environment: dict[str, str]

    @property
    def code_server(self) -> list[str]:
        return [str(self.node), str(self.modules / "code-server/out/node/entry.js")]


def cache_folder() -> Path:
    """`$KINOS_TEST_CACHE`, else `kinos-tests` in the user's cache folder."""
    if chosen := os.environ.get("KINOS_TEST_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kinos-tests"


def prepare() -> Host:
    """The host for the pinned versions, installed now if it is not complete. Safe to call from several processes.

    Raises MissingToolError without Node 20, npm, Node's headers or a C++ compiler.
    """
    node, version = required_node()
    key = "-".join(["vscode", *PACKAGES.values(), version])
    folder = cache_folder() / key
    with locked(cache_folder() / f"{key}.lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            install(Path(node), folder)
            (folder / "complete").write_text(json.dumps(PACKAGES), encoding="utf-8")
    return Host(
        Path(node), folder / "node_modules", folder / "browser/chromium", browser_environment(folder / "browser")
    )


def required_node() -> tuple[str, str]:
    """Node's path and its version. Raises MissingToolError with what installs the one that is needed."""
    remedy = f"Install it with: nvm install {NODE_MAJOR}, or: npm install --global n && n {NODE_MAJOR}"
    node = required_tool("node", f"Install it with: apt-get install nodejs npm, if that is Node {NODE_MAJOR}. {remedy}")
    version = run([node, "--version"]).stdout.strip()
    if version.split(".")[0] != f"v{NODE_MAJOR}":
        raise MissingToolError(f"VS Code's server needs Node {NODE_MAJOR}, and {node} is {version}. {remedy}")
    return node, version


def packed(target: Path) -> Path:
    """The extension, built and packed with its own scripts, as the file `target`."""
    npm = required_tool("npm", "Install it with: apt-get install npm")
    with locked(cache_folder() / "vscode-extension.lock"):
        wanted, installed = EXTENSION / "package-lock.json", EXTENSION / "node_modules/.package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
            run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], EXTENSION)
        said = run([npm, "run", "package", "--", "--out", str(target)], EXTENSION, {"PYTHON": sys.executable})
    assert "WARNING" not in said.stdout + said.stderr
    return target


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on the file at `path`, made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def required_tool(name: str, remedy: str) -> str:
    """The tool's path. Raises MissingToolError with the remedy if it is not on the PATH."""
    path = shutil.which(name)
    if path is None:
        raise MissingToolError(f"There is no `{name}` on the PATH. {remedy}")
    return path


def run(
    command: list[str], folder: Path | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The ended command with what it said. Raises AssertionError with all it said if it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )
    said = f"{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{said[-6000:]}"
    return done


def install(node: Path, folder: Path) -> None:
    npm = required_tool("npm", "Install it with: apt-get install npm")
    npm_install = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}), encoding="utf-8")
    run(npm_install, folder)
    vscode = folder / "node_modules/code-server/lib/vscode"
    run([*npm_install, "--omit=dev"], vscode)
    run([*npm_install, "--omit=dev"], vscode / "extensions")
    compile_native_modules(node, Path(npm), vscode)
    run([npm, "rebuild", "argon2"], folder)
    unpack_browser(node, folder)


def compile_native_modules(node: Path, npm: Path, vscode: Path) -> None:
    required_tool("g++", "Install a C++ compiler with: apt-get install g++ make")
    required_tool("make", "Install it with: apt-get install make")
    prefix = node.resolve().parent.parent
    if not (prefix / "include/node/node.h").exists():
        raise MissingToolError(
            f"Node's headers are not in {prefix / 'include/node'}. Install them with: apt-get install libnode-dev"
        )
    gyp = Path(run([str(npm), "root", "--global"]).stdout.strip()) / "npm/node_modules/node-gyp/bin/node-gyp.js"
    if not gyp.exists():
        raise MissingToolError(
            f"npm came without node-gyp ({gyp}). Install it with: apt-get install node-gyp, or use Node's own npm."
        )
    for module in NATIVE_MODULES:
        run([str(node), str(gyp), "rebuild", f"--nodedir={prefix}"], vscode / "node_modules" / module)


def unpack_browser(node: Path, folder: Path) -> None:
    browser = folder / "browser"
    browser.mkdir()
    script = folder / "unpack.mjs"
    script.write_text(UNPACK_BROWSER, encoding="utf-8")
    run([str(node), str(script), str(folder / "node_modules/@sparticuz/chromium/bin"), str(browser)])
    for archive in browser.glob("*.tar"):
        shutil.unpack_archive(archive, browser, filter="data")
        archive.unlink()
    (browser / "chromium").chmod(0o755)


def browser_environment(browser: Path) -> dict[str, str]:
    """The packaged libraries serve only a machine that lacks them, so that they never hide newer ones."""
    ldd = subprocess.run(["ldd", str(browser / "chromium")], capture_output=True, text=True, check=False, timeout=30)
    if "not found" not in ldd.stdout:
        return {}
    return {"LD_LIBRARY_PATH": str(browser / "lib")}
