"""Asks Anthropic what texts cost, for `kin tokens --confirm`. `python -m kinos.worker.confirm`.

One JSON object on stdin, `{"model", "key", "endpoint", "texts"}`, the endpoint empty for the provider's own; then a line on
stdout for each text, in order: `{"tokens"}` as `count_tokens` says of it as one user message, or, and then no more,
`{"error", "remedy", "kind"}`. `count_tokens` is free of charge.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kinos.domain.address import ANTHROPIC
from kinos.domain.errors import FailureKind, FaultError, KinosError, SetupError
from kinos.domain.message import Endpoint
from kinos.worker import environment
from kinos.worker.fault import read
from kinos.worker.source import Source

TIMEOUT = 60.0
"""Seconds for one text, each time it is asked for: three times at most."""


def counts(model: str, endpoint: Endpoint, texts: Sequence[str]) -> Iterator[int]:
    """What each text costs as a message. Raises FaultError when it cannot be asked, SetupError without the SDK."""
    try:
        import anthropic
    except ImportError as error:
        raise SetupError("The anthropic SDK is not installed.", 'Install it: `pip install "kinos[agents]"`.') from error
    source = Source(model, endpoint)
    address = endpoint.base_url or ANTHROPIC
    with anthropic.Anthropic(
        api_key=endpoint.api_key, base_url=address, max_retries=2, timeout=TIMEOUT, open_telemetry=False
    ) as client:
        for text in texts:
            try:
                found: object = client.messages.count_tokens(
                    model=model, messages=[{"role": "user", "content": text}]
                ).input_tokens
            except (anthropic.AnthropicError, AttributeError, ValueError) as error:
                fault = read(error)
                kind, detail = (
                    (fault.kind, fault.detail) if fault else (FailureKind.SERVER, "its answer cannot be read")
                )
                raise source.fault(kind, detail) from error
            if not isinstance(found, int):
                raise source.fault(FailureKind.SERVER, "its answer is not a count")
            yield found


def _answers(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    try:
        endpoint = Endpoint(request["key"], request["endpoint"] or None)
        for tokens in counts(request["model"], endpoint, request["texts"]):
            yield {"tokens": tokens}
    except KinosError as error:
        kind = error.kind if isinstance(error, FaultError) else FailureKind.WORKER
        yield {"error": error.message, "remedy": error.remedy, "kind": kind}


def main() -> None:
    """Serve the one request."""
    request = json.load(sys.stdin)
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="kinos-confirm-") as home:
        environment.prepare(os.environ, home)
        environment.close_terminal()
        for answer in _answers(request):
            output.write(json.dumps(answer) + "\n")
            output.flush()


if __name__ == "__main__":
    main()
