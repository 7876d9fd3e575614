"""Many documents opened, edited and closed: the server's memory comes back (`KINOS_DOCUMENTS` is how many)."""

import asyncio
import os
from pathlib import Path

import pytest

from e2e.lsp.editor import SECONDS, Running, server
from soak.test_team import resident

DOCUMENTS = int(os.environ.get("KINOS_DOCUMENTS", "150"))
TEXT = "# 潮 Tides\n\n" + "The tide comes and goes 🌊.\n" * 300
TOGETHER = 50


async def opened_edited_and_closed(running: Running, folder: Path, count: int) -> int:
    """The server's resident kilobytes after so many documents, some open at a time."""
    editor = running.editor
    for first in range(0, count, TOGETHER):
        documents = [
            editor.open(folder / f"{number}.md", TEXT) for number in range(first, min(count, first + TOGETHER))
        ]
        for document in documents:
            for place in (0, 40, 400):
                editor.type(document, (place, place, "more words 漢字 "))
        assert (await editor.request("kinos/state"))["documents"]["count"] >= len(documents)
        for document in documents:
            editor.close(document)
    async with asyncio.timeout(SECONDS):
        while (await editor.request("kinos/state"))["documents"]["count"]:
            editor.received.clear()
    return resident(running.pid)


@pytest.mark.timeout(1800)
async def test_memory_comes_back_after_many_documents_twice(tmp_path: Path) -> None:
    async with server() as running:
        await running.editor.initialize(tmp_path)
        # What is made once, such as the vocabulary's table and a heap that holds as many open ones, is no growth.
        before = await opened_edited_and_closed(running, tmp_path, 2 * TOGETHER)
        for _ in range(2):
            after = await opened_edited_and_closed(running, tmp_path, DOCUMENTS)
            assert after <= before * 1.1, f"from {before} to {after} kB after {DOCUMENTS} documents"
