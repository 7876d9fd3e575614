import pytest

from kinos.domain.address import ANTHROPIC, address, host
from kinos.domain.message import Endpoint


@pytest.mark.parametrize(
    ("model", "base", "whole", "short"),
    [
        ("claude-sonnet-5-5", None, ANTHROPIC, "api.anthropic.com"),
        ("anthropic/claude-opus-5-5", None, ANTHROPIC, "api.anthropic.com"),
        ("claude-opus-5", "https://me:secret@models.example:8443/v1?x=1", "https://models.example:8443", "models.example:8443"),
        ("openai/gpt-5", "http://127.0.0.1:8080/v1", "http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("openai/gpt-5", None, "", "openai"),
    ],
)  # fmt: skip
def test_an_endpoint_is_named_without_path_and_password(model: str, base: str | None, whole: str, short: str) -> None:
    assert address(model, Endpoint("key", base)) == whole
    assert host(model, Endpoint("key", base)) == short
