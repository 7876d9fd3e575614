"""What is counted: Markdown of installed packages, and a workspace made of its words."""

import os
import random
import sysconfig
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEAST = 3_000_000
"""Bytes of Markdown that a first count is measured on, at least."""


@cache
def installed() -> tuple[str, ...]:
    """Every Markdown text of the installed packages, Python's and the extension's, but our own, which exempt themselves from
    limits where they tell how. Raises SystemExit when it is too little.
    """
    places = (Path(sysconfig.get_paths()["purelib"]), ROOT / "vscode-extension" / "node_modules")
    files = sorted(file for place in places for file in _markdown(place))
    texts = tuple(text for file in files if (text := _text(file)) is not None)
    size = sum(len(text.encode()) for text in texts)
    if size < LEAST:
        raise SystemExit(
            f"Only {size:,} bytes of Markdown are installed; `make check` installs the extension's packages."
        )
    return texts


def document(size: int) -> str:
    """A Markdown document of about `size` bytes, from real ones."""
    chosen: list[str] = []
    left = size
    while left > 0:
        for text in installed():
            chosen.append(text[:left])
            left -= len(chosen[-1])
            if left <= 0:
                break
    return "\n".join(chosen)


def workspace(root: Path, count: int, size: int) -> None:
    """`count` documents of about `size` bytes in a tree of folders, with an ignore file as repositories have one."""
    chance = random.Random(count)  # noqa: S311
    lines = [line for text in installed() for line in text.splitlines() if line.strip()]
    for number in range(count):
        folder = root / f"area{number % 40}" / f"topic{number // 40 % 25}"
        folder.mkdir(parents=True, exist_ok=True)
        body, length = [f"# Document {number}\n"], 0
        while length < size:
            line = chance.choice(lines)
            body.append(line)
            length += len(line) + 1
        (folder / f"document{number}.md").write_text("\n".join(body), encoding="utf-8")
    (root / ".gitignore").write_text(
        "*.log\nbuild/\nnode_modules/\n__pycache__/\n*.pyc\n/dist\n.env\n*.tmp\n!keep.tmp\n"
    )
    old = (root / ".gitignore").stat().st_mtime_ns - 60_000_000_000
    for file in root.rglob("*.md"):
        os.utime(file, ns=(old, old))


def _markdown(place: Path) -> list[Path]:
    found = (file for file in place.rglob("*") if file.suffix in (".md", ".markdown") and file.is_file())
    return [file for file in found if file.relative_to(place).parts[0] != "kinos"]


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        return None
