"""The map's format, which is a promise."""

from datetime import UTC, datetime

from kinos.domain.phase import Phase, PhaseRule, PhaseState
from kinos.domain.project_map import ProjectMap
from kinos.domain.size import Limits, Size

NOON = datetime(2026, 3, 21, 15, 30, 45, tzinfo=UTC)


def project_map(documents: dict[str, int], **fields: object) -> ProjectMap:
    sizes = {path: Size(tokens) for path, tokens in documents.items()}
    given: dict[str, object] = {
        "limits": Limits(),
        "rule": PhaseRule(),
        "phase": PhaseState(reason="21 % of the limit, below 50 %"),
        "tokenizer": "claude-v4.8",
        **fields,
    }
    return ProjectMap(sizes, **given)  # type: ignore[arg-type]


def test_the_map_reads_as_promised() -> None:
    text = project_map(
        {"README.md": 2100, "src/main.md": 13_500, "docs/api.md": 7100, "docs/architecture.md": 4200},
        agents=[("specifications", 4.0), ("evaluation", 0.5)],
    ).render(NOON)
    assert text == (
        "# Project Map\n"
        "Generated: 2026-03-21 15:30:45\n"
        "\n"
        "Phase: EXPANSION (21 % of the limit, below 50 %)\n"
        "Total: 26.9k of 128.0k tokens (21 %), counted as claude-v4.8\n"
        "Headroom: 49.9k tokens to CONVERGENCE\n"
        "Active agents: specifications (4), evaluation (0.5)\n"
        "\n"
        "## Document Tree\n"
        "📁 Project\n"
        "├── 📁 docs/\n"
        "│   ├── 📄 api.md (7.1k tokens) ⚠️\n"
        "│   └── 📄 architecture.md (4.2k tokens) ✓\n"
        "├── 📁 src/\n"
        "│   └── 📄 main.md (13.5k tokens) 🔴\n"
        "└── 📄 README.md (2.1k tokens) ✓\n"
        "\n"
        "## Warnings\n"
        "⚠️ api.md approaching limit (>6k tokens)\n"
        "🔴 main.md needs consolidation (>12k tokens)\n"
    )


def test_equal_names_in_warnings_get_their_path() -> None:
    text = project_map({"a/x.md": 7000, "b/x.md": 7000, "b/y.md": 7000}).body()
    assert "⚠️ a/x.md approaching" in text
    assert "⚠️ b/x.md approaching" in text
    assert "⚠️ y.md approaching" in text


def test_other_limits_change_the_words() -> None:
    text = project_map({"a.md": 1600, "b.md": 3000}, limits=Limits(1500, 2000)).body()
    assert "a.md approaching limit (>1.5k tokens)" in text
    assert "b.md needs consolidation (>2k tokens)" in text


def test_in_convergence_the_headroom_is_the_way_back_and_a_pinned_phase_has_none() -> None:
    converging = PhaseState(Phase.CONVERGENCE, "above")
    assert "Headroom: 6.0k tokens less to EXPANSION" in project_map({"a.md": 70_000}, phase=converging).body()
    pinned = PhaseState(Phase.CONVERGENCE, "set by hand", pinned=True)
    assert "the phase was set by hand" in project_map({"a.md": 70_000}, phase=pinned).body()


def test_an_empty_project_and_one_that_cannot_be_counted_say_so() -> None:
    text = project_map({}, unreadable={"x.md": "not UTF-8 text"}).body()
    assert "📁 Project\n" in text
    assert "❔ x.md has no size: not UTF-8 text" in text
    assert "No document is over a limit." in project_map({}).body()


def test_the_date_is_not_part_of_what_makes_two_maps_differ() -> None:
    one = project_map({"a.md": 5})
    assert one.render(NOON).split("\n", 3)[3] == one.body()


def test_the_data_has_every_document_with_its_level() -> None:
    data = project_map({"b.md": 7000, "a.md": 1}).data()
    assert [(entry["path"], entry["level"]) for entry in data["documents"]] == [("a.md", "ok"), ("b.md", "long")]
    assert data["total"] == 7001
