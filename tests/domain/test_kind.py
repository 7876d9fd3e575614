"""What each type of setting takes, and what it says to the rest."""

import pytest

from kinos.domain.errors import UsageError
from kinos.domain.kind import Choice, Choices, Codes, Kind, Number, Prices, Text, Texts, Truth, Whole
from kinos.domain.usage import PRICES, SEARCH_PRICE, Price


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (Whole(1), 3, 3),
        (Whole(1), "12", 12),
        (Number(0, 1), "0.25", 0.25),
        (Number(0, 1), 1, 1.0),
        (Number(0, 1, optional=True), None, None),
        (Text(), "  a word ", "a word"),
        (Choice("off", "openFiles"), "OPENFILES", "openFiles"),
        (Texts(), "a, b,,c", ("a", "b", "c")),
        (Texts(), ["a"], ("a",)),
        (Choices("off", "on"), ["ON", "off", "on"], ("on", "off")),
        (Choices("off", "on"), "on, off", ("on", "off")),
        (Codes(), "429, 500 529", (429, 500, 529)),
        (Codes(), [408], (408,)),
    ],
)
def test_a_good_value_is_read_also_from_text(kind: Kind, value: object, read: object) -> None:
    assert kind.read(value) == read


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (Whole(1), 0, "at least 1"),
        (Whole(1, 8), 9, "from 1 to 8"),
        (Whole(1), True, "whole number"),
        (Whole(1), 2.5, "whole number"),
        (Whole(1), "many", "'many'"),
        (Whole(1), "--5", "'--5'"),
        (Whole(1), "²", "'²'"),
        (Whole(1), "9" * 5000, "whole number"),
        (Number(0), "inf", "at least 0"),
        (Number(0), float("nan"), "at least 0"),
        (Codes(), "4²9", "400 to 599"),
        (Codes(), "9" * 5000, "400 to 599"),
        (Prices(), {"m": {"input": float("inf"), "output": 1}}, "'m'"),
        (Number(0, 1), 1.5, "from 0 to 1"),
        (Number(0), "x", "at least 0"),
        (Number(0), None, "number"),
        (Number(0), False, "number"),
        (Text(1), " ", "not empty"),
        (Text(), 5, "text"),
        (Choice("", "review"), "later", "(empty), review"),
        (Texts(), [1], "list of texts"),
        (Texts(), 7, "list of texts"),
        (Codes(), [200], "400 to 599"),
        (Codes(), "many", "400 to 599"),
        (Prices(), 3, "table of models"),
        (Prices(), {"m": {"input": 1}}, "'m'"),
        (Prices(), {"m": {"input": 1, "output": -1}}, "0 or more"),
        (Prices(), {"m": {"input": 1, "output": 1, "extra": 1}}, "'m'"),
        (Prices(), {"m": 3}, "'m'"),
    ],
)
def test_a_bad_value_is_refused_with_what_is_allowed(kind: Kind, value: object, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        kind.read(value)
    assert said in refused.value.message


def test_a_users_prices_come_over_the_built_in_ones() -> None:
    prices = Prices().read(
        {"mine": {"input": 1, "output": 2}, "claude-sonnet-5-5": {"input": 9, "output": 9, "cacheRead": 0}}
    )
    assert prices["mine"] == Price(1, 2, 1, 1)
    assert prices["claude-sonnet-5-5"] == Price(9, 9, 0, 9)
    assert prices["mine"].search == SEARCH_PRICE
    assert prices.keys() == PRICES.keys() | {"mine"}


def test_a_user_may_give_the_price_of_a_web_search() -> None:
    prices = Prices().read({"mine": {"input": 1, "output": 2, "search": 7}})
    assert prices["mine"] == Price(1, 2, 1, 1, 7)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (Whole(1, 8), {"type": "integer", "minimum": 1, "maximum": 8}),
        (Whole(1), {"type": "integer", "minimum": 1}),
        (Number(0), {"type": "number", "minimum": 0}),
        (Number(0, 1, optional=True), {"type": ["number", "null"], "minimum": 0, "maximum": 1}),
        (Text(1), {"type": "string", "minLength": 1}),
        (Choice("a", "b"), {"type": "string", "enum": ["a", "b"]}),
        (Texts(), {"type": "array", "items": {"type": "string"}}),
    ],
)
def test_the_schema_says_what_is_read(kind: Kind, schema: object) -> None:
    assert kind.schema() == schema


def test_codes_and_prices_have_schemas_of_their_parts() -> None:
    assert Codes().schema()["items"]["minimum"] == 400
    assert Prices().schema()["additionalProperties"]["required"] == ["input", "output"]


@pytest.mark.parametrize(("text", "truth"), [("1", True), (" YES", True), ("", False), ("0", False), ("Off", False)])
def test_a_variable_says_yes_or_no(text: str, truth: bool) -> None:
    assert Truth.read("KINOS_X", text) is truth


@pytest.mark.parametrize("text", ["maybe", "2", "tru"])
def test_a_word_that_is_neither_yes_nor_no_is_not_taken_for_no(text: str) -> None:
    with pytest.raises(UsageError, match=r"KINOS_X is .* neither yes nor no"):
        Truth.read("KINOS_X", text)
