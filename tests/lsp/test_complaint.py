"""What is wrong with settings is told once, and all of it at once."""

import pytest

from kinos.lsp.complaint import Complaints, message
from lsp.stage import RecordingClient


@pytest.fixture
def client() -> RecordingClient:
    return RecordingClient()


async def told(client: RecordingClient, complaints: Complaints) -> list[str]:
    """The messages, once all that was put is told."""
    due = complaints._due
    assert due is not None
    due.cancel()
    complaints._tell()
    return client.flashes


async def test_what_several_find_at_once_is_one_message(client: RecordingClient) -> None:
    complaints = Complaints(client)
    complaints.put("a", ["one.", "two."])
    complaints.put("b", ["two.", "three."])
    assert client.flashes == []
    await client.until(lambda: client.flashes)
    assert client.flashes == ["KinOS: 3 things are wrong with its settings.\none.\ntwo.\nthree."]
    assert client.logged == [("warning", "one."), ("warning", "two."), ("warning", "three.")]


async def test_only_what_is_new_is_told(client: RecordingClient) -> None:
    complaints = Complaints(client)
    complaints.put("a", ["one."])
    await told(client, complaints)
    complaints.put("a", ["one.", "two."])
    assert await told(client, complaints) == ["KinOS: one.", "KinOS: two."]
    complaints.put("b", ["two."])
    assert len(await told(client, complaints)) == 2


async def test_what_was_mended_is_told_when_it_comes_back(client: RecordingClient) -> None:
    complaints = Complaints(client)
    for problems in (["one."], [], ["one."]):
        complaints.put("a", problems)
        await told(client, complaints)
    assert client.flashes == ["KinOS: one."] * 2


async def test_after_the_end_nothing_is_told(client: RecordingClient) -> None:
    complaints = Complaints(client)
    complaints.put("a", ["one."])
    complaints.close()
    assert complaints._due is not None
    assert complaints._due.cancelled()


def test_one_thing_is_told_as_it_is() -> None:
    assert message(["tokens.warn must be a whole number."]) == "KinOS: tokens.warn must be a whole number."
