"""Where the values of a JSON text stand."""

import json

from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.place import places, words

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


def test_each_value_has_the_line_on_which_it_begins() -> None:
    text = '\n{ "a":\n [1,\n  {"b": "x,]}\\""}, []\n ],\n "c": {\n} }\n'
    assert places(text) == {
        (): 2, ("a",): 3, ("a", 0): 3, ("a", 1): 4, ("a", 1, "b"): 4, ("a", 2): 4, ("c",): 6,
    }  # fmt: skip


def test_of_a_key_given_twice_the_last_one_counts_as_it_does_for_json() -> None:
    assert places('{"a": 1,\n"a": 2}')["a",] == 2


def test_a_place_is_written_as_a_person_writes_it() -> None:
    assert words(("phase_config", "expansion", "active_agents", 4, "name")) == (
        "phase_config.expansion.active_agents[4].name"
    )
    assert words((3, "x")) == "[3].x"


@given(VALUES, st.sampled_from([None, 0, 2]))
def test_every_value_of_any_json_has_a_place(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    found = places(text)
    assert found.keys() == set(leads(value, ()))
    if indent is None:
        assert set(found.values()) == {1}


def leads(value: object, place: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(lead for key, item in inner for lead in leads(item, (*place, key)))]
