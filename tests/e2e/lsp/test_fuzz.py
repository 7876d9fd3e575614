"""Whatever a client sends, the server lives, answers, says nothing of its inside, and knows each document's text.

`KINOS_MESSAGES` is how many messages are sent in all; the number in a test's name is the seed that repeats it.
"""

import asyncio
import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from e2e.lsp.editor import CAPABILITIES, Running, server
from e2e.lsp.fuzz import Fuzz
from kinos.tokens.counter import counter_for

MESSAGES = int(os.environ.get("KINOS_MESSAGES", "1500"))
RUNS = max(3, MESSAGES // 10_000)
TOGETHER = 25
"""Messages between two looks at the texts."""
ENCODINGS = ("utf-16", "utf-8", "utf-32")


def tokens(texts: list[str]) -> int:
    """What the texts count."""
    counter = counter_for("claude-v4.8")
    return sum(counter.count(text).tokens for text in texts)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(RUNS))
async def test_whatever_is_sent_the_server_answers_and_is_in_step(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    async with server() as running:
        editor = running.editor
        wanted = {**CAPABILITIES, "general": {"positionEncodings": [ENCODINGS[seed % 3]]}}
        await editor.initialize(folder, capabilities=wanted)
        fuzz = Fuzz(editor, folder.as_uri(), random.Random(seed), huge=200 * 50)  # noqa: S311
        for number in range(MESSAGES // RUNS):
            fuzz.step()
            if number % TOGETHER == 0:
                await in_step(running, fuzz, f"seed {seed}, message {number}")
        await in_step(running, fuzz, f"seed {seed}, at the end")
        await editor.until(lambda: not fuzz.waiting)
        assert [error for error in fuzz.errors if error["code"] == -32603] == [], f"seed {seed}"
        fuzz.close_all()
        await in_step(running, fuzz, f"seed {seed}, all closed")
        assert "Traceback" not in "".join(running.log)
        assert await editor.request("shutdown") is None
        editor.notify("exit")
        assert await running.ended() == 0
        editor.breaches = [breach for breach in editor.breaches if "nobody asked" not in breach]


async def in_step(running: Running, fuzz: Fuzz, where: str) -> None:
    """The server counts what the client's own texts count, at the latest once it has looked for closed ones on the disk."""
    wanted, counted = tokens(fuzz.counted), None
    with suppress(TimeoutError):
        async with asyncio.timeout(20):
            while counted != wanted:
                state = await running.editor.request("kinos/state", {"folder": fuzz.folder})
                counted = state["tokens"]["total"]
    assert counted == wanted, f"{where}: {fuzz.texts!r:.3000}"
    assert "Traceback" not in "".join(running.log), where
    running.editor.received.clear()
