"""Claude's tokenizers, offline: our own count by word over ctok's vocabulary, and ctok itself for the rare rest."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from kinos.domain.errors import UnavailableError
from kinos.tokens.line import LineCounter
from kinos.tokens.stream import Rules
from kinos.tokens.table import REINSTALL, table
from kinos.tokens.vocabulary import Vocabulary

type Oracle = Callable[[str, str], int]
"""A text and a version to the count of the text as one user message, overhead included."""


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """`version` is the lowest by which ctok knows it, `overhead` the tokens of a message around its content, as
    `count_tokens` says; `rules` were read off ctok 1.3; `model` is one that counts so.
    """

    version: str
    overhead: int
    rules: Rules
    model: str


TOKENIZERS = {
    "claude-v3": Tokenizer("3.0", 7, Rules(caps_from=4, folds_quotes=True, bordered=True), "claude-opus-4-5"),
    "claude-v4.7": Tokenizer("4.7", 11, Rules(caps_from=None, folds_quotes=False, bordered=True), "claude-opus-4-7"),
    "claude-v4.8": Tokenizer("4.8", 6, Rules(caps_from=None, folds_quotes=False, bordered=False), "claude-opus-4-8"),
}

# Whole messages, overhead included, by ctok 1.3.0, which agrees with count_tokens on every recorded text. Between them
# they meet each thing the counting by word rests on: head, tail, newline runs, case, borders, contractions, bytes.
_GOLDEN = (
    ("a", 8, 12, 7),
    ("a\na", 10, 14, 9),
    ("a\n\na", 10, 14, 9),
    (" a", 8, 12, 8),
    ("\n\ta  b\n\n\n", 13, 17, 11),
    ("hello, world", 10, 15, 10),
)
# The same for what only ctok counts: removals, NFC, folding.
_RARE_GOLDEN = (("“Ne t'inquiète pas”, NASA: e\u0301te\u0301\x01,\r\n\n\n  中文 🙂 \u0e4d\u0e32 12345\n", 35, 46, 41),)


@cache
def line_counter(name: str) -> LineCounter:
    """The counter of a Claude tokenizer; a few milliseconds at the first call, up to 0.2 s at the very first on a machine.

    Raises UnavailableError when ctok is missing or does not count as the version KinOS was built for.
    """
    return counter(name, Vocabulary(table(name, TOKENIZERS[name].version)), _ctok)


def counter(name: str, pieces: Vocabulary, oracle: Oracle) -> LineCounter:
    """A counter over a vocabulary, with `oracle` for the rest, each checked against known counts when first used.

    Raises UnavailableError unless the vocabulary gives them; the counter raises it when the oracle does not.
    """
    tokenizer = TOKENIZERS[name]
    trusted = False

    def ask(text: str) -> int:
        nonlocal trusted
        if not trusted:
            for golden in (*_GOLDEN, *_RARE_GOLDEN):
                _check(name, golden, oracle(golden[0], tokenizer.version))
            trusted = True
        return oracle(text, tokenizer.version) - tokenizer.overhead

    made = LineCounter(pieces, tokenizer.rules, ask)
    for golden in _GOLDEN:
        _check(name, golden, made.count(golden[0]) + tokenizer.overhead)
    return made


def _ctok(text: str, version: str) -> int:
    """ctok's count; it takes 0.2 s to import and 0.1 to 0.7 s to be ready."""
    try:
        import ctok
    except ImportError as error:
        raise UnavailableError("The tokenizer of Claude is not installed.", REINSTALL) from error
    return int(ctok.token_count(text, version))


def _check(name: str, golden: tuple[str, int, int, int], count: int) -> None:
    known = golden[1 + list(TOKENIZERS).index(name)]
    if count != known:
        raise UnavailableError(
            f"ctok counts {count} tokens for {golden[0]!r} in {name}, not {known}: "
            "it changed, and its counts are not trusted.",
            REINSTALL,
        )
