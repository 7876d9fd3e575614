import pytest

from kinos.domain.errors import FailureKind
from kinos.domain.message import Endpoint, Failed, Granted, Message
from kinos.worker.call import answer, serve
from worker.process import KEY, plan_call


class Silent:
    """An engine nobody may ask."""

    def __init__(self, first: Message | None = None) -> None:
        self.first = first

    def send(self, message: Message) -> None:
        raise AssertionError(message)

    def receive(self) -> Message:
        assert self.first is not None
        return self.first


def refused(endpoint: Endpoint, model: str = "claude-sonnet-5-5") -> Failed:
    outcome = answer(plan_call(None, endpoint=endpoint, model=model), Silent())
    assert isinstance(outcome, Failed)
    return outcome


def test_claude_without_a_key_is_not_asked() -> None:
    outcome = refused(Endpoint(""))
    assert outcome.failure is FailureKind.AUTHENTICATION
    assert "ANTHROPIC_API_KEY" in outcome.remedy


@pytest.mark.parametrize("key", ["sk 1", "sk\n1", "“sk-1”", "sk-1\n"])
def test_a_key_no_header_can_hold_is_not_sent_and_not_shown(key: str) -> None:
    outcome = refused(Endpoint(key))
    assert outcome.failure is FailureKind.AUTHENTICATION
    assert key not in outcome.message


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", "http://[::1", "http://x:port", ""])
def test_an_endpoint_that_is_no_address_is_not_asked(url: str) -> None:
    assert refused(Endpoint(KEY, url)).failure is FailureKind.UNREACHABLE


@pytest.mark.parametrize(
    "url", [None, "https://api.anthropic.com", "http://127.0.0.1.evil.example", "http://localhost@evil.example"]
)
def test_a_rehearsal_asks_nobody_outside(url: str | None) -> None:
    assert refused(Endpoint(KEY, url, rehearsal=True)).failure is FailureKind.POLICY


def test_a_message_that_is_no_call_ends_the_child() -> None:
    with pytest.raises(TypeError, match="Granted"):
        serve(Silent(Granted(1)))
