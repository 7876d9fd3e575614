"""One writer: events in a row, never one inside another."""

import pytest

from fakes.clock import BEGINNING
from kinos.domain import event as ev
from kinos.domain.state import State
from kinos.engine.store import Store


def noted(message: str) -> ev.Noted:
    return ev.Noted(BEGINNING, "info", message)


def test_a_subscriber_sees_before_after_and_the_event() -> None:
    store, seen = Store(), []
    store.subscribe(lambda before, after, event: seen.append((before.sizes.total, after.sizes.total, type(event))))
    store.dispatch(ev.SizesCounted(BEGINNING, 7, 1, 0, 0, "claude-v4.8", "exact", ("a.md",)))
    assert seen == [(0, 7, ev.SizesCounted)]
    assert store.state.sizes.total == 7


def test_what_a_subscriber_dispatches_waits_its_turn() -> None:
    store, order = Store(), []

    def echo(before: State, after: State, event: ev.Event) -> None:
        assert isinstance(event, ev.Noted)
        order.append(event.message)
        if event.message == "first":
            store.dispatch(noted("second"))
            order.append("first is done")

    store.subscribe(echo)
    store.dispatch(noted("first"))
    assert order == ["first", "first is done", "second"]


def test_a_subscription_can_be_ended_also_by_its_own_call() -> None:
    store, seen = Store(), list[ev.Event]()

    def once(before: State, after: State, event: ev.Event) -> None:
        seen.append(event)
        end()

    end = store.subscribe(once)
    store.dispatch(noted("one"))
    store.dispatch(noted("two"))
    assert len(seen) == 1


def test_an_event_that_cannot_be_applied_is_loud_and_leaves_the_store_usable() -> None:
    store = Store()
    with pytest.raises(ValueError, match="stopped cannot become running"):
        store.dispatch(ev.TeamRunning(BEGINNING))
    store.dispatch(ev.SizesCounted(BEGINNING, 7, 1, 0, 0, "", "exact", ()))
    assert store.state.sizes.total == 7
