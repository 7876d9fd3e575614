"""Claude's tokenizers: ctok is trusted only while it counts as recorded."""

import sys

import ctok
import pytest

from kinos.domain.errors import UnavailableError
from kinos.tokens.claude import OVERHEADS, VERSIONS, checked, line_counter
from tokens.texts import CLAUDE

PIECES = tuple(ctok.pieces("4.8"))


@pytest.mark.parametrize("name", CLAUDE)
def test_the_overhead_is_what_a_message_costs_around_one_token(name: str) -> None:
    assert ctok.token_count("a", VERSIONS[name]) == OVERHEADS[name] + 1


def test_a_ctok_that_counts_otherwise_is_noticed_and_named() -> None:
    def changed(text: str, version: str) -> int:
        return int(ctok.token_count(text, version)) + ("NASA" in text)

    with pytest.raises(UnavailableError, match=r"counts 42 tokens for .*NASA.* in claude-v4.8, not 41: it changed"):
        checked("claude-v4.8", changed, PIECES)


@pytest.mark.parametrize("piece", ["a\n", "\na", " ⟨bow⟩a", "⟨eow⟩⟨bow⟩a", "a⟨eow⟩b", "a⟨shift⟩⟨bow⟩b"])
def test_a_vocabulary_that_forbids_cutting_is_noticed(piece: str) -> None:
    with pytest.raises(UnavailableError, match=r"vocabulary of claude-v4\.8 changed"):
        checked("claude-v4.8", ctok.token_count, (*PIECES, piece))


@pytest.mark.parametrize("name", CLAUDE)
def test_the_vocabulary_of_today_allows_cutting(name: str) -> None:
    checked(name, ctok.token_count, tuple(ctok.pieces(VERSIONS[name])))


def test_without_ctok_a_size_is_unavailable_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctok", None)
    with pytest.raises(UnavailableError, match=r"not installed.*pip install"):
        line_counter.__wrapped__("claude-v4.8")
