"""Figures that people read: how full the project is, and what was billed."""

import pytest

from kinos.domain.phase import PhaseRule
from kinos.domain.state import AgentView, Sizes, State
from kinos.domain.status import picture
from kinos.domain.usage import Usage


@pytest.mark.parametrize(
    ("total", "limit", "percent"),
    [(10_000, 30_000, 33.3), (20_000, 30_000, 66.7), (45_000, 30_000, 150.0), (0, 1, 0.0)],
)
def test_the_percentage_is_of_the_limit_with_one_decimal(total: int, limit: int, percent: float) -> None:
    state = State(sizes=Sizes(total=total))
    made = picture(state, folder="w", trusted=True, rule=PhaseRule(limit), held_by="", minutes=0.0)
    assert made["tokens"]["percent"] == percent
    assert made["tokens"]["limit"] == limit


def test_what_was_read_from_and_written_to_a_cache_counts_as_input() -> None:
    usage = Usage(input_tokens=1, output_tokens=20, cache_read_tokens=300, cache_write_tokens=4000)
    assert (usage.tokens_in, usage.total) == (4301, 4321)
    state = State(agents={"ann": AgentView("ann", usage=usage)})
    (agent,) = picture(state, folder="w", trusted=True, rule=PhaseRule(), held_by="", minutes=0.0)["agents"]
    assert (agent["tokensIn"], agent["tokensOut"]) == (4301, 20)
