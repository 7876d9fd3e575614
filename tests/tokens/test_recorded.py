"""Sizes against recorded answers of Anthropic's count_tokens, and the two published sizes of a known text."""

import gzip
import json
import os
from pathlib import Path

import pytest

from kinos.tokens.counter import counter_for

SHARED = Path(os.environ.get("KINOS_SHARED", Path(__file__).parents[3] / "shared"))
RECORDED = SHARED / "data" / "claude-token-counts"
FAMILIES = {"v3": ("claude-v3", 7), "v4.7": ("claude-v4.7", 11)}


def present(path: Path) -> Path:
    if not path.exists():
        pytest.fail(f"{path} is not there: this test reads it from `../shared`, or from where KINOS_SHARED says.")
    return path


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("name", "key"), [("multipl_e", "lang"), ("rosetta", "id")])
def test_every_recorded_text_has_its_recorded_size(name: str, key: str, family: str) -> None:
    counts = json.loads(present(RECORDED / f"{name}_counts.json").read_text())[family]["counts"]
    with gzip.open(present(RECORDED / f"{name}.jsonl.gz"), "rt", encoding="utf-8") as file:
        rows = [json.loads(row) for row in file]
    tokenizer, overhead = FAMILIES[family]
    counter = counter_for(tokenizer)
    sizes = {row[key]: counter.count(row["text"]).tokens for row in rows}
    assert sizes == {row: count - overhead for row, count in counts.items()}
    assert len(sizes) == {"multipl_e": 22, "rosetta": 1741}[name]


@pytest.mark.parametrize(("tokenizer", "tokens"), [("claude-v3", 7956), ("claude-v4.8", 10760)])
def test_the_architecture_text_has_its_known_size(tokenizer: str, tokens: int) -> None:
    text = present(SHARED / "design" / "kinos-architecture-source.md").read_text(encoding="utf-8")
    assert counter_for(tokenizer).count(text).tokens == tokens
