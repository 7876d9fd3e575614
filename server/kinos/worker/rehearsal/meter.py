"""How many tokens a text is: KinOS' own offline count, exact for Claude, behind one function."""

import threading
from functools import lru_cache

from kinos.domain.tokenizer import AUTO
from kinos.tokens.counter import Counter, counter_of
from kinos.tokens.family import tokenizer_for

# What the API adds to a conversation of one message, by tokenizer (measured with `count_tokens`).
_OVERHEAD = {"claude-v3": 7, "claude-v4.7": 11, "claude-v4.8": 6}

_LOCK = threading.Lock()
"""The counters memoise and are shared; requests come in several threads."""


@lru_cache(maxsize=8)
def _counter(model: str) -> Counter:
    return counter_of(tokenizer_for(AUTO, model))


@lru_cache(maxsize=512)
def tokens(text: str, model: str) -> int:
    """Tokens of `text` for `model`, without any overhead. Raises UnavailableError for a model nobody can count for."""
    with _LOCK:
        return _counter(model).count(text).tokens


def overhead(model: str) -> int:
    """Tokens the API adds to a conversation of one message."""
    return _OVERHEAD[_counter(model).name]
