"""Where a model is asked, as it is named in messages and known to circuit breakers."""

from urllib.parse import urlsplit

from kinos.domain.message import Endpoint

ANTHROPIC = "https://api.anthropic.com"
"""Where Claude is when the endpoint names no other place."""


LOOPBACK = ("127.0.0.1", "localhost", "::1")


def provider_of(model: str) -> str:
    """The name before the slash, as litellm knows providers; a name without one is Anthropic's."""
    provider, slash, _ = model.partition("/")
    return provider if slash else "anthropic"


def is_claude(model: str) -> bool:
    """Whether `model` is asked over Anthropic's Messages API."""
    return provider_of(model) == "anthropic"


def is_local(url: str | None) -> bool:
    """Whether `url` is an address of this machine."""
    try:
        return url is not None and urlsplit(url).hostname in LOOPBACK
    except ValueError:  # half an IPv6 address
        return False


def bare(url: str) -> str:
    """`url` without path, user or password, as it may be shown; empty when it names no host. Raises ValueError."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""


def address(model: str, endpoint: Endpoint) -> str:
    """The endpoint's bare address; empty when only the library knows where the provider is."""
    return bare(endpoint.base_url or "") or (ANTHROPIC if is_claude(model) else "")


def host(model: str, endpoint: Endpoint) -> str:
    """The same for a sentence, shorter: the host with its port, else the provider's name before the model's."""
    found = address(model, endpoint)
    return found.partition("://")[2] or model.partition("/")[0]
