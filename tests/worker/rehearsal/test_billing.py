import gzip
import json
from typing import Any

import pytest

from kinos.worker.rehearsal.api import Request
from kinos.worker.rehearsal.billing import MINIMUM, Bill, PromptCache, input_tokens
from kinos.worker.rehearsal.meter import overhead, tokens
from shared import shared
from worker.rehearsal.stage import MODEL, request

RECORDED = "data/claude-token-counts"
LONG = "The tide comes in twice a day. " * 300
MARK = {"cache_control": {"type": "ephemeral"}}


def asked(system: str, *texts: str, marked: int | None = None, model: str = MODEL, **more: Any) -> Request:
    blocks = [{"type": "text", "text": text, **(MARK if index == marked else {})} for index, text in enumerate(texts)]
    cached = [{"type": "text", "text": system, **MARK}]
    return request({"model": model, "system": cached, "messages": [{"role": "user", "content": blocks}], **more})


@pytest.mark.parametrize(("model", "family"), [("claude-opus-4-5", "v3"), ("claude-opus-4-7", "v4.7")])
def test_one_message_counts_as_the_api_counted_it(model: str, family: str) -> None:
    counts = json.loads(shared(f"{RECORDED}/multipl_e_counts.json").read_text())[family]["counts"]
    with gzip.open(shared(f"{RECORDED}/multipl_e.jsonl.gz"), "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            one = request({"model": model, "messages": [{"role": "user", "content": row["text"]}]})
            assert input_tokens(one) == counts[row["lang"]], row["lang"]


def test_a_prefix_seen_before_is_read_and_not_paid_again() -> None:
    cache = PromptCache()
    size = tokens(LONG, MODEL)
    first, second = cache.bill(asked(LONG, "one")), cache.bill(asked(LONG, "two"))
    assert first == Bill(overhead(MODEL) + 1, size, 0)
    assert second == Bill(overhead(MODEL) + 1, 0, size)
    assert first.total == second.total == input_tokens(asked(LONG, "one"))


def test_a_longer_prefix_reads_the_shorter_one_and_writes_the_rest() -> None:
    cache = PromptCache()
    cache.bill(asked(LONG, "one"))
    bill = cache.bill(asked(LONG, LONG, "two", marked=0))
    assert (bill.read, bill.written) == (tokens(LONG, MODEL), tokens(LONG, MODEL))


@pytest.mark.parametrize(
    "other",
    [
        asked(f"{LONG}!", "one"),
        asked(LONG, "one", model="claude-opus-4-8"),
        asked(LONG, "one", tools=[{"name": "look", "input_schema": {"type": "object"}}]),
    ],
)
def test_another_prefix_is_not_read(other: Request) -> None:
    cache = PromptCache()
    cache.bill(asked(LONG, "one"))
    assert cache.bill(other).read == 0


def test_a_short_prefix_is_not_cached() -> None:
    cache = PromptCache()
    short = "The tide comes in twice a day. " * 80
    assert MINIMUM // 2 < tokens(short, MODEL) < MINIMUM
    assert [cache.bill(asked(short, "one")).written, cache.bill(asked(short, "one")).read] == [0, 0]


def test_an_entry_lives_five_minutes_after_its_last_use() -> None:
    now = [0.0]
    cache = PromptCache(lambda: now[0])
    read = []
    for now[0] in (0.0, 200.0, 450.0, 751.0):
        read.append(cache.bill(asked(LONG, "one")).read > 0)
    assert read == [False, True, True, False]


def test_the_usage_of_an_answer_adds_up() -> None:
    usage = Bill(10, 2000, 30).usage(5)
    assert usage["input_tokens"] + usage["cache_creation_input_tokens"] + usage["cache_read_input_tokens"] == 2040
    assert usage["cache_creation"] == {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 0}
    assert usage["output_tokens"] == 5
