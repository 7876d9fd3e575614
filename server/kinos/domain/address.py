"""Where a model is asked, as it is named in messages and known to circuit breakers."""

from urllib.parse import urlsplit

from kinos.domain.message import Endpoint

ANTHROPIC = "https://api.anthropic.com"
"""Where Claude is when the endpoint names no other place."""


def is_claude(model: str) -> bool:
    """Whether `model` is asked over Anthropic's Messages API."""
    return model.removeprefix("anthropic/").startswith("claude")


def address(model: str, endpoint: Endpoint) -> str:
    """The endpoint's address without path, user or password; empty when only the library knows where the provider is."""
    url = urlsplit(endpoint.base_url or "")
    if url.netloc:
        return f"{url.scheme}://{url.netloc.rpartition('@')[2]}"
    return ANTHROPIC if is_claude(model) else ""


def host(model: str, endpoint: Endpoint) -> str:
    """The same for a sentence, shorter: the host with its port, else the provider's name before the model's."""
    found = address(model, endpoint)
    return found.partition("://")[2] or model.partition("/")[0]
