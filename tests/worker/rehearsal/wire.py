"""Plain HTTP to the rehearsal server: what the SDK would not let through."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

HEADERS = {"x-api-key": "rehearsal", "anthropic-version": "2023-06-01", "content-type": "application/json"}
HELLO: dict[str, Any] = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hello"}],
}
TOOL = {"name": "look", "input_schema": {"type": "object", "properties": {}}}


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, type and message of an error."""
        assert self.body["type"] == "error"
        return self.status, self.body["error"]["type"], self.body["error"]["message"]


def connected(url: str) -> http.client.HTTPConnection:
    """A connection to the server at `url`."""
    place = urlsplit(url)
    return http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)


def post(
    url: str, body: object, path: str = "/v1/messages", headers: Mapping[str, str] = HEADERS, method: str = "POST"
) -> Reply:
    """Send `body` (JSON unless it is bytes) and read the answer."""
    connection = connected(url)
    try:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, raw, dict(headers))
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def without(key: str, body: Mapping[str, Any] = HELLO) -> dict[str, Any]:
    """`body` without one of its keys."""
    return {name: value for name, value in body.items() if name != key}


def events(raw: bytes) -> list[tuple[str, Any]]:
    """The server-sent events of a stream."""
    found = []
    for block in raw.decode().strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found
