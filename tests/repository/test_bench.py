"""What the benches say when a promise is not kept."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def row() -> ModuleType:
    file = Path(__file__).parents[2] / "bench" / "row.py"
    spec = importlib.util.spec_from_file_location("bench_row", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_row"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("ratio", "bounds", "kept", "aimed"),
    [
        (9.9, {"at_least": 10.0, "aim": 20.0}, False, False),
        (10.0, {"at_least": 10.0, "aim": 20.0}, True, False),
        (20.0, {"at_least": 10.0, "aim": 20.0}, True, True),
        (4.1, {"at_most": 4.0, "aim": 2.0}, False, False),
        (2.0, {"at_most": 4.0, "aim": 2.0}, True, True),
        (0.5, {"at_most": 0.6}, True, None),
    ],
)
def test_a_promise_is_kept_or_not_and_an_aim_is_apart(
    row: ModuleType, ratio: float, bounds: dict[str, float], kept: bool, aimed: bool | None
) -> None:
    made = row.Row("a row", "a peer", "ms", 1.0, 2.0, ratio, **bounds)
    assert (made.kept, made.aimed) == (kept, aimed)
    assert ("NO" in row.table([made])) is not kept
