"""The ledger: nothing is spent that was not there, nothing is counted twice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.budget import Cap, Caps, Hold, Ledger, Reached
from kinos.domain.usage import PRICES, Price, Usage

MODEL = "m"
FREE = Caps(0, 0, 0, 0, 0)
COSTS = {MODEL: Price(1.0, 10.0, 0.1, 1.25)}


def ledger(**caps: float) -> Ledger:
    return Ledger(replace(FREE, **caps), COSTS)  # type: ignore[arg-type]


def test_a_reservation_is_the_worst_case() -> None:
    held, number = ledger().reserve(MODEL, 1_000_000, 1_000_000)
    assert held.held[number] == Hold(2_000_000, 1.25 + 10.0)
    assert held.spent == Usage()


def test_web_searches_are_reserved_settled_and_forfeited_as_tokens_are() -> None:
    held, number = ledger().reserve(MODEL, 0, 0, searches=5)
    assert held.held[number] == Hold(0, 0.05, 5)
    settled = held.settle(number, MODEL, Usage(searches=2))
    assert (settled.usd, settled.spent.searches) == (pytest.approx(0.02), 2)
    lost = held.forfeit(number)
    assert (lost.usd, lost.spent.searches) == (pytest.approx(0.05), 5)


def test_web_searches_are_refused_when_their_price_would_pass_the_cap() -> None:
    tight = ledger(usd=0.04)
    assert tight.refusal(MODEL, 0, 0, 0, searches=4) is None
    assert tight.refusal(MODEL, 0, 0, 0, searches=5) == Reached(
        "the next call may cost 0.05 US dollars, which would pass the cap of 0.04", Cap.USD
    )


def test_a_settlement_counts_what_was_used_and_gives_the_rest_back() -> None:
    held, number = ledger(tokens=100).reserve(MODEL, 40, 60)
    assert held.refusal(MODEL, 0, 1, 0)
    settled = held.settle(number, MODEL, Usage(30, 20, calls=1))
    assert settled.spent.total == 50
    assert settled.usd == pytest.approx((30 + 200) / 1e6)
    assert settled.refusal(MODEL, 25, 25, 0) is None
    assert settled.refusal(MODEL, 25, 26, 0) == Reached(
        "the next call may need 51 tokens, which would pass the cap of 100", Cap.TOKENS
    )
    assert settled.settle(number, MODEL, Usage(30, 20)) is settled
    assert settled.forfeit(number) is settled


def test_a_killed_call_counts_in_full() -> None:
    held, number = ledger().reserve(MODEL, 1000, 500)
    lost = held.forfeit(number)
    assert lost.spent == Usage(input_tokens=1500, calls=1)
    assert lost.usd == pytest.approx((1250 + 5000) / 1e6)
    assert lost.held == {}


def test_dollars_are_capped_before_they_are_spent() -> None:
    tight = ledger(usd=0.01)
    assert tight.refusal(MODEL, 0, 1000, 0) is None
    assert tight.refusal(MODEL, 0, 1001, 0) == Reached(
        "the next call may cost 0.01 US dollars, which would pass the cap of 0.01", Cap.USD
    )
    held, _ = tight.reserve(MODEL, 0, 600)
    assert held.refusal(MODEL, 0, 600, 0)


def test_an_unknown_price_is_refused_under_a_cap_in_dollars_and_unknown_without_one() -> None:
    refused = ledger(usd=1).refusal("other", 1, 1, 0)
    assert refused is not None
    assert refused.cap is None
    reason = refused.reason
    assert ledger(usd_per_day=1).refusal("other", 1, 1, 0) == refused
    assert "price of other is not known" in reason
    assert "model.prices" in reason
    assert "budget.tokens" in reason
    open_ = ledger(tokens=100)
    assert open_.refusal("other", 50, 50, 0) is None
    held, number = open_.reserve("other", 50, 50)
    assert held.settle(number, "other", Usage(10, 10)).usd is None
    assert held.forfeit(number).usd is None
    assert held.forfeit(number).spent.total == 100
    assert held.cost("other", Usage(1)) is None


def test_runs_and_minutes_pause_but_do_not_cut_a_run_short() -> None:
    one = ledger(runs=2).ran()
    assert one.pause(0) is None
    two = one.ran()
    assert two.pause(0) == Reached("the cap of 2 runs is reached: raise budget.runs, or start again", Cap.RUNS)
    assert two.refusal(MODEL, 1, 1, 0) is None
    timed = ledger(minutes=1.5)
    assert timed.pause(1.49) is None
    assert timed.pause(1.5) == Reached(
        "the cap of 1.5 minutes is reached: raise budget.minutes, or start again", Cap.MINUTES
    )
    assert timed.refusal(MODEL, 1, 1, 1.5) == Reached("the cap of 1.5 minutes is reached", Cap.MINUTES)


def test_what_is_spent_up_to_a_cap_pauses_and_a_cap_below_it_too() -> None:
    held, number = ledger(tokens=100, usd=1).reserve(MODEL, 40, 60)
    assert held.pause(0) is None, "what is only reserved may still be given back"
    spent = held.settle(number, MODEL, Usage(40, 60))
    assert spent.pause(0) == Reached(
        "the cap of 100 tokens is reached: raise budget.tokens, or start again", Cap.TOKENS
    )
    raised = replace(spent, caps=replace(spent.caps, tokens=101))
    assert raised.pause(0) is None
    lowered = replace(raised, caps=replace(raised.caps, usd=0.0006))
    assert lowered.pause(0) == Reached(
        "the cap of 0.00 US dollars is reached: raise budget.usd, or start again", Cap.USD
    )


def test_a_cap_in_dollars_cannot_be_set_over_calls_whose_price_is_not_known() -> None:
    held, number = ledger().reserve("other", 5, 5)
    capped = replace(held, caps=replace(held.caps, usd=100.0))
    for book in (capped, capped.settle(number, "other", Usage(5, 5)), capped.forfeit(number)):
        refused = book.refusal(MODEL, 1, 1, 0)
        assert refused is not None
        assert "whose price is not known was made" in refused.reason
        assert refused.cap is None


def test_a_call_that_was_not_made_gives_its_reservation_back() -> None:
    held, number = ledger(tokens=100).reserve(MODEL, 40, 60)
    assert held.release(number).refusal(MODEL, 40, 60, 0) is None
    assert held.release(number).spent == Usage()
    assert held.given_back().refusal(MODEL, 40, 60, 0) is None


def test_a_rehearsal_costs_nothing_whatever_its_model() -> None:
    free = Ledger(Caps(usd=0.01, tokens=10), {}, free=True)
    assert free.refusal("anything", 10**6, 10**6, 0) is None
    held, number = free.reserve("anything", 10, 10)
    assert held.settle(number, "anything", Usage(5, 5)).usd == 0.0
    assert free.cost("anything", Usage(5)) == 0.0


def test_no_caps_let_everything_pass() -> None:
    assert ledger().refusal(MODEL, 10**9, 10**9, 10**9) is None


CALLS = st.lists(
    st.tuples(
        st.integers(0, 5000),
        st.integers(1, 2000),
        st.floats(0, 1),
        st.floats(0, 1),
        st.sampled_from(["settle", "forfeit", "leave"]),
    )
)


@given(CALLS, st.integers(1, 20_000), st.floats(0.001, 0.05))
def test_no_sequence_of_calls_passes_a_cap(
    calls: list[tuple[int, int, float, float, str]], tokens: int, usd: float
) -> None:
    book, open_ = ledger(tokens=tokens, usd=usd), dict[int, Usage]()
    for given_tokens, most, used_in, used_out, end in calls:
        if book.refusal(MODEL, given_tokens, most, 0) is not None:
            continue
        book, number = book.reserve(MODEL, given_tokens, most)
        usage = Usage(cache_write_tokens=int(given_tokens * used_in), output_tokens=int(most * used_out))
        if end == "settle":
            book = book.settle(number, MODEL, usage)
        elif end == "forfeit":
            book = book.forfeit(number)
        else:
            open_[number] = usage
    for number in open_:
        book = book.forfeit(number)
    assert book.usd is not None
    assert book.spent.total <= tokens
    assert book.usd <= usd + 1e-12
    assert not book.held


def test_the_built_in_prices_are_for_models_that_exist_in_the_defaults() -> None:
    assert "claude-sonnet-5-5" in PRICES
