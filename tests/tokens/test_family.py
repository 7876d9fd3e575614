"""From a model's name to its tokenizer."""

import pytest

from kinos.domain.errors import UsageError
from kinos.domain.size import Counted
from kinos.domain.tokenizer import TOKENIZERS
from kinos.tokens.family import tokenizer_for

EXACT = {
    "claude-v3": [
        *("claude-3-opus-20240229", "claude-3-sonnet-20240229", "claude-3-haiku-20240307", "claude-3-opus-latest"),
        *("claude-3-5-sonnet-20241022", "claude-3-5-sonnet-latest", "claude-3.5-sonnet", "claude-3-5-haiku-20241022"),
        *("claude-3-7-sonnet-20250219", "claude-3-7-sonnet-latest", "anthropic/claude-3.7-sonnet:thinking"),
        *("claude-opus-4-20250514", "claude-4-opus-20250514", "claude-sonnet-4-0", "claude-opus-4-1-20250805"),
        *("claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001", "claude-opus-4-5-20251101"),
        *("claude-opus-4-6", "claude-sonnet-4-6", "anthropic/claude-opus-4-6", "Claude-Opus-4-6"),
        *("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "vertex_ai/claude-sonnet-4@20250514"),
        *("bedrock/anthropic.claude-3-haiku-20240307-v1:0", "openrouter/anthropic/claude-sonnet-4.5"),
    ],
    "claude-v4.7": ["claude-opus-4-7", "anthropic/claude-opus-4-7", "claude-opus-4-7-20260401", "claude-opus-4-7[1m]"],
    "claude-v4.8": [
        *("claude-opus-4-8", "claude-sonnet-5", "claude-opus-5", "claude-fable-5", "claude-mythos-5"),
        *("claude-sonnet-5-5", "anthropic/claude-sonnet-5-5", "claude-sonnet-5-5-latest", "claude-haiku-5-5"),
        *("claude-opus-5-5", "claude-fable-5-1", "claude-fable-5-2", "claude-mythos-5-1", "claude-mythos-5-2"),
    ],
    "o200k_base": [
        "gpt-4o",
        "openai/gpt-4o-mini",
        "gpt-4o-2024-05-13",
        "gpt-4.1",
        "gpt-5",
        "gpt-5-mini",
        "o1",
        "o3-mini",
    ],
    "cl100k_base": ["gpt-4", "gpt-4-turbo", "gpt-3.5-turbo", "azure/gpt-35-turbo", "text-embedding-3-small"],
}


@pytest.mark.parametrize(("model", "tokenizer"), [(model, name) for name, models in EXACT.items() for model in models])
def test_a_model_of_the_table_is_counted_exactly(model: str, tokenizer: str) -> None:
    choice = tokenizer_for("auto", model)
    assert (choice.tokenizer, choice.counted) == (tokenizer, Counted.EXACT)
    assert model in choice.reason


@pytest.mark.parametrize(
    ("model", "tokenizer"),
    [
        ("claude-opus-6", "claude-v4.8"),
        ("claude-sonnet-5-7", "claude-v4.8"),
        ("claude-mythos-preview", "claude-v4.8"),
        ("claude-next", "claude-v4.8"),
        ("claude-opus-10-1-20290101", "claude-v4.8"),
        ("claude-sonnet-4-7", "claude-v4.7"),
        ("claude-haiku-4-6", "claude-v3"),
    ],
)
def test_a_model_missing_from_the_table_is_unconfirmed(model: str, tokenizer: str) -> None:
    choice = tokenizer_for("auto", model)
    assert (choice.tokenizer, choice.counted) == (tokenizer, Counted.UNCONFIRMED)
    assert "not in the table" in choice.reason


@pytest.mark.parametrize(
    "model",
    [
        "mistral-large",
        "gemini/gemini-2.5-pro",
        "gpt-9",
        "claude-2.1",
        "claude-instant-1.2",
        "anthropic.claude-v2:1",
        "my-claude-3",
    ],
)
def test_a_model_whose_tokenizer_is_not_known_is_unavailable_with_what_to_do(model: str) -> None:
    choice = tokenizer_for("auto", model)
    assert (choice.tokenizer, choice.counted) == ("", Counted.UNAVAILABLE)
    assert model in choice.reason
    assert "Set tokens.tokenizer to one of claude-v3, " in choice.reason


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_tokenizer_that_was_set_is_taken_whatever_the_model(name: str) -> None:
    choice = tokenizer_for(name, "mistral-large")
    assert (choice.tokenizer, choice.counted) == (name, Counted.EXACT)


def test_without_a_model_the_latest_of_claude_is_taken() -> None:
    assert tokenizer_for("auto", "").tokenizer == "claude-v4.8"


def test_a_setting_that_names_no_tokenizer_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match=r"no tokenizer 'gpt2'.*claude-v3.*o200k_base"):
        tokenizer_for("gpt2", "claude-sonnet-5-5")


@pytest.mark.agents
def test_every_claude_model_the_sdk_knows_has_its_place() -> None:
    from typing import get_args

    from anthropic.types.model import Model

    models = [name for part in get_args(Model) for name in get_args(part)]
    assert len(models) > 10
    sure = [name for name in models if tokenizer_for("auto", name).counted is Counted.EXACT]
    assert sorted(set(models) - set(sure)) == ["claude-mythos-preview"]
