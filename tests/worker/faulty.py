"""Errors by the names httpx and its relatives use, and one of litellm, for tests that need neither."""

from typing import Any


class Response:
    """What the HTTP libraries attach to an error."""

    def __init__(self, status_code: int, body: Any = None, **headers: str) -> None:
        self.status_code = status_code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self._body = body

    def json(self) -> Any:
        if self._body is None:
            raise ValueError("no JSON")
        return self._body


class HTTPStatusError(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__(f"status {response.status_code}")
        self.response = response


class ConnectError(Exception):
    """As httpx calls a connection that was not made."""


class ReadTimeout(Exception):  # noqa: N818 - httpx's name
    """As httpx calls an answer that did not come."""


class RemoteProtocolError(Exception):
    """As httpx calls a connection that ended early."""


class RenamedError(HTTPStatusError):
    """An error of litellm, which renames those below it."""


RenamedError.__module__ = "litellm.exceptions"


def said(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}
