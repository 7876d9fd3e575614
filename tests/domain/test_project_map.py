"""The map: its exact text is a promise."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.phase import Phase, PhaseRule, PhaseState
from kinos.domain.project_map import MAP_NAME, ProjectMap
from kinos.domain.size import Counted, Limits, Size
from kinos.domain.suggestion import Piece, Suggestion

WHEN = datetime(2026, 3, 21, 15, 30, 45)  # noqa: DTZ001 - local time is what is shown
SIZES = {"docs/architecture.md": 4200, "docs/api.md": 7100, "src/main.md": 13500, "README.md": 2100}

EXAMPLE = """\
# Project Map
Generated: 2026-03-21 15:30:45

Phase: EXPANSION (a project starts in EXPANSION)
Total: 26.9k of 128.0k tokens (21 %), counted as claude-v4.8
Headroom: 49.9k tokens to CONVERGENCE
Active agents: specifications (4), duplication (0.5)

## Document Tree
📁 Project
├── 📁 docs/
│   ├── 📄 api.md (7.1k tokens) ⚠️
│   └── 📄 architecture.md (4.2k tokens) ✓
├── 📁 src/
│   └── 📄 main.md (13.5k tokens) 🔴
└── 📄 README.md (2.1k tokens) ✓

## Warnings
⚠️ api.md approaching limit (>6k tokens)
🔴 main.md needs consolidation (>12k tokens)
"""


def mapped(sizes: dict[str, int], **fields: object) -> ProjectMap:
    documents = {path: Size(tokens) for path, tokens in sizes.items()}
    made = ProjectMap(documents, Limits(), PhaseRule(), PhaseState(), "claude-v4.8")
    return replace(made, **fields)  # type: ignore[arg-type]


def test_the_map_of_the_product_page() -> None:
    agents = [("specifications", 4.0), ("duplication", 0.5)]
    assert mapped(SIZES, agents=agents).render(WHEN) == EXAMPLE


def test_an_empty_project_has_a_map() -> None:
    text = mapped({}).render(WHEN)
    assert "## Document Tree\n📁 Project\n\n## Warnings\nNo document is over a limit.\n" in text
    assert "Active agents" not in text


def test_folders_come_before_files_each_by_name() -> None:
    sizes = dict.fromkeys(["z.md", "a.md", "b/x.md", "b-a/x.md", "B/x.md", "b/a/x.md", "b/Z.md"], 1)
    lines = mapped(sizes).body().split("📁 Project\n")[1].split("\n\n")[0].split("\n")
    assert lines == [
        "├── 📁 B/",
        "│   └── 📄 x.md (0.0k tokens) ✓",
        "├── 📁 b/",
        "│   ├── 📁 a/",
        "│   │   └── 📄 x.md (0.0k tokens) ✓",
        "│   ├── 📄 Z.md (0.0k tokens) ✓",
        "│   └── 📄 x.md (0.0k tokens) ✓",
        "├── 📁 b-a/",
        "│   └── 📄 x.md (0.0k tokens) ✓",
        "├── 📄 a.md (0.0k tokens) ✓",
        "└── 📄 z.md (0.0k tokens) ✓",
    ]


def test_the_last_folder_of_a_project_without_files_closes_the_tree() -> None:
    assert "└── 📁 docs/\n    └── 📄 a.md" in mapped({"docs/a.md": 1}).body()


def test_equal_base_names_in_warnings_get_their_path() -> None:
    body = mapped({"a/x.md": 7000, "b/x.md": 13000, "y.md": 7000}).body()
    assert body.endswith(
        "## Warnings\n⚠️ a/x.md approaching limit (>6k tokens)\n🔴 b/x.md needs consolidation (>12k tokens)\n"
        "⚠️ y.md approaching limit (>6k tokens)\n"
    )


@pytest.mark.parametrize(("tokens", "mark"), [(6000, "✓"), (6001, "⚠️"), (12000, "⚠️"), (12001, "🔴")])
def test_exactly_at_a_limit_is_still_below_it(tokens: int, mark: str) -> None:
    assert f"a.md ({tokens / 1000:.1f}k tokens) {mark}\n" in mapped({"a.md": tokens}).body()


def test_other_limits_change_the_words() -> None:
    body = mapped({"a.md": 600, "b.md": 2000}, limits=Limits(500, 1250)).body()
    assert "⚠️ a.md approaching limit (>0.5k tokens)" in body
    assert "🔴 b.md needs consolidation (>1.25k tokens)" in body


@pytest.mark.parametrize(
    ("phase", "total", "headroom"),
    [
        (PhaseState(Phase.CONVERGENCE, "r"), 70_000, "6.0k tokens less to EXPANSION"),
        (PhaseState(Phase.EXPANSION, "r"), 70_000, "6.8k tokens to CONVERGENCE"),
        (PhaseState(Phase.EXPANSION, "r"), 90_000, "0.0k tokens to CONVERGENCE"),
        (PhaseState(Phase.CONVERGENCE, "r", pinned=True), 10, "none to count: the phase was set by hand"),
    ],
)
def test_the_headroom_is_what_is_left_to_the_next_phase(phase: PhaseState, total: int, headroom: str) -> None:
    assert f"Headroom: {headroom}\n" in mapped({"a.md": total}, phase=phase).body()


def test_a_document_without_a_size_is_named_with_its_reason_and_not_counted() -> None:
    made = mapped({"a.md": 5}, unreadable={"b.md": "not UTF-8"})
    assert "❔ b.md has no size: not UTF-8\n" in made.body()
    assert made.total == 5


def test_the_body_knows_no_date() -> None:
    made = mapped(SIZES)
    assert made.render(WHEN).split("\n", 2)[2] == "\n" + made.body()


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: "/" not in name), st.integers(0, 20_000), max_size=4))
def test_nobody_can_add_a_line_to_the_map_by_naming_a_file(sizes: dict[str, int]) -> None:
    body = mapped({f"{name}.md": tokens for name, tokens in sizes.items()}).body()
    body.encode()
    tree = body.split("📁 Project", 1)[1].rsplit("\n\n## Warnings", 1)[0]
    assert tree.count("\n") == len(sizes)
    assert len(f"📁{tree}".splitlines()) == len(sizes) + 1


def test_the_map_as_plain_values() -> None:
    made = mapped({"b.md": 7000, "a.md": 5}, unreadable={"c.md": "gone"}, agents=[("ann", 2.0)])
    made = replace(made, documents={**made.documents, "b.md": Size(7000, Counted.UNCONFIRMED)})
    data = made.data()
    assert data["total"] == 7005
    assert data["documents"] == [
        {"path": "a.md", "tokens": 5, "level": "ok", "counted": "exact"},
        {"path": "b.md", "tokens": 7000, "level": "long", "counted": "unconfirmed"},
    ]
    assert data["errors"] == [{"path": "c.md", "message": "gone"}]
    assert data["agents"] == [{"name": "ann", "weight": 2.0}]
    assert data["phase"] == {"name": "EXPANSION", "reason": "a project starts in EXPANSION", "pinned": False}


def test_the_documents_are_listed_the_heaviest_first_and_those_without_a_size_last() -> None:
    split = Suggestion("b.md", (Piece("b-end.md", "End", (9,), ("End",), 3000),), 4000, "", ())
    made = mapped(
        {"a.md": 5, "c.md": 13_000, "b.md": 7000, "aa.md": 5}, unreadable={"0.md": "gone"}, suggestions=[split]
    )
    table = made.table()
    assert {key: table[key] for key in ("tokenizer", "warn", "error")} == {
        "tokenizer": "claude-v4.8",
        "warn": 6000,
        "error": 12_000,
    }
    shown = [(row["path"], row["tokens"], row["level"], row["counted"]) for row in table["documents"]]
    assert shown == [
        ("c.md", 13_000, "too-long", "exact"),
        ("b.md", 7000, "long", "exact"),
        ("a.md", 5, "ok", "exact"),
        ("aa.md", 5, "ok", "exact"),
        ("0.md", None, None, "unavailable"),
    ]
    assert table["documents"][-1]["reason"] == "gone"
    assert table["documents"][1]["suggestions"] == ["b.md: split out “End” (3.0k); 4.0k tokens stay"]
    assert [row["suggestions"] for row in table["documents"] if row["path"] != "b.md"] == [[], [], [], []]


def test_the_name_of_the_map_is_a_promise() -> None:
    assert MAP_NAME == "map (readonly).md"
