"""How the documents of a workspace are counted and judged, as its settings say."""

from dataclasses import dataclass

from kinos.domain.count import Terms
from kinos.domain.phase import PhaseRule
from kinos.domain.setting import Settings
from kinos.domain.size import Limits
from kinos.tokens.family import Choice, tokenizer_for


@dataclass(frozen=True, slots=True)
class Manner:
    """`choice` is what counts and why, `terms` what is counted, `limits` judge a document and `rule` the total."""

    choice: Choice
    terms: Terms
    limits: Limits
    rule: PhaseRule


def manner(settings: Settings) -> Manner:
    """What the settings come to."""
    choice = tokenizer_for(settings.tokens_tokenizer, settings.model_plan)
    return Manner(
        choice,
        Terms(choice.tokenizer, choice.counted, settings.documents_max_bytes, settings.documents_exclude),
        Limits(settings.tokens_warn, settings.tokens_error),
        PhaseRule(settings.phase_limit, settings.phase_converge, settings.phase_expand),
    )
