"""What is known of Claude models that decides how they are asked."""

import re

THINKING_ROOM = 16_000
"""Tokens added to the longest answer of a model that thinks unasked: thinking counts towards `max_tokens`."""

MOST_OUTPUT = 64_000
"""Tokens; the longest answer that every current Claude model gives."""

_THINKS = re.compile(r"(?:.*/)?claude-[a-z]+-(?:[5-9]|\d\d)(?:-.*)?")


def thinks(model: str) -> bool:
    """Whether `model` thinks before it answers unless told otherwise: Claude 5 and later (platform.claude.com, models)."""
    return _THINKS.fullmatch(model) is not None


def output_limit(model: str, answer: int) -> int:
    """`max_tokens` for an answer of up to `answer` tokens, with room to think where the model does."""
    return min(MOST_OUTPUT, answer + (THINKING_ROOM if thinks(model) else 0))
