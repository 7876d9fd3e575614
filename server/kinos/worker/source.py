"""Who a worker asks, as its failures are told: each kind of failure is one sentence, with what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from kinos.domain.address import address, provider_of
from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Endpoint

_SENTENCES: Mapping[FailureKind, tuple[str, str]] = {
    FailureKind.AUTHENTICATION: (
        "{where} does not accept the API key for {model}",
        "Set a valid key ({key}), or start with --rehearse, which needs none.",
    ),
    FailureKind.PERMISSION: (
        "{where} does not let this key use {model}",
        "Check the account's credit and rights, or choose another model with model.plan and model.edit.",
    ),
    FailureKind.RATE_LIMIT: (
        "{where} refused {model} for too many requests or tokens in a short time",
        "Wait, lower team.parallel, or raise the limits of the account.",
    ),
    FailureKind.OVERLOADED: ("{where} is overloaded and did not serve {model}", "Wait, or choose another model."),
    FailureKind.SERVER: (
        "{where} failed while serving {model}",
        "Try again later; if it stays so, check {setting}.",
    ),
    FailureKind.UNREACHABLE: (
        "{where} cannot be reached for {model}",
        "Check the network, the proxy and the setting {setting}.",
    ),
    FailureKind.BROKEN: (
        "The answer of {model} at {where} broke off",
        "Check the network, the proxy and the setting {setting}; what was sent may have been billed.",
    ),
    FailureKind.TIMEOUT: ("{where} did not answer for {model} in time", "Try again later, or choose a faster model."),
    FailureKind.BAD_REQUEST: (
        "{where} refused the request for {model}",
        "Check the model's name and the settings model.maxTokens and model.temperature.",
    ),
    FailureKind.CONTEXT_TOO_LONG: (
        "What {model} at {where} should read is longer than it can",
        "Split long documents, or choose a model with a larger window.",
    ),
    FailureKind.CUT_OFF: (
        "The answer of {model} at {where} was cut off at the limit of output tokens",
        "Raise model.maxTokens, or split long documents so that changes become smaller.",
    ),
    FailureKind.EMPTY_ANSWER: ("{model} at {where} answered nothing", "Try again, or choose another model."),
    FailureKind.NO_TASK: (
        "{model} at {where} named no valid task",
        "Look at the agent's prompt, or choose a stronger model.",
    ),
    FailureKind.NO_SEARCH: (
        "No web search with {model} at {where}",
        "Let the organisation allow it in the Console, or give this agent a Claude model that has it; the others go on.",
    ),
    FailureKind.NO_MATCH: (
        "The edits of {model} at {where} do not fit the text they should change",
        "Nothing was changed; the agent tries again at its next turn.",
    ),
}


_SETTINGS: Mapping[str, tuple[str, str]] = {
    "anthropic": ("ANTHROPIC_API_KEY", "model.endpoint"),
    "openai": ("OPENAI_API_KEY", "model.openaiEndpoint"),
    "ollama": ("", "model.ollamaEndpoint"),
    "ollama_chat": ("", "model.ollamaEndpoint"),
}
_KEYLESS = (
    "{where} wants a key for {model}, and KinOS sends Ollama none",
    "Let it do without one, or name the model openai/…, with model.openaiEndpoint and OPENAI_API_KEY.",
)
"""Said instead, where no key is ever sent."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who is asked, as it is named in messages."""

    model: str
    endpoint: Endpoint

    @property
    def where(self) -> str:
        """The endpoint's address without path, user or password."""
        return address(self.model, self.endpoint) or "The model's provider"

    @property
    def settings(self) -> tuple[str, str]:
        """What the person sets for the provider: the variable of its key (empty: it is sent none), the setting of its address."""
        return _SETTINGS.get(provider_of(self.model), ("KINOS_OTHER_API_KEY", "model.otherProvider"))

    def fault(self, kind: FailureKind, detail: str = "") -> FaultError:
        """The error to end the call with, naming endpoint and model, never the key."""
        key, setting = self.settings
        sentence, remedy = _KEYLESS if kind is FailureKind.AUTHENTICATION and not key else _SENTENCES[kind]
        text = sentence.format(where=self.where, model=self.model)
        detail = " ".join(detail.split())[:300].rstrip(".")
        message = self.scrubbed(f"{text}: {detail}." if detail else f"{text}.")
        return FaultError(kind, message, remedy.format(key=key, setting=setting))

    def scrubbed(self, text: str) -> str:
        """`text` without the key."""
        return text.replace(self.endpoint.api_key, "(key)") if self.endpoint.api_key else text
