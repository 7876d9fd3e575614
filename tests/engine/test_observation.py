"""What an agent is shown: what matters, each with its reason, within its budget, never at random."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.catalog import agent
from fakes.counter import WordCounter
from kinos.domain.brief import Shown
from kinos.domain.size import Limits, Size
from kinos.domain.team import BREADTH, Agent
from kinos.engine.documents import Documents
from kinos.engine.observation import CONTEXT, LEAST, STALE, Sight, exhibits
from kinos.engine.source import MOST_BYTES
from kinos.tokens.section import overview


async def words(text: str) -> int:
    return len(text.split())


async def rows(text: str) -> tuple[str, int]:
    return overview(text, WordCounter())


def sight(
    texts: Mapping[str, str | None],
    request: str = "",
    changed: list[str] | None = None,
    seen: dict[str, int] | None = None,
) -> Sight:
    table = Documents(Limits(60, 120))
    for path, text in texts.items():
        table.put(path, Size(len((text or "").split())))
    return Sight(table, texts.get, words, rows, changed or [], seen or {}, request)


TEXTS = {"a.md": "one", "b.md": "two", "docs/c.md": "three", "todo.md": "four", "long.md": "# L\n\n" + "word " * 100}


async def test_each_document_is_shown_once_for_its_best_reason() -> None:
    ann = Agent("ann", "r", "You keep `todo.md` in order.")
    shown = await exhibits(ann, sight(TEXTS, "See [the page](docs/c.md) and `a.md`.", ["b.md", "a.md", "gone.md"]))
    assert [(exhibit.path, exhibit.reason) for exhibit in shown] == [
        ("todo.md", "yours to keep"),
        ("docs/c.md", "named in the request"),
        ("a.md", "named in the request"),
        ("long.md", "over the limit"),
        ("b.md", "changed lately"),
    ]


async def test_what_was_looked_at_least_comes_first_among_the_rest() -> None:
    shown = await exhibits(agent("ann"), sight({"a.md": "x", "b.md": "x", "c.md": "x"}, seen={"a.md": 2, "b.md": 1}))
    assert [exhibit.path for exhibit in shown] == ["c.md", "b.md", "a.md"]
    assert {exhibit.reason for exhibit in shown} == {"not looked at for longest"}


async def test_a_document_over_the_limit_is_shown_as_its_outline_the_largest_first() -> None:
    texts = {"long.md": "# L\n" + "word " * 70, "longer.md": "intro\n# A\n" + "word " * 90 + "\n## B\nmore words"}
    shown = await exhibits(agent("ann"), sight(texts))
    assert [(exhibit.path, exhibit.shown, exhibit.level) for exhibit in shown] == [
        ("longer.md", Shown.OUTLINE, "long"),
        ("long.md", Shown.OUTLINE, "long"),
    ]
    assert shown[0].text == "(before the first heading) — 1 tokens\n# A — 92 tokens\n## B — 4 tokens"


async def test_the_request_and_what_cannot_be_shown_are_left_out() -> None:
    shown = await exhibits(agent("ann"), sight({"demande.md": "do", "claimed.md": None, "a.md": "x"}, "`demande.md`"))
    assert [exhibit.path for exhibit in shown] == ["a.md"]


async def test_a_secret_is_not_shown_though_it_is_a_document_and_asked_for() -> None:
    shown = await exhibits(agent("ann"), sight({"credentials.md": "x", "id_rsa.md": "y", "a.md": "z"}, "`id_rsa.md`"))
    assert [exhibit.path for exhibit in shown] == ["a.md"]


@pytest.mark.parametrize("path", ["a\nb.md", "bad\udcff.md", "\x1b[31mred.md", "\u202edm.b.md"])
async def test_a_name_that_no_answer_could_carry_is_left_out(path: str) -> None:
    shown = await exhibits(agent("ann"), sight({path: "x", "a.md": "x"}))
    assert [exhibit.path for exhibit in shown] == ["a.md"]


@given(st.lists(st.integers(0, 60), max_size=30), st.lists(st.integers(61, 50_000), max_size=3))
async def test_a_brief_stays_within_its_budget(small: list[int], large: list[int]) -> None:
    texts = {f"{number}.md": "w " * size * 100 for number, size in enumerate(small)}
    texts |= {f"large{number}.md": "# H\n" + "w " * size for number, size in enumerate(large)}
    table = Documents(Limits(6000, 12000))
    for path, text in texts.items():
        table.put(path, Size(len(text.split())))
    shown = await exhibits(agent("ann"), Sight(table, texts.get, words, rows, [], {}, ""))
    assert sum(len(exhibit.text.split()) for exhibit in shown) <= CONTEXT
    assert sum(len(exhibit.text.split()) for exhibit in shown if exhibit.reason == STALE) <= BREADTH
    if texts and sum(len(text.split()) for text in texts.values()) <= BREADTH - LEAST:
        assert len(shown) == len(texts)


async def test_a_document_that_no_longer_fits_makes_room_for_smaller_ones() -> None:
    texts = {f"{number}.md": "w " * 5500 for number in range(7)} | {"z.md": "small"}
    table = Documents(Limits())
    for path, text in texts.items():
        table.put(path, Size(len(text.split())))
    shown = await exhibits(agent("ann"), Sight(table, texts.get, words, rows, [], {}, ""))
    assert [exhibit.path for exhibit in shown] == ["0.md", "1.md", "z.md"]


async def test_what_nothing_speaks_for_takes_no_room_from_what_something_does() -> None:
    texts = {f"{number}.md": "w " * 5500 for number in range(7)}
    table = Documents(Limits())
    for path, text in texts.items():
        table.put(path, Size(len(text.split())))
    request = "Compare `2.md`, `3.md`, `4.md`, `5.md` and `6.md`."
    shown = await exhibits(agent("ann"), Sight(table, texts.get, words, rows, [], {}, request))
    assert [exhibit.path for exhibit in shown] == ["2.md", "3.md", "4.md", "5.md", "6.md", "0.md", "1.md"]
    assert [exhibit.reason for exhibit in shown][5:] == [STALE, STALE]


async def test_what_did_not_fit_comes_first_the_next_time() -> None:
    texts = {f"{number}.md": "w " * 5500 for number in range(4)}
    table = Documents(Limits())
    for path, text in texts.items():
        table.put(path, Size(len(text.split())))
    shown = await exhibits(agent("ann"), Sight(table, texts.get, words, rows, [], {"0.md": 1, "1.md": 1}, ""))
    assert [exhibit.path for exhibit in shown] == ["2.md", "3.md"]


async def test_an_outline_that_is_itself_too_long_is_left_out() -> None:
    text = "# a heading of quite some words\nx\n" * 8000
    shown = await exhibits(agent("ann"), sight({"huge.md": text, "a.md": "x"}))
    assert [exhibit.path for exhibit in shown] == ["a.md"]


# -- files that are no documents ---------------------------------------------------------------------------------------

CODE = {"src/big.py": "b " * 300, "src/small.py": "s", "src/changed.py": "c", "tests/named.py": "n"}


def coding(texts: Mapping[str, str | None], request: str = "", seen: dict[str, int] | None = None) -> Sight:
    """A sight of code beside one document."""
    table = Documents(Limits())
    table.put("a.md", Size(1))
    sizes = {path: len((text or "").encode()) for path, text in texts.items()}
    return Sight(table, {**texts, "a.md": "x"}.get, words, rows, ["src/changed.py"], seen or {}, request, sizes)


async def test_code_is_shown_each_file_with_its_reason_and_the_smallest_first_among_the_rest() -> None:
    shown = await exhibits(agent("ann"), coding(CODE, "Mend tests/named.py."))
    assert [(exhibit.path, exhibit.reason) for exhibit in shown] == [
        ("tests/named.py", "named in the request"),
        ("src/changed.py", "changed lately"),
        ("src/small.py", STALE),
        ("src/big.py", STALE),
        ("a.md", STALE),
    ]
    assert shown[3].tokens == 300


async def test_code_that_was_never_seen_comes_before_code_that_was() -> None:
    shown = await exhibits(agent("ann"), coding(CODE, seen={"src/small.py": 1, "tests/named.py": 1}))
    assert [exhibit.path for exhibit in shown][1:3] == ["src/big.py", "src/small.py"]


async def test_code_a_prompt_names_is_shown_for_that() -> None:
    ann = Agent("ann", "r", "You keep src/small.py small.")
    shown = await exhibits(ann, coding(CODE))
    assert (shown[0].path, shown[0].reason) == ("src/small.py", "named in your prompt")


async def test_empty_binary_huge_and_claimed_files_are_not_shown() -> None:
    texts = {"empty.py": "", "binary.py": "a\0b", "huge.py": "x" * (MOST_BYTES + 1), "claimed.py": None, "good.py": "x"}
    shown = await exhibits(agent("ann"), coding(texts, "huge.py"))
    assert [exhibit.path for exhibit in shown] == ["good.py", "a.md"]


@given(st.lists(st.integers(1, 9000), max_size=30), st.integers(0, 3000))
async def test_code_and_documents_together_stay_within_the_budget(sizes: list[int], spent: int) -> None:
    texts: dict[str, str | None] = {f"{number}.py": "w " * size for number, size in enumerate(sizes)}
    shown = await exhibits(agent("ann"), coding(texts, " ".join(texts)), spent)
    assert sum(exhibit.tokens for exhibit in shown) <= CONTEXT - spent


async def test_an_agent_that_compares_documents_is_shown_as_much_as_its_prompt_file_says() -> None:
    texts = {f"{number}.md": "w " * 5500 for number in range(7)}
    table = Documents(Limits())
    for path, text in texts.items():
        table.put(path, Size(len(text.split())))
    broad = replace(agent("ann"), breadth=30_000)
    assert len(await exhibits(broad, Sight(table, texts.get, words, rows, [], {}, ""))) == 5
