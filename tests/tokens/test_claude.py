"""Claude's tokenizers: ctok and its vocabulary are trusted only while they count as recorded."""

import subprocess
import sys

import ctok
import pytest

from kinos.domain.errors import UnavailableError
from kinos.tokens.claude import TOKENIZERS, counter
from kinos.tokens.table import made, table
from kinos.tokens.vocabulary import Vocabulary

RARE = "\u0e17\u0e35\u0e48"


def test_the_overhead_is_what_a_message_costs_around_one_token() -> None:
    for tokenizer in TOKENIZERS.values():
        assert ctok.token_count("a", tokenizer.version) == tokenizer.overhead + 1


def test_a_ctok_that_counts_otherwise_is_noticed_when_it_is_first_asked() -> None:
    def changed(text: str, version: str) -> int:
        return int(ctok.token_count(text, version)) + ("NASA" in text)

    counting = counter("claude-v4.8", Vocabulary(table("claude-v4.8", "4.8")), changed)
    assert counting.count("plain text") == 3
    with pytest.raises(UnavailableError, match=r"counts 42 tokens for .*NASA.* in claude-v4.8, not 41: it changed"):
        counting.count(RARE)


def test_a_vocabulary_that_counts_otherwise_is_noticed_when_it_is_loaded() -> None:
    entries = {piece: how for piece, how in ctok.pieces("4.8").items() if "wor" not in piece}
    with pytest.raises(UnavailableError, match=r"'hello, world' in claude-v4\.8, not 10"):
        counter("claude-v4.8", Vocabulary(made(entries)), ctok.token_count)


def test_ordinary_text_is_counted_without_importing_ctok() -> None:
    code = (
        "import sys; from kinos.tokens.claude import line_counter; "
        "line_counter('claude-v4.8').count('# Été — it’s 速い ⚠️\\n\\n- [x] done, 3 × 5 ≥ 12 m²\\n'); "
        "sys.exit('ctok' in sys.modules or 'regex' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
