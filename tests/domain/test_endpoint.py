from dataclasses import replace
from typing import Any

import pytest

from fakes.catalog import agent
from kinos.domain.endpoint import OLLAMA_ADDRESS, check_keys, endpoint_of, models_of, prices_of, unasked
from kinos.domain.errors import NoKeyError
from kinos.domain.message import Endpoint
from kinos.domain.setting import Settings, secrets
from kinos.domain.team import Team
from kinos.domain.usage import Price, Usage, price_of

TEAM = Team("crew", "a team", ())
ALL = Settings(
    model_key="anthropic-key",
    model_endpoint="http://claude.example",
    model_openai_key="openai-key",
    model_openai_endpoint="http://openai.example/v1",
    model_ollama_endpoint="http://ollama.example:11434",
    model_other_provider="mistral",
    model_other_key="mistral-key",
)


@pytest.mark.parametrize(
    ("model", "endpoint"),
    [
        ("claude-sonnet-5-5", Endpoint("anthropic-key", "http://claude.example")),
        ("anthropic/claude-sonnet-5-5", Endpoint("anthropic-key", "http://claude.example")),
        ("openai/gpt-5", Endpoint("openai-key", "http://openai.example/v1")),
        ("ollama/qwen3:8b", Endpoint("", "http://ollama.example:11434")),
        ("ollama_chat/qwen3:8b", Endpoint("", "http://ollama.example:11434")),
        ("mistral/large", Endpoint("mistral-key")),
        ("groq/large", Endpoint("")),
        ("openai/claude-sonnet-5-5", Endpoint("openai-key", "http://openai.example/v1")),
    ],
)
def test_a_model_is_asked_with_the_key_and_the_address_of_its_own_provider(model: str, endpoint: Endpoint) -> None:
    assert endpoint_of(model, ALL) == endpoint


def test_no_provider_gets_the_address_of_another() -> None:
    settings = Settings(model_key="a", model_endpoint="http://evil.example", model_openai_key="o", model_other_key="x")
    assert endpoint_of("openai/gpt-5", settings) == Endpoint("o")
    assert endpoint_of("ollama/m", settings) == Endpoint("", OLLAMA_ADDRESS)
    assert endpoint_of("mistral/m", settings) == Endpoint("")
    assert endpoint_of("claude-x", replace(settings, model_endpoint="", model_openai_endpoint="http://o")) == Endpoint(
        "a"
    )


def test_every_key_is_a_secret_and_none_is_shown() -> None:
    assert set(secrets(ALL)) == {"anthropic-key", "openai-key", "mistral-key"}
    assert not [key for key in secrets(ALL) if key in repr(ALL)]


def test_an_agents_model_comes_before_its_teams_and_that_before_the_settings() -> None:
    settings = Settings(model_plan="p", model_edit="e")
    assert models_of(agent("ann"), TEAM, settings) == ("p", "e")
    assert models_of(agent("ann"), replace(TEAM, model="t"), settings) == ("t", "t")
    assert models_of(agent("ann", model="a"), replace(TEAM, model="t"), settings) == ("a", "a")


@pytest.mark.parametrize(
    ("model", "settings", "what"),
    [
        ("claude-x", {}, "Set ANTHROPIC_API_KEY"),
        ("claude-x", {"model_openai_key": "k"}, "Set ANTHROPIC_API_KEY"),
        ("openai/x", {}, "Set OPENAI_API_KEY"),
        ("openai/x", {"model_key": "k"}, "Set OPENAI_API_KEY"),
        ("openai/x", {"model_openai_endpoint": "http://127.0.0.1.evil.example"}, "Set OPENAI_API_KEY"),
        ("mistral/x", {"model_key": "k"}, "Set KINOS_OTHER_PROVIDER to mistral and KINOS_OTHER_API_KEY"),
        ("mistral/x", {"model_other_provider": "groq", "model_other_key": "k"}, "Set KINOS_OTHER_PROVIDER to mistral"),
    ],
)
def test_a_key_that_is_missing_is_named_with_the_agent_and_the_model(
    model: str, settings: dict[str, Any], what: str
) -> None:
    with pytest.raises(NoKeyError) as caught:
        check_keys({"ann": agent("ann", model=model)}, TEAM, Settings(**settings))
    assert f"{model}, the model of ann" in caught.value.message
    assert caught.value.remedy.startswith(what)
    assert f"{model}. {what}" in unasked(model, Settings(**settings))


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("claude-x", {"model_key": "k"}),
        ("openai/x", {"model_openai_key": "k"}),
        ("openai/x", {"model_openai_endpoint": "http://127.0.0.1:1234/v1"}),
        ("openai/x", {"model_openai_endpoint": "http://[::1]:1234/v1"}),
        ("ollama/x", {}),
        ("ollama/x", {"model_ollama_endpoint": "http://elsewhere.example"}),
        ("mistral/x", {"model_other_provider": "mistral", "model_other_key": "k"}),
        ("lm_studio/x", {"model_other_provider": "lm_studio"}),
    ],
)
def test_who_needs_no_other_key_is_asked(model: str, settings: dict[str, Any]) -> None:
    check_keys({"ann": agent("ann", model=model)}, TEAM, Settings(**settings))


@pytest.mark.parametrize(
    ("model", "endpoint", "cost"),
    [
        ("ollama/x", "", 0.0),
        ("ollama_chat/x", "http://localhost:11434", 0.0),
        ("ollama/x", "http://elsewhere.example", None),
        ("ollama/big:120b-cloud", "", None),
        ("openai/x", "", None),
        ("mistral/x", "", None),
    ],
)
def test_only_what_ollama_serves_on_this_machine_costs_nothing(model: str, endpoint: str, cost: float | None) -> None:
    price = price_of(model, prices_of(Settings(model_ollama_endpoint=endpoint)))
    assert (None if price is None else price.cost(Usage(1000, 1000, calls=1))) == cost


def test_a_price_that_was_set_comes_first_and_a_providers_holds_for_all_its_models() -> None:
    paid = Price(1, 2, 1, 1)
    prices = prices_of(Settings(model_prices={"ollama": paid, "openai": paid, "openai/x": Price(3, 3, 3, 3)}))
    assert price_of("ollama/x", prices) == price_of("openai/y", prices) == paid
    assert price_of("openai/x", prices) == Price(3, 3, 3, 3)
