"""A setting that changes nothing is a lie: each key of the table has something that it changes."""

import json
from pathlib import Path

import pytest

from contract.effects import EFFECTS, Effect, Place
from kinos.domain.layer import Layer, Source, resolve
from kinos.domain.setting import rows

CASES = [
    pytest.param(key, effect, value, seen, id=f"{key}-{number}-{json.dumps(value)}")
    for key, effects in EFFECTS.items()
    for number, effect in enumerate(effects)
    for value, seen in effect.seen
]


def test_every_key_of_the_table_has_something_that_it_changes() -> None:
    assert set(EFFECTS) == {row.key for row in rows().values()}


def test_every_effect_is_one() -> None:
    for key, effects in EFFECTS.items():
        for effect in effects:
            assert len({repr(seen) for _, seen in effect.seen}) > 1, key


@pytest.mark.parametrize(("key", "effect", "value", "seen"), CASES)
async def test_setting_it_changes_what_is_seen(
    key: str, effect: Effect, value: object, seen: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    values = {**effect.besides, key: value}
    settings, problems = resolve([Layer(Source.USER_FILE, values)])
    assert not problems
    assert await effect.look(Place(settings, values, tmp_path, monkeypatch)) == seen
