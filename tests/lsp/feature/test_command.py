from collections.abc import Sequence
from typing import Any

import pytest

from kinos.domain.errors import UsageError
from kinos.engine import command as engine
from kinos.lsp.feature.command import COMMANDS, argument


def test_every_command_offered_is_one_of_the_engine() -> None:
    assert set(COMMANDS) <= set(engine.COMMANDS)


@pytest.mark.parametrize(
    ("given", "taken"), [([], {}), ([None], {}), ([{}], {}), ([{"a": 1}], {"a": 1}), ([{"a": 1}, None], {"a": 1})]
)
def test_a_command_takes_one_object_or_nothing(given: Sequence[object], taken: dict[str, Any]) -> None:
    assert argument(given) == taken


@pytest.mark.parametrize("given", [["default"], [5], [[]], [{}, {}], [True]])
def test_anything_else_is_refused(given: Sequence[object]) -> None:
    with pytest.raises(UsageError):
        argument(given)
