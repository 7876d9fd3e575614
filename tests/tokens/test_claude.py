"""Claude's tokenizers: ctok and its vocabulary are trusted only while they count as recorded."""

import subprocess
import sys

import ctok
import pytest

from kinos.domain.errors import UnavailableError
from kinos.tokens.claude import TOKENIZERS, counter, line_counter
from kinos.tokens.vocabulary import Vocabulary, vocabulary
from tokens.texts import CLAUDE

RARE = "\u0e17\u0e35\u0e48"


def test_the_overhead_is_what_a_message_costs_around_one_token() -> None:
    for tokenizer in TOKENIZERS.values():
        assert ctok.token_count("a", tokenizer.version) == tokenizer.overhead + 1


def test_a_ctok_that_counts_otherwise_is_noticed_when_it_is_first_asked() -> None:
    def changed(text: str, version: str) -> int:
        return int(ctok.token_count(text, version)) + ("NASA" in text)

    made = counter("claude-v4.8", vocabulary("claude-v4.8", "4.8"), changed)
    assert made.count("plain text") == 3
    with pytest.raises(UnavailableError, match=r"counts 42 tokens for .*NASA.* in claude-v4.8, not 41: it changed"):
        made.count(RARE)


def test_a_vocabulary_that_counts_otherwise_is_noticed_when_it_is_loaded() -> None:
    entries = {
        piece: how for piece, how in ctok.pieces("4.8").items() if "wor" not in piece and how["kind"] != "prefix"
    }
    pieces = [piece.replace("⟨bow⟩", "\x01").replace("⟨eow⟩", "\x02").replace("⟨shift⟩", "\x03") for piece in entries]
    with pytest.raises(UnavailableError, match=r"'hello, world' in claude-v4\.8, not 10"):
        counter("claude-v4.8", Vocabulary(pieces, []), ctok.token_count)


@pytest.mark.parametrize("piece", ["a\n", "\na", " \x01a", "\x02\x01a", "a\x02b", "a\x03\x01b"])
def test_a_vocabulary_that_forbids_cutting_is_refused(piece: str) -> None:
    with pytest.raises(ValueError, match="a piece crosses a border"):
        Vocabulary(["a", "\n", piece], [])


@pytest.mark.parametrize("name", CLAUDE)
def test_ctok_is_asked_for_its_vocabulary_when_its_file_is_elsewhere(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = vocabulary(name, TOKENIZERS[name].version)
    monkeypatch.setattr("kinos.tokens.vocabulary.find_spec", lambda _: None)
    asked = vocabulary(name, TOKENIZERS[name].version)
    assert asked.runs == usual.runs
    assert [asked.cost(text) for text in ("\x01abcdefgh\x02", "12345", "🙂")] == [
        usual.cost(text) for text in ("\x01abcdefgh\x02", "12345", "🙂")
    ]


def test_without_ctok_a_size_is_unavailable_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinos.tokens.vocabulary.find_spec", lambda _: None)
    monkeypatch.setitem(sys.modules, "ctok", None)
    with pytest.raises(UnavailableError, match=r"not installed.*pip install"):
        line_counter.__wrapped__("claude-v4.8")


def test_ordinary_text_is_counted_without_importing_ctok() -> None:
    code = (
        "import sys; from kinos.tokens.claude import line_counter; "
        "line_counter('claude-v4.8').count('# Été — it’s 速い ⚠️\\n\\n- [x] done, 3 × 5 ≥ 12 m²\\n'); "
        "sys.exit('ctok' in sys.modules or 'regex' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
