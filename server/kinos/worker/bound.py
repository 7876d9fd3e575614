"""How many input tokens a request can have at most: what is reserved for it before it is sent."""

from collections.abc import Iterable

from kinos.domain.errors import UnavailableError
from kinos.domain.size import Counted
from kinos.domain.tokenizer import AUTO, CLAUDE_V4_7, CLAUDE_V4_8
from kinos.tokens.counter import counter_for
from kinos.tokens.family import tokenizer_for

FRAME = 1_000
"""Tokens: more than the API adds to a request by itself (frames of messages, some hundreds for the use of tools)."""

MARGIN = 1.05
"""For what an exact count of the single texts does not know: how the API joins messages and writes tools."""


def most_tokens(model: str, texts: Iterable[str]) -> int:
    """An upper bound of the input tokens of `texts` in one request to `model`.

    Exact counts where they cost little, with a margin. Else a token a byte, which no byte-level vocabulary exceeds; less would
    not be safe, since base64, punctuation and rare scripts come to 0.9 to 1.0 tokens a byte (prose: 0.25).
    """
    texts = list(texts)
    choice = tokenizer_for(AUTO, model)
    # v4.7 has the vocabulary of v4.8. The older one takes a second to load, in each call anew.
    if choice.counted is Counted.EXACT and choice.tokenizer in {CLAUDE_V4_7, CLAUDE_V4_8}:
        try:
            return int(_exact(texts) * MARGIN) + FRAME
        except UnavailableError:
            pass
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) + FRAME


def _exact(texts: Iterable[str]) -> int:
    counter = counter_for(CLAUDE_V4_8)
    return sum(counter.count(text).tokens or 0 for text in texts)


def load() -> None:
    """Load the tokenizer, if there is one, so that the children of this process have it."""
    most_tokens("claude-opus-4-8", ["The tokenizer is loaded."])
