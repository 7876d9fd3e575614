"""As much of a text as fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.engine.excerpt import excerpt, first_that_fits


async def words(text: str) -> int:
    return len(text.split())


@given(st.lists(st.integers(0, 30), max_size=40), st.integers(8, 60))
async def test_an_excerpt_is_the_longest_beginning_that_fits(lengths: list[int], most: int) -> None:
    lines = [" ".join(["longword"] * length) + "\n" for length in lengths]
    shown = await excerpt("".join(lines), most, words)
    if sum(lengths) <= most:
        assert shown == "".join(lines)
        return
    kept = shown.splitlines(keepends=True)[:-1]
    assert lines[: len(kept)] == kept
    assert f"{len(lines) - len(kept)} more line" in shown
    assert await words(shown) <= most or not kept
    note = f"… and {len(lines) - len(kept) - 1} more lines, left out here\n"
    assert sum(lengths[: len(kept) + 1]) + await words(note) > most


async def test_a_text_of_fewer_bytes_than_tokens_is_not_counted() -> None:
    async def never(text: str) -> int:
        raise AssertionError

    assert await excerpt("short", 5, never) == "short"


@pytest.mark.parametrize(("most", "shown"), [(3, "a b c\n"), (2, "a b\n"), (1, "a\n")])
async def test_the_first_text_that_fits_is_taken(most: int, shown: str) -> None:
    async def always(text: str) -> int:
        return len(text.split())

    assert await first_that_fits(["a b c\n", "a b\n", "a\n"], most, always) == shown
