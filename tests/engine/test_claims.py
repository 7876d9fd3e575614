"""Claims: all of a task's files at once, or it waits."""

import asyncio

import pytest

from fakes.clock import settled
from kinos.domain.errors import ConflictError
from kinos.engine.claims import Claims


async def holding(claims: Claims, owner: str, paths: list[str], until: asyncio.Event, order: list[str]) -> None:
    async with claims.hold(owner, paths):
        order.append(owner)
        await until.wait()


async def test_a_task_waits_until_all_its_files_are_free() -> None:
    claims, first, order = Claims(), asyncio.Event(), list[str]()
    one = asyncio.create_task(holding(claims, "one", ["a.md", "b.md"], first, order))
    done = asyncio.Event()
    done.set()
    two = asyncio.create_task(holding(claims, "two", ["b.md", "c.md"], done, order))
    three = asyncio.create_task(holding(claims, "three", ["d.md"], done, order))
    await three
    assert order == ["one", "three"]
    assert claims.paths() == {"a.md", "b.md"}, "the waiting task claims nothing yet"
    first.set()
    await asyncio.gather(one, two)
    assert order == ["one", "three", "two"]
    assert claims.paths() == frozenset()


async def test_claims_are_case_folded() -> None:
    claims = Claims()
    claims.keep("change", ["Docs/A.md"])
    assert claims.paths() == {"docs/a.md"}
    with pytest.raises(ConflictError, match=r"docs/a\.md waits for review"):
        async with claims.hold("one", ["DOCS/a.MD"]):
            raise AssertionError


async def test_what_a_person_must_look_at_first_is_not_waited_for() -> None:
    claims = Claims()
    claims.keep("change", ["a.md"])
    claims.free("change")
    claims.free("change")
    async with claims.hold("one", ["a.md"]):
        assert claims.paths() == {"a.md"}


async def test_a_task_that_waits_is_told_when_its_file_goes_into_review() -> None:
    claims, first, order = Claims(), asyncio.Event(), list[str]()
    one = asyncio.create_task(holding(claims, "one", ["a.md"], first, order))
    two = asyncio.create_task(holding(claims, "two", ["a.md"], asyncio.Event(), order))
    await asyncio.sleep(0)
    claims.keep("change", ["a.md"])
    first.set()
    await one
    with pytest.raises(ConflictError):
        await two


async def test_a_task_cancelled_while_it_waits_or_works_gives_everything_back() -> None:
    claims, never, order = Claims(), asyncio.Event(), list[str]()
    one = asyncio.create_task(holding(claims, "one", ["a.md"], never, order))
    two = asyncio.create_task(holding(claims, "two", ["a.md"], never, order))
    three = asyncio.create_task(holding(claims, "three", ["a.md"], never, order))
    await asyncio.sleep(0)
    two.cancel()
    await settled(two)
    one.cancel()
    await settled(one)
    while order != ["one", "three"]:
        await asyncio.sleep(0)
    three.cancel()
    await settled(three)
    assert claims.paths() == frozenset()
