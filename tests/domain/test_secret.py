"""Keys are hidden, and nothing else is."""

import pytest

from kinos.domain.secret import HIDDEN, redaction
from kinos.domain.setting import Settings, secrets


@pytest.mark.parametrize(
    "key",
    [
        "sk-ant-api03-AbCdEf0123456789", "sk-proj-AbCdEf0123456789", "ghp_0123456789abcdefghij", "xoxb-0123456789-abc",
        "AKIAIOSFODNN7EXAMPLE", "Bearer abcdefghijklmnop1234", "AIzaSyA-0123456789_0123456789abcdef",
    ],
)  # fmt: skip
def test_what_looks_like_a_key_is_hidden(key: str) -> None:
    assert redaction()(f"the key {key}, it said") == f"the key {HIDDEN}, it said"


def test_a_known_key_is_hidden_whatever_it_looks_like() -> None:
    assert redaction(("swordfish", "swordfish-2"))("swordfish-2 and swordfish") == f"{HIDDEN} and {HIDDEN}"


@pytest.mark.parametrize("text", ["task-oriented-design-of-things", "sk-short", "the bearer of news", "docs/a.md", ""])
def test_plain_words_stay(text: str) -> None:
    assert redaction(("", "a"))(text) == text


def test_the_secrets_of_the_settings_are_known() -> None:
    assert secrets(Settings()) == ()
    assert secrets(Settings(model_key="swordfish")) == ("swordfish",)
