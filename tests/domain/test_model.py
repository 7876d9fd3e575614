"""What is known of Claude models."""

import pytest

from kinos.domain.model import MOST_OUTPUT, THINKING_ROOM, output_limit, thinks


@pytest.mark.parametrize(
    "model", ["claude-sonnet-5-5", "anthropic/claude-opus-5", "claude-fable-5-1", "claude-haiku-5-5"]
)
def test_claude_5_and_later_think_unasked_and_get_room_for_it(model: str) -> None:
    assert thinks(model)
    assert output_limit(model, 4000) == 4000 + THINKING_ROOM


@pytest.mark.parametrize(
    "model", ["claude-opus-4-8", "claude-3-5-sonnet-latest", "claude-sonnet-4-5-20250929", "gpt-5"]
)
def test_older_models_and_others_get_what_was_asked_for(model: str) -> None:
    assert output_limit(model, 4000) == 4000


def test_no_answer_is_longer_than_models_give() -> None:
    assert output_limit("claude-sonnet-5-5", 60_000) == MOST_OUTPUT
