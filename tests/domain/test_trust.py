"""What an agent of a repository may do, and what takes an approval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.demand import Demand, exact, nothing
from kinos.domain.team import EDITS, Agent
from kinos.domain.trust import tightened, wider

SHIPPED = Agent("ann", "r", "p", edits=("src/**", "**/*.md"), search=3)


def own(edits: tuple[str, ...] = EDITS, search: int = 0) -> Agent:
    return Agent("ann", "r", "p", edits=edits, search=search, source=".kinos/prompts/ann.md")


@pytest.mark.parametrize("edits", [EDITS, ("docs/*.md",), ("a.markdown",), ()])
def test_markdown_anywhere_is_nothing_more(edits: tuple[str, ...]) -> None:
    assert wider(own(edits), None) == []
    assert tightened(own(edits), None, nothing) == own(edits)


@pytest.mark.parametrize("glob", ["**/*", "docs/**", "*.py", "*.md*", "Makefile", ".md/*"])
def test_anything_else_is_more_and_is_dropped_with_its_reason(glob: str) -> None:
    agent = tightened(own(("docs/*.md", glob)), None, nothing)
    assert agent.edits == ("docs/*.md",)
    (said,) = agent.mistakes
    assert said == (
        f".kinos/prompts/ann.md: edits of the agent ann was not taken ({exact([glob])}): a workspace may only tighten it. "
        "`kin trust` shows and approves it."
    )


def test_what_is_left_of_nothing_is_the_default_or_what_the_shipped_agent_has() -> None:
    assert tightened(own(("**/*",)), None, nothing).edits == EDITS
    assert tightened(own(("**/*",)), SHIPPED, nothing).edits == SHIPPED.edits


def test_what_the_shipped_agent_may_do_its_namesake_may_too() -> None:
    agent = own(("src/**",), search=3)
    assert tightened(agent, SHIPPED, nothing) == agent
    assert [demand.what for demand in wider(own(("src/**",), search=4), SHIPPED)] == ["search of the agent ann"]
    assert tightened(own(search=4), SHIPPED, nothing).search == 3
    assert tightened(own(search=4), None, nothing).search == 0


def test_what_was_approved_counts_and_only_that() -> None:
    agent = own(("**/*",), search=2)
    edits, search = wider(agent, None)
    assert tightened(agent, None, lambda demand: True) == agent
    half = tightened(agent, None, lambda demand: demand == edits)
    assert (half.edits, half.search, len(half.mistakes)) == (agent.edits, 0, 1)
    assert search.text == "2"


@given(st.text(), st.text(), st.text(), st.text())
def test_an_approval_is_for_one_text_in_one_folder(one: str, other: str, root: str, elsewhere: str) -> None:
    mark = Demand("check.command", exact([one]), "f").mark(root)
    assert (Demand("check.command", exact([other]), "f").mark(root) == mark) == (one == other)
    assert (Demand("check.command", exact([one]), "f").mark(elsewhere) == mark) == (root == elsewhere)
    assert exact([one]).isascii()
    assert exact([one]).isprintable()
