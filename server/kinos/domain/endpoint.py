"""Which endpoint and key a model is asked with: they follow from its provider alone, so that none gets another's."""

from collections.abc import Mapping

from kinos.domain.address import is_local, provider_of
from kinos.domain.errors import NoKeyError
from kinos.domain.message import Endpoint
from kinos.domain.setting import Settings
from kinos.domain.team import Agent, Team
from kinos.domain.usage import Price

OLLAMA_ADDRESS = "http://127.0.0.1:11434"
"""Where Ollama listens by itself."""

OLLAMA = ("ollama", "ollama_chat")
"""What litellm calls it: by `/api/generate`, and by `/api/chat`. Here both are the second."""

REHEARSE = "or rehearse with KinOS' own rule-based model: `kin --rehearse`, Rehearse in the editor."

_FREE = Price(0, 0, 0, 0, 0)


def models_of(agent: Agent, team: Team, settings: Settings) -> tuple[str, str]:
    """The models that decide and edit for `agent`: its own, else its team's, else the settings'."""
    own = agent.model or team.model
    return own or settings.model_plan, own or settings.model_edit


def endpoint_of(model: str, settings: Settings) -> Endpoint:
    """Where `model` is asked, and with which key."""
    match provider_of(model):
        case "anthropic":
            return Endpoint(settings.model_key, settings.model_endpoint or None)
        case "openai":
            return Endpoint(settings.model_openai_key, settings.model_openai_endpoint or None)
        case provider if provider in OLLAMA:
            return Endpoint("", settings.model_ollama_endpoint or OLLAMA_ADDRESS)
        case provider:
            return Endpoint(settings.model_other_key if provider == settings.model_other_provider else "")


def check_keys(agents: Mapping[str, Agent], team: Team, settings: Settings) -> None:
    """Raise NoKeyError when a model of one of `agents` cannot be asked for want of a key, naming both and what to set."""
    for name, model in keyless(agents, team, settings).items():
        who = f"There is no API key for {model}, the model of {name}, so it cannot be asked."
        raise NoKeyError(who, f"{lacking(model, settings)}, {REHEARSE}")


def keyless(agents: Mapping[str, Agent], team: Team, settings: Settings) -> Mapping[str, str]:
    """Those of `agents` with a model that cannot be asked for want of a key, each with the first such model."""
    found = {}
    for name, agent in agents.items():
        if model := next((each for each in models_of(agent, team, settings) if lacking(each, settings)), ""):
            found[name] = model
    return found


def unasked(model: str, settings: Settings) -> str:
    """Why `model` is not asked in a team that runs, and what mends it."""
    return f"there is no API key for its model {model}. {lacking(model, settings)} and start anew, or give it another model"


def prices_of(settings: Settings) -> Mapping[str, Price]:
    """The prices of the settings; what Ollama serves on this machine costs nothing unless they say otherwise."""
    free = dict.fromkeys(OLLAMA, _FREE) if is_local(endpoint_of("ollama/", settings).base_url) else {}
    return {**free, **settings.model_prices}


def lacking(model: str, settings: Settings) -> str:
    """What to do so that `model` has the key it needs; empty when it has, or needs none."""
    endpoint, provider = endpoint_of(model, settings), provider_of(model)
    if endpoint.api_key or provider in (*OLLAMA, settings.model_other_provider):
        return ""
    if provider == "anthropic":
        return "Set ANTHROPIC_API_KEY"
    if provider == "openai":
        return "" if is_local(endpoint.base_url) else "Set OPENAI_API_KEY"
    return f"Set KINOS_OTHER_PROVIDER to {provider} and KINOS_OTHER_API_KEY to its key"
