"""Sizes against recorded answers of Anthropic's count_tokens, and the two published sizes of a known text."""

import gzip
import json

import pytest

from kinos.tokens.counter import counter_for
from shared import shared

RECORDED = "data/claude-token-counts"
FAMILIES = {"v3": ("claude-v3", 7), "v4.7": ("claude-v4.7", 11)}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("name", "key"), [("multipl_e", "lang"), ("rosetta", "id")])
def test_every_recorded_text_has_its_recorded_size(name: str, key: str, family: str) -> None:
    counts = json.loads(shared(f"{RECORDED}/{name}_counts.json").read_text())[family]["counts"]
    with gzip.open(shared(f"{RECORDED}/{name}.jsonl.gz"), "rt", encoding="utf-8") as file:
        rows = [json.loads(row) for row in file]
    tokenizer, overhead = FAMILIES[family]
    counter = counter_for(tokenizer)
    sizes = {row[key]: counter.count(row["text"]).tokens for row in rows}
    assert sizes == {row: count - overhead for row, count in counts.items()}
    assert len(sizes) == {"multipl_e": 22, "rosetta": 1741}[name]


@pytest.mark.parametrize(("tokenizer", "tokens"), [("claude-v3", 7956), ("claude-v4.8", 10760)])
def test_the_architecture_text_has_its_known_size(tokenizer: str, tokens: int) -> None:
    text = shared("design/kinos-architecture-source.md").read_text(encoding="utf-8")
    assert counter_for(tokenizer).count(text).tokens == tokens
