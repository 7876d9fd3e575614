import ctok
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinos.worker.bound import FRAME, most_tokens

PROSE = "The agents keep the documents in step with what was decided.\n" * 50


@settings(deadline=None)  # the first count loads the tokenizers
@given(st.text())
def test_a_request_never_has_more_tokens_than_were_reserved(text: str) -> None:
    assert ctok.token_count(text, "4.8") <= most_tokens("claude-sonnet-5-5", [text])
    assert ctok.token_count(text, "3.0") <= most_tokens("claude-sonnet-4-5", [text])


def test_a_known_model_is_reserved_for_closely() -> None:
    assert most_tokens("claude-sonnet-5-5", [PROSE]) - FRAME < 1.1 * ctok.token_count(PROSE, "4.8")


@pytest.mark.parametrize("model", ["claude-opus-9", "ollama/llama3", "rehearsal", "claude-sonnet-4-5"])
def test_a_model_whose_tokenizer_is_not_loaded_is_reserved_for_by_bytes(model: str) -> None:
    assert most_tokens(model, ["é", "ab"]) == 4 + FRAME
