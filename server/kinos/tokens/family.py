"""Which tokenizer a model has: the table from model names, and how sure it is. Costs nothing to import."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kinos.domain.errors import UsageError
from kinos.domain.size import Counted
from kinos.domain.tokenizer import AUTO, CL100K, CLAUDE_V3, CLAUDE_V4_7, CLAUDE_V4_8, O200K, TOKENIZERS

# Models by `tier-version`, from the anthropic package's list (`types/model.py`, 2.12) and the ones retired since
# Claude 3; the tokenizers from ctok 1.3, which was measured against count_tokens.
_CLAUDE: Mapping[str, tuple[str, ...]] = {
    CLAUDE_V3: (
        *("opus-3", "sonnet-3", "haiku-3", "sonnet-3-5", "haiku-3-5", "sonnet-3-7", "opus-4", "sonnet-4", "opus-4-0"),
        *("sonnet-4-0", "opus-4-1", "opus-4-5", "sonnet-4-5", "haiku-4-5", "opus-4-6", "sonnet-4-6"),
    ),
    CLAUDE_V4_7: ("opus-4-7",),
    CLAUDE_V4_8: (
        *("opus-4-8", "opus-5", "sonnet-5", "fable-5", "mythos-5", "mythos-5-1", "fable-5-1", "opus-5-5"),
        *("sonnet-5-5", "haiku-5-5", "mythos-5-2", "fable-5-2"),
    ),
}
_MODELS = {model: tokenizer for tokenizer, models in _CLAUDE.items() for model in models}

# As in tiktoken's own table (`tiktoken/model.py`, 0.12), a model or the start of a dated one.
_OPENAI = (
    (re.compile(r"(ft:|chatgpt-)?gpt-(4o|4\.1|4\.5|5)([-:].*)?|(o1|o3|o4-mini)(-.*)?"), O200K),
    (re.compile(r"(ft:)?gpt-(4|3\.5|35-turbo)([-:].*)?|text-embedding-(ada-002|3-small|3-large)"), CL100K),
)

_NAME = re.compile(
    r"(?:.*[/.])??claude-(?P<model>[a-z0-9.-]*?)"
    r"(?:[-@]20\d{6})?(?:-latest|@latest)?(?:-v\d+)?(?::\d+[a-z0-9]*|:[a-z]+|\[\w+\])?"
)
"""A Claude model with what hosts put around it: `anthropic/`, `us.anthropic.`, a date, `-latest`, `-v2:0`, `:beta`."""

_TIER = re.compile(r"^(?P<old>\d+(?:-\d+)?)-(?P<tier>[a-z]+)$")
"""Up to Claude 3.7 the version came first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A tokenizer, how its counts stand to the model's own, and why it was chosen. Empty when unavailable."""

    tokenizer: str
    counted: Counted
    reason: str


def known() -> str:
    """The tokenizers, as said in messages."""
    return f"one of {', '.join(TOKENIZERS)}"


def unknown(name: str) -> UsageError:
    """What to say about a tokenizer there is not."""
    return UsageError(f"There is no tokenizer {name!r}.", f"Use {known()}.")


def tokenizer_for(setting: str, model: str) -> Choice:
    """The tokenizer to size documents with: the one set, else (`auto`) the model's; without a model Claude's latest.

    Raises UsageError for a setting that is neither `auto` nor a tokenizer.
    """
    if setting != AUTO:
        if setting not in TOKENIZERS:
            raise unknown(setting)
        return Choice(setting, Counted.EXACT, f"{setting} was set")
    name = model.strip().lower()
    if not name:
        return Choice(CLAUDE_V4_8, Counted.EXACT, f"no model is set: {CLAUDE_V4_8}, Claude's latest")
    if claude := _NAME.fullmatch(name):
        return _claude(model, claude["model"])
    bare = name.rsplit("/", 1)[-1]
    for pattern, tokenizer in _OPENAI:
        if pattern.fullmatch(bare):
            return Choice(tokenizer, Counted.EXACT, f"{model} counts in {tokenizer}")
    return _unavailable(f"the tokenizer of {model} is not known")


def _claude(model: str, name: str) -> Choice:
    name = _TIER.sub(r"\g<tier>-\g<old>", name.replace(".", "-"))
    if name in _MODELS:
        return Choice(_MODELS[name], Counted.EXACT, f"{model} counts in {_MODELS[name]}")
    version = tuple(map(int, re.findall(r"\d+", name)[:2]))
    if name.startswith("instant") or (version and version < (3,)):
        return _unavailable(f"{model} is older than Claude 3, whose tokenizer is the first one known")
    tokenizer = CLAUDE_V4_8
    if version and version < (4, 8):
        tokenizer = CLAUDE_V3 if version < (4, 7) else CLAUDE_V4_7
    return Choice(tokenizer, Counted.UNCONFIRMED, f"{model} is not in the table of models: {tokenizer} is assumed")


def _unavailable(why: str) -> Choice:
    return Choice("", Counted.UNAVAILABLE, f"{why}. Set tokens.tokenizer to {known()}.")
