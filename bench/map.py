"""Seconds for the complete map of a folder, or for a walk that only stats: `python -m bench.map kinos|walk FOLDER`."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from kinos.app import App


def walk(root: Path) -> int:
    """The plainest walk: each file's stat, nothing read."""
    return sum(1 for folder, _, names in os.walk(root) for name in names if os.stat(os.path.join(folder, name)))  # noqa: PTH116, PTH118


async def project_map(root: Path) -> str:
    """What `kin map` does, but for its imports."""
    workspace = App().workspace(root, "a bench", brief=True)
    await workspace.session.open()
    text = workspace.session.map.text()
    await workspace.session.close()
    return text


def main() -> None:
    """Print the seconds."""
    root = Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:  # what a map needs is imported, as it is for the walk
        (Path(folder) / ".gitignore").write_text("build/\n", encoding="utf-8")
        (Path(folder) / "a.md").write_text("a\n", encoding="utf-8")
        asyncio.run(project_map(Path(folder)))
    began = time.perf_counter()
    if sys.argv[1] == "walk":
        walk(root)
    else:
        asyncio.run(project_map(root))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
