"""How a command of the server is offered: it takes one optional object, and what goes wrong is an error with a sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from kinos.domain.errors import KinosError, UsageError
from kinos.lsp.protocol import PREFIX, Server, refusal

type Act = Callable[[dict[str, Any]], Awaitable[Any]]
"""What is done with the object of a command; what it returns is the answer."""


def offered(server: Server, name: str, keys: Sequence[str] | None = None) -> Callable[[Act], Act]:
    """Offer `kinos.server.NAME`. `keys` are all that its object may have; None where the engine looks at that."""

    def offer(act: Act) -> Act:
        @server.command(PREFIX + name)
        async def command(*arguments: Any) -> Any:
            try:
                given = dict(argument(arguments))
                if keys is not None:
                    from kinos.engine.argument import check_keys  # not needed for an answer to `initialize`

                    check_keys(name, given, keys)
                return await act(given)
            except KinosError as error:
                raise refusal(error) from error

        return act

    return offer


def argument(given: Sequence[object]) -> dict[str, Any]:
    """The one optional object that commands and requests take. Raises UsageError for anything else."""
    objects = [value for value in given if value is not None]
    if not objects:
        return {}
    if len(objects) > 1 or not isinstance(objects[0], dict):
        raise UsageError("A command takes one object, or nothing.")
    return objects[0]
