"""What a command of the server takes, and what is an error of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException

from kinos.domain.errors import UsageError
from kinos.lsp.server_command import argument, offered


class Offering:
    """A server that is offered commands."""

    def __init__(self) -> None:
        self.commands: dict[str, Callable[..., Awaitable[Any]]] = {}

    def command(self, name: str) -> Callable[[Callable[..., Awaitable[Any]]], None]:
        return lambda act: self.commands.update({name: act})


@pytest.mark.parametrize(
    ("given", "taken"), [([], {}), ([None], {}), ([{}], {}), ([{"a": 1}], {"a": 1}), ([{"a": 1}, None], {"a": 1})]
)
def test_a_command_takes_one_object_or_nothing(given: Sequence[object], taken: dict[str, Any]) -> None:
    assert argument(given) == taken


@pytest.mark.parametrize("given", [["default"], [5], [[]], [{}, {}], [True]])
def test_anything_else_is_refused(given: Sequence[object]) -> None:
    with pytest.raises(UsageError):
        argument(given)


async def test_a_command_is_given_its_object_and_what_it_returns_is_the_answer() -> None:
    server = Offering()

    @offered(server, "echo")  # type: ignore[arg-type]
    async def echo(given: dict[str, Any]) -> Any:
        return given

    given = {"any": 1}
    assert await server.commands["kinos.server.echo"](given, None) == given
    assert await server.commands["kinos.server.echo"](given) is not given, (
        "who takes keys out of it takes them from no other"
    )
    assert await server.commands["kinos.server.echo"]() == {}


async def test_what_goes_wrong_is_an_error_with_its_sentence_and_an_unknown_key_is_one() -> None:
    server = Offering()

    @offered(server, "fail", ["uri"])  # type: ignore[arg-type]
    async def fail(given: dict[str, Any]) -> Any:
        raise UsageError(f"{given['uri']} is nothing.")

    with pytest.raises(JsonRpcException, match="x is nothing"):
        await server.commands["kinos.server.fail"]({"uri": "x"})
    with pytest.raises(JsonRpcException, match="url"):
        await server.commands["kinos.server.fail"]({"url": "x"})
    with pytest.raises(JsonRpcException, match="takes one object"):
        await server.commands["kinos.server.fail"]("x")
