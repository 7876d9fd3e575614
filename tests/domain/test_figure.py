"""The figures of an agent, made of the records of its cycles."""

from dataclasses import replace
from datetime import UTC, datetime

from kinos.domain.figure import CUT_OFF, CycleRecord, figures, success_rate
from kinos.domain.usage import Usage

CYCLE = CycleRecord(
    "y1", "s1", "crew", "ann", datetime(2026, 3, 21, tzinfo=UTC), "landed", "", "", 2.0, Usage(10, 5), 0.25, False
)


def test_cycles_of_all_sessions_are_summed_by_agent() -> None:
    ann, bob = figures([replace(CYCLE, agent="bob"), CYCLE, replace(CYCLE, session="s2", seconds=4.0)])
    assert (ann.agent, bob.agent) == ("ann", "bob")
    told = ann.described()
    assert (told["cycles"], told["landed"], told["tokensIn"], told["tokensOut"], told["usd"]) == (2, 2, 20, 10, 0.5)
    assert told["meanSeconds"] == 3.0


def test_the_success_rate_leaves_out_what_found_nothing_to_do_or_was_cut_off() -> None:
    results = ["landed", "waiting for review", "nothing to do", CUT_OFF, "failed", "no change", "refused", "set aside"]
    (ann,) = figures(replace(CYCLE, result=result) for result in results)
    told = ann.described()
    assert told["successRate"] == round(2 / 6, 3)
    assert [told[key] for key in ("landed", "waiting", "nothing", "cutOff", "failed", "refused")] == [1, 1, 1, 1, 1, 2]


def test_nothing_tried_is_no_success_rate_and_an_unknown_price_an_unknown_cost() -> None:
    assert success_rate(0, 0) is None
    (ann,) = figures([CYCLE, replace(CYCLE, usd=None, result="nothing to do")])
    assert ann.described()["usd"] is None


def test_the_last_failure_is_told_with_its_kind() -> None:
    failure = replace(CYCLE, result="failed", kind="overloaded", reason="too busy")
    (ann,) = figures([failure, CYCLE])
    assert ann.described()["lastFailure"] == "overloaded: too busy"
