"""The queue of notifications against a model that is too simple to be wrong."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.notification import ALWAYS, DROPPABLE, Kind
from kinos.domain.setting import Settings
from kinos.engine.notification import NotificationQueue, rules

KEYED = set(Kind) - DROPPABLE - ALWAYS
PUT = st.tuples(st.just("put"), st.sampled_from(Kind), st.sampled_from(["", "a", "b", "c"]))
ACTS = st.lists(
    st.one_of(PUT, PUT, st.tuples(st.just("forget"), st.sampled_from(Kind), st.sampled_from("abc")), st.just(("take",)))
)


@dataclass
class Model:
    """Everything that waits, as [kind, key, payload, times], in the order put."""

    capacity: int
    rows: list[list[object]] = field(default_factory=list)
    lost: int = 0

    def put(self, kind: Kind, payload: int, key: str) -> None:
        same = [row for row in self.rows if key and row[:2] == [kind, key]]
        if same:
            same[0][2:] = [payload, int(str(same[0][3])) + 1]
            return
        self.rows.append([kind, key, payload, 1])
        while len(self.rows) > self.capacity and (able := [row for row in self.rows if row[0] in DROPPABLE]):
            least = max(able, key=lambda row: list(Kind).index(Kind(str(row[0]))))
            row = next(row for row in self.rows if row[0] is least[0])
            self.rows.remove(row)
            self.lost += int(str(row[3]))

    def take(self) -> list[object] | None:
        if not self.rows:
            return None
        first = min(self.rows, key=lambda row: list(Kind).index(Kind(str(row[0]))))
        self.rows.remove(first)
        return first


@given(st.integers(1, 6), ACTS)
def test_it_does_what_the_model_does(capacity: int, acts: list[tuple[str, Kind, str]]) -> None:
    queue, model = NotificationQueue(capacity), Model(capacity)
    for number, act in enumerate(acts):
        if act[0] == "put":
            queue.put(act[1], number, float(number), act[2])
            model.put(act[1], number, act[2])
        elif act[0] == "forget":
            queue.forget(act[1], act[2])
            model.rows = [row for row in model.rows if row[:2] != [act[1], act[2]]]
        else:
            told, expected = queue.take(), model.take()
            assert (told and [told.kind, told.payload, told.times]) == (expected and [expected[0], *expected[2:]])
        assert len(queue) == len(model.rows)
    assert queue.lost == model.lost


@given(st.integers(1, 5), st.lists(st.tuples(st.sampled_from(Kind), st.sampled_from("abcdef"))))
def test_no_error_is_left_out_and_no_more_waits_than_may(capacity: int, put: list[tuple[Kind, str]]) -> None:
    queue = NotificationQueue(capacity)
    kept: list[tuple[Kind, object]] = []
    for number, (kind, key) in enumerate(put):
        queue.put(kind, number, 0.0, key if kind in KEYED else "")
        kept += [(kind, number)] if kind in ALWAYS else []
        things = {(each, name) for each, name in put[: number + 1] if each in KEYED}
        assert len(queue) <= max(capacity, len(kept) + len(things))
    told = []
    while (each := queue.take()) is not None:
        told.append((each.kind, each.payload))
    assert [each for each in told if each[0] in ALWAYS] == sorted(kept, key=lambda each: list(Kind).index(each[0]))
    for kind in KEYED:
        newest = {key: number for number, (each, key) in enumerate(put) if each is kind}
        assert {payload for each, payload in told if each is kind} == set(newest.values())


@given(st.lists(st.sampled_from(Kind)))
def test_the_most_urgent_comes_first_and_within_a_kind_the_order_is_kept(put: list[Kind]) -> None:
    queue = NotificationQueue(1000)
    for number, kind in enumerate(put):
        queue.put(kind, number, 0.0)
    order = sorted(enumerate(put), key=lambda each: (list(Kind).index(each[1]), each[0]))
    assert [each.payload for each in iter(queue.take, None) if each] == [number for number, _ in order]


def test_the_rules_of_a_connection_are_the_widest_of_its_folders() -> None:
    one = replace(Settings(), notifications_queue=10, notifications_batch=7, notifications_kinds=("info",))
    other = replace(Settings(), notifications_queue=20, notifications_batch=5, notifications_kinds=("status",))
    both = rules([one, other])
    assert (both.queue, both.batch) == (20, 7)
    assert both.kinds == {Kind.INFO, Kind.STATUS} | ALWAYS


@pytest.mark.parametrize("kind", sorted(ALWAYS))
def test_what_must_be_told_cannot_be_switched_off(kind: Kind) -> None:
    assert kind in rules([replace(Settings(), notifications_kinds=())]).kinds


def test_without_a_folder_the_defaults_rule() -> None:
    assert rules([]) == rules([Settings()])
    assert rules([]).kinds == set(Kind)
