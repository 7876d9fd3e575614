"""The counter process: counts documents outside this process, so that nobody waits while typing."""

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any

from kinos.adapters.environment import OWN, allowed
from kinos.adapters.folder import Folder, count_of
from kinos.adapters.frame import framed, read_frame
from kinos.domain.bulk import Bulk, Place
from kinos.domain.count import Count, Terms
from kinos.domain.errors import UnavailableError
from kinos.domain.suggestion import Suggestion, unwired

SILENCE = 300.0
"""Seconds in which a counter that was asked something must say something; the longest look at one document takes some ten."""


class CounterProcess:
    """Implements `Counting` for one folder. Spawned at first use, never forked; started again if it died or fell silent."""

    def __init__(self, folder: Folder, silence: float = SILENCE) -> None:
        self._folder = folder
        self._silence = silence
        self._heard = 0.0
        self._process: asyncio.subprocess.Process | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Queue[Mapping[str, Any] | None]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def scan(self, terms: Terms) -> AsyncGenerator[Sequence[Count]]:
        """What is new in the whole folder."""
        async with aclosing(self._look(terms, "all")) as found:
            async for counts in found:
                if not isinstance(counts, str):
                    yield counts

    async def look(self, terms: Terms, paths: Sequence[str]) -> AsyncIterator[Sequence[Count]]:
        """These documents as they are now."""
        async with aclosing(self._look(terms, list(paths))) as found:
            async for counts in found:
                if not isinstance(counts, str):
                    yield counts

    async def watch(self, terms: Terms) -> AsyncIterator[Sequence[Count] | str]:
        """What changes from now on."""
        async with aclosing(self._look(terms, "changes")) as found:
            async for counts in found:
                yield counts

    async def suggest(self, terms: Terms, paths: Sequence[str], limit: int) -> Sequence[Suggestion]:
        """What would bring these documents to size."""
        request = {"folder": self._folder.wire(terms), "suggest": list(paths), "limit": limit}
        async with aclosing(self._ask(request)) as answers:
            async for answer in answers:
                if "suggestions" in answer:
                    return [unwired(value) for value in answer["suggestions"]]
        raise _died()

    async def text(self, text: str, tokenizer: str) -> int:
        """Tokens of `text`. Raises UnavailableError."""
        async with aclosing(self._ask({"tokenizer": tokenizer, "text": text})) as answers:
            async for answer in answers:
                if "tokens" in answer:
                    return int(answer["tokens"])
        raise _died()

    async def overview(self, text: str, tokenizer: str) -> tuple[str, int]:
        """A line for each heading with its tokens, and the tokens of these lines. Raises UnavailableError."""
        async with aclosing(self._ask({"tokenizer": tokenizer, "overview": text})) as answers:
            async for answer in answers:
                if "overview" in answer:
                    return str(answer["overview"]), int(answer["tokens"])
        raise _died()

    async def bulk(self, text: str, tokenizer: str, limit: int) -> Bulk:
        """Where `text` becomes larger than `limit` tokens. Raises UnavailableError."""
        async with aclosing(self._ask({"tokenizer": tokenizer, "bulk": text, "limit": limit})) as answers:
            async for answer in answers:
                if "sections" in answer:
                    return Bulk(answer["crossing"], tuple(Place(*section) for section in answer["sections"]))
        raise _died()

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _look(self, terms: Terms, look: str | list[str]) -> AsyncGenerator[Sequence[Count] | str]:
        async with aclosing(self._ask({"folder": self._folder.wire(terms), "look": look})) as answers:
            async for answer in answers:
                if "note" in answer:
                    yield str(answer["note"])
                if "seen" in answer:
                    yield [count_of(*row) for row in answer["seen"]]
                if answer.get("done"):
                    return
        raise _died()

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
        """The answers to a request, until the process ends. Raises UnavailableError with what an answer says is wrong."""
        async with self._turn:
            process = await self._started()
        assert process.stdin is not None
        number = next(self._numbers)
        queue = self._answers[number] = asyncio.Queue()
        silence = None if request.get("look") == "changes" else self._silence
        self._heard = asyncio.get_running_loop().time()
        over = False
        try:
            process.stdin.write(framed(json.dumps({"id": number, **request}).encode()))
            while (answer := await self._answer(process, queue, silence)) is not None:
                over = bool(answer.get("done")) or request.keys().isdisjoint(("look",))
                if "error" in answer:
                    raise UnavailableError(str(answer["error"]))
                yield answer
        finally:
            del self._answers[number]
            if not over and process is self._process and process.returncode is None:
                process.stdin.write(framed(json.dumps({"id": next(self._numbers), "stop": number}).encode()))

    async def _answer(
        self,
        process: asyncio.subprocess.Process,
        queue: "asyncio.Queue[Mapping[str, Any] | None]",
        silence: float | None,
    ) -> Mapping[str, Any] | None:
        """The next answer. A process that says nothing to anybody for `silence` seconds is ended, and UnavailableError raised."""
        while True:
            end = None if silence is None else self._heard + silence
            try:
                async with asyncio.timeout_at(end):
                    return await queue.get()
            except TimeoutError:
                if silence is None or self._heard + silence > asyncio.get_running_loop().time():
                    continue
                async with self._turn:
                    if self._process is process:
                        await self._end()
                raise UnavailableError(
                    f"The counter process said nothing for {silence:g} s and was ended.",
                    "It is started again at the next look; if it stays so, look for a disk that does not answer.",
                ) from None

    async def _started(self) -> asyncio.subprocess.Process:
        # Its end shows in what it says before it shows in its exit code.
        if self._process is not None and self._reader is not None and not self._reader.done():
            return self._process
        await self._end()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # never modules from the folder we happen to be in
            "-m",
            "kinos.adapters.counter",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=allowed(OWN),
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read(self._process))
        return self._process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        with suppress(ValueError):  # what follows cannot be told apart
            while (body := await read_frame(process.stdout)) is not None:
                answer = json.loads(body)
                self._heard = asyncio.get_running_loop().time()
                if queue := self._answers.get(answer["id"]):
                    queue.put_nowait(answer)
        for queue in self._answers.values():
            queue.put_nowait(None)


def _died() -> UnavailableError:
    return UnavailableError("The counter process ended.", "It is started again at the next look.")
