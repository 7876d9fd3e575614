"""Claude's tokenizers, offline: ctok as the oracle, loaded when first asked and checked against known counts."""

import re
from collections.abc import Callable
from functools import cache

from kinos.domain.errors import UnavailableError
from kinos.tokens.line import LineCounter

type Oracle = Callable[[str, str], int]
"""A text and a version to the count of the text as one user message, overhead included."""

VERSIONS = {"claude-v3": "3.0", "claude-v4.7": "4.7", "claude-v4.8": "4.8"}
"""The lowest version by which ctok knows a tokenizer."""

OVERHEADS = {"claude-v3": 7, "claude-v4.7": 11, "claude-v4.8": 6}
"""Tokens of a message around its content, as `count_tokens` says."""

# Whole messages, overhead included, by ctok 1.3.0, which agrees with count_tokens on every recorded text. Between them
# they meet each thing the counting by line rests on: head, tail, newline runs, removals, NFC, folding, case, bytes.
_GOLDEN = (
    ("a", 8, 12, 7),
    ("a\na", 10, 14, 9),
    ("a\n\na", 10, 14, 9),
    (" a", 8, 12, 8),
    ("\n\ta  b\n\n\n", 13, 17, 11),
    ("hello, world", 10, 15, 10),
    ("“Ne t'inquiète pas”, NASA: e\u0301te\u0301\x01,\r\n\n\n  中文 🙂 \u0e4d\u0e32 12345\n", 35, 46, 41),
)

_MIXED = re.compile(
    r"[^\0\n]\n|\n[^\0\n]"  # a newline and something else
    r"|[^\0⟩]⟨bow⟩|(?:⟨bow⟩|⟨eow⟩)⟨bow⟩|[^\0](?:⟨shift⟩|⟨caps⟩)"  # something before a word's opening marker
    r"|⟨eow⟩[^\0]"  # something behind its closing marker
)
"""Where a piece would cross a newline or a word's border. Pieces are joined by NUL."""


@cache
def line_counter(name: str) -> LineCounter:
    """The counter of a Claude tokenizer; about 0.3 s (v4.7, v4.8) or 1 s (v3) at the first call.

    Raises UnavailableError when ctok is missing or does not count as the version KinOS was built for.
    """
    try:
        import ctok
    except ImportError as error:
        raise UnavailableError("The tokenizer of Claude is not installed.", _REINSTALL) from error
    return checked(name, ctok.token_count, tuple(ctok.pieces(VERSIONS[name])))


def checked(name: str, oracle: Oracle, pieces: tuple[str, ...]) -> LineCounter:
    """A counter over `oracle` with the vocabulary `pieces`, in ctok's public notation.

    Raises UnavailableError unless it gives the golden counts and the vocabulary allows counting by line.
    """
    version, overhead = VERSIONS[name], OVERHEADS[name]
    column = 1 + list(VERSIONS).index(name)
    for golden in _GOLDEN:
        count = oracle(golden[0], version)
        if count != golden[column]:
            raise UnavailableError(
                f"ctok counts {count} tokens for {golden[0]!r} in {name}, not {golden[column]}: "
                "it changed, and its counts are not trusted.",
                _REINSTALL,
            )
    if mixed := _MIXED.search("\0".join(pieces)):
        raise UnavailableError(f"ctok's vocabulary of {name} changed ({mixed[0]!r}): texts cannot be cut.", _REINSTALL)
    runs = [len(piece) for piece in pieces if not piece.strip("\n")]
    return LineCounter(lambda text: oracle(text, version) - overhead, runs)


_REINSTALL = "Install KinOS again, with the version of ctok it asks for: `pip install --force-reinstall kinos`."
