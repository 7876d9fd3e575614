"""Counters: exact, with no overhead, never a guess."""

import pytest
from hypothesis import example, given

from kinos.domain.errors import UnavailableError, UsageError
from kinos.domain.size import Counted, Size
from kinos.domain.tokenizer import TOKENIZERS
from kinos.tokens.counter import counter_for, counter_of
from kinos.tokens.family import tokenizer_for
from tokens.texts import CLAUDE, many, oracle, texts


@pytest.mark.parametrize("name", TOKENIZERS)
def test_every_tokenizer_has_a_counter_of_its_name(name: str) -> None:
    assert counter_for(name).name == name


@pytest.mark.parametrize("name", CLAUDE)
@many
@given(text=texts)
@example(text="\ufeff")
@example(text="\ufeff\ufeff# Twice")
@example(text="\ufeff a")
def test_a_size_is_the_message_count_less_its_overhead(name: str, text: str) -> None:
    assert counter_for(name).count(text) == Size(oracle(text, name), Counted.EXACT)


@pytest.mark.parametrize("name", CLAUDE)
def test_an_empty_document_is_0_with_or_without_a_byte_order_mark(name: str) -> None:
    assert counter_for(name).count("").tokens == 0
    assert counter_for(name).count("\ufeff").tokens == 0


@pytest.mark.parametrize("name", CLAUDE)
def test_a_byte_order_mark_costs_nothing(name: str) -> None:
    assert counter_for(name).count("\ufeff# Title\n") == counter_for(name).count("# Title\n")


def test_a_size_says_how_it_was_counted() -> None:
    assert counter_for("claude-v4.8", Counted.UNCONFIRMED).count("a").counted is Counted.UNCONFIRMED


def test_an_unknown_tokenizer_is_refused_with_the_list() -> None:
    with pytest.raises(
        UsageError, match=r"no tokenizer 'claude-v9'.*claude-v3, claude-v4\.7, claude-v4\.8, cl100k_base"
    ):
        counter_for("claude-v9")


def test_an_unavailable_tokenizer_has_no_counter() -> None:
    with pytest.raises(UnavailableError, match=r"Set tokens\.tokenizer to one of"):
        counter_for("claude-v4.8", Counted.UNAVAILABLE)


def test_the_counter_of_a_choice_counts_as_it_says() -> None:
    counter = counter_of(tokenizer_for("auto", "claude-opus-6"))
    assert (counter.name, counter.count("a")) == ("claude-v4.8", Size(1, Counted.UNCONFIRMED))


def test_a_choice_that_is_unavailable_gives_its_reason() -> None:
    with pytest.raises(UnavailableError, match="tokenizer of mistral-large is not known"):
        counter_of(tokenizer_for("auto", "mistral-large"))
