"""The counter process: counts closed documents outside this process, so that nobody waits while typing."""

import asyncio
import itertools
import json
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from kinos.adapters.frame import framed, read_frame
from kinos.domain.errors import UnavailableError
from kinos.domain.size import Counted, Size
from kinos.engine.ports import Count


class CounterProcess:
    """Spawned at first use, never forked; started again if it died."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Queue[Mapping[str, Any] | None]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def files(self, root: Path, paths: Sequence[str], tokenizer: str, max_bytes: int) -> AsyncIterator[Count]:
        """A Count for each path as it is counted. Files left over when the process dies have an error."""
        left, failure = set(paths), "the counter ended before it was counted; it is tried again at the next change"
        request = {"tokenizer": tokenizer, "root": str(root), "paths": list(paths), "maxBytes": max_bytes}
        async with aclosing(self._ask(request)) as answers:
            async for answer in answers:
                for path, tokens, counted, *_ in answer.get("sizes", ()):
                    left.discard(path)
                    yield Count(path, Size(tokens, Counted(counted)))
                failure = str(answer.get("error", failure))
                for path, message in answer.get("errors", ()):
                    left.discard(path)
                    yield Count(path, None, message)
        for path in sorted(left):
            yield Count(path, None, failure)

    async def text(self, text: str, tokenizer: str) -> int:
        """Tokens of `text`. Raises UnavailableError."""
        async with aclosing(self._ask({"tokenizer": tokenizer, "text": text})) as answers:
            async for answer in answers:
                if "tokens" in answer:
                    return int(answer["tokens"])
                raise UnavailableError(str(answer.get("error")))
        raise UnavailableError("The counter process ended.", "Try again.")

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]
        if self._reader is not None:
            await self._reader

    async def _ask(self, request: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any]]:
        async with self._turn:
            process = await self._started()
        assert process.stdin is not None
        number = next(self._numbers)
        queue = self._answers[number] = asyncio.Queue()
        try:
            process.stdin.write(framed(json.dumps({"id": number, **request}).encode()))
            while (answer := await queue.get()) is not None:
                yield answer
                if answer.get("done") or "tokens" in answer or "error" in answer:
                    return
        finally:
            del self._answers[number]

    async def _started(self) -> asyncio.subprocess.Process:
        # Its end shows in what it says before it shows in its exit code.
        if self._process is not None and self._reader is not None and not self._reader.done():
            return self._process
        await self._end()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # never modules from the folder we happen to be in
            "-m",
            "kinos.tokens.process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read(self._process))
        return self._process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        with suppress(ValueError):  # what follows cannot be told apart
            while (body := await read_frame(process.stdout)) is not None:
                answer = json.loads(body)
                if queue := self._answers.get(answer["id"]):
                    queue.put_nowait(answer)
        for queue in self._answers.values():
            queue.put_nowait(None)
