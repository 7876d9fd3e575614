"""What Anthropic says that texts cost, asked once for each content and model, in a process of its own."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence

from kinos.adapters.environment import OWN, networked
from kinos.adapters.size_cache import SizeCache
from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Endpoint

START_TIMEOUT = 60.0
"""Seconds until the process has imported the SDK."""
PATIENCE = 200.0
"""Seconds for one text: three tries of 60 s, and the pauses between them."""


class Confirmation:
    """Asks `count_tokens` of one endpoint for one model. `python` is an interpreter that has the SDK."""

    def __init__(
        self, model: str, endpoint: Endpoint, python: str, cache: SizeCache, patience: float = PATIENCE
    ) -> None:
        self._model = model
        self._endpoint = endpoint
        self._python = python or sys.executable
        self._cache = cache
        self._patience = patience
        self._key = f"count_tokens {model} {endpoint.base_url or ''}"

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as one user message, the message's overhead included. Raises FaultError when it cannot be asked."""
        digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        known = {digest: self._cache.tokens(digest, self._key) for digest in digests}
        asked = {digest: text for digest, text in zip(digests, texts, strict=True) if known[digest] is None}
        answers = self._asked(list(asked.values())) if asked else iter(())
        for digest, answer in zip(asked, answers, strict=True):
            known[digest] = answer
            self._cache.keep_content(self._key, digest, answer)
        return [tokens for digest in digests if (tokens := known[digest]) is not None]

    def _asked(self, texts: Sequence[str]) -> Iterator[int]:
        request = {
            "model": self._model,
            "key": self._endpoint.api_key,
            "endpoint": self._endpoint.base_url or "",
            "texts": texts,
        }
        try:
            done = subprocess.run(
                [self._python, "-P", "-m", "kinos.worker.confirm"],
                input=json.dumps(request), capture_output=True, text=True, check=False,
                timeout=self._patience * len(texts) + START_TIMEOUT, env=networked(OWN),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise FaultError(
                FailureKind.TIMEOUT,
                f"The counts of {len(texts)} texts did not come within {error.timeout:g} s.",
                "Try again later: what was counted so far is asked for again.",
            ) from error
        except OSError as error:
            raise FaultError(
                FailureKind.WORKER, f"{self._python} cannot be started: {error.strerror}.", "See agents.python."
            ) from error
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        for answer in answers:
            if "error" in answer:
                raise FaultError(FailureKind(answer["kind"]), answer["error"], answer["remedy"])
            yield int(answer["tokens"])
        if len(answers) < len(texts):
            raise FaultError(
                FailureKind.WORKER,
                "The process that asks for counts ended before it was done.",
                "Try again; `pip install 'kinos[agents]'` brings what it needs.",
            )
