from hypothesis import given
from hypothesis import strategies as st

from domain.markdown.generated import AWKWARD, anything, titles, words
from kinos.worker.rehearsal.order import (
    Fold,
    Insert,
    Mend,
    Order,
    Part,
    Place,
    Relink,
    Split,
    Write,
    instructions,
    read,
)
from kinos.worker.rehearsal.section import Name, names

paths = st.sampled_from(["a.md", "docs/b c.md", "docs/ü.md"])
quoted = st.lists(st.one_of(anything, st.sampled_from(AWKWARD), words), max_size=6).map(
    lambda parts: "\n".join(parts) + "\n"
)
named = st.lists(st.tuples(st.integers(1, 6), titles), min_size=1, max_size=4).map(names)
parts = st.builds(Part, paths, titles, named.map(tuple))
orders = st.one_of(
    st.builds(Write, paths, quoted),
    st.builds(Insert, paths, st.sampled_from(Place), quoted),
    st.builds(Fold, paths, words, quoted, st.booleans()),
    st.builds(Split, paths, st.lists(parts, min_size=1, max_size=3).map(tuple)),
    st.builds(
        Mend,
        paths,
        st.lists(st.sampled_from(["doubled words", "spaces at line ends"]), min_size=1, unique=True).map(tuple),
    ),
    st.builds(Relink, paths, st.just("b.md#old"), st.just("../c.md#new")),
)


@given(st.lists(orders, min_size=1, max_size=4))
def test_orders_are_read_back_from_the_instructions(given_orders: list[Order]) -> None:
    assert read(instructions(given_orders)) == given_orders


def test_a_quoted_order_is_not_taken_for_one() -> None:
    inner = Mend("secret.md", ("doubled words",)).render()
    assert read(instructions([Write("a.md", f"{inner}\n")])) == [Write("a.md", f"{inner}\n")]


def test_words_around_the_orders_do_no_harm() -> None:
    order = Mend("a.md", ("doubled words",))
    assert read(f"Please do this with care.\n\n{order.render()}\n\nThank you.") == [order]


def test_free_text_holds_no_order() -> None:
    assert read("Rewrite the introduction so that it is friendlier, and split `a.md` somewhere.") == []


def test_headings_alike_are_told_apart_by_number() -> None:
    split = Split("a.md", (Part("b.md", "Setup", (Name(2, "Setup", 2, 3),)),))
    assert "- number 2 of 3: ## Setup" in split.render()
    assert read(split.render()) == [split]
