"""Seconds a keystroke costs the engine in a workspace of so many documents: `python -m bench.edit COUNT`."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bench.corpus import document
from kinos.app import App
from kinos.domain.size import Size
from kinos.engine.session import Session
from kinos.tokens.document import TextEdit
from kinos.tokens.position import Encoding, Position

KEYS = 2000


async def keys(session: Session) -> float:
    """The median of many keystrokes."""
    text = document(50_000)
    session.did_open("typed.md", text, 1)
    times = []
    for version in range(2, KEYS):
        place = Position(version % 500, 0)
        began = time.perf_counter()
        session.did_change("typed.md", [TextEdit(place, place, "e")], version, Encoding.UTF16)
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2]


async def main() -> None:
    """Print the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        session = App().workspace(Path(folder), "a bench", brief=True).session
        await session.open()
        for number in range(int(sys.argv[1])):
            session.sizes.documents.put(f"area{number % 40}/document{number}.md", Size(1300))
        print(await keys(session))
        await session.close()


if __name__ == "__main__":
    asyncio.run(main())
