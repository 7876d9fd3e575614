"""Which size diagnostics a document has."""

from pathlib import Path

import pytest
from lsprotocol import types

from kinos.domain.bulk import Bulk, Place
from kinos.domain.markdown import headings, scan
from kinos.domain.setting import Settings
from kinos.domain.size import Counted, Level, Limits, Size
from kinos.lsp.diagnostic import CODES, GUIDE, Document, Form, Ruler, diagnostics, ruler
from kinos.tokens.document import OpenText
from kinos.tokens.position import Encoding

RULE = ruler(Settings(), "claude-v4.8")
ROOT = Path(__file__).parents[2]
DOCS = "file:///kinos/docs"
URI = "file:///w/a.md"
PLAIN = Form()
NOWHERE = Bulk(None, ())


def found(
    size: Size | None, text: str = "# Title\n", rule: Ruler = RULE, form: Form = PLAIN, bulk: Bulk = NOWHERE
) -> list[types.Diagnostic]:
    """The diagnostics of a document."""
    return diagnostics(Document(URI, OpenText(text, 1), size, bulk), rule, form, DOCS)


def one(
    tokens: int, text: str = "# Title\n", rule: Ruler = RULE, form: Form = PLAIN, bulk: Bulk = NOWHERE
) -> types.Diagnostic:
    """The one diagnostic of a document."""
    (diagnostic,) = found(Size(tokens), text, rule, form, bulk)
    return diagnostic


@pytest.mark.parametrize("tokens", [0, 1, 6000])
def test_a_document_within_the_limits_has_none(tokens: int) -> None:
    assert found(Size(tokens)) == []


@pytest.mark.parametrize(
    ("tokens", "code"),
    [(6001, "document-long"), (12000, "document-long"), (12001, "document-too-long"), (900_000, "document-too-long")],
)
def test_a_document_above_a_limit_has_one(tokens: int, code: str) -> None:
    assert (one(tokens).code, one(tokens).source) == (code, "kinos")


def test_a_document_without_a_size_has_none() -> None:
    assert found(None) == []


def test_the_message_gives_tokens_limit_and_tokenizer() -> None:
    assert one(7100).message == "This document is long: 7100 tokens, above 6000 (claude-v4.8)."
    assert one(13540).message == "This document is too long: 13540 tokens, above 12000 (claude-v4.8)."


def test_a_size_that_is_not_confirmed_is_said_to_be_so() -> None:
    (diagnostic,) = found(Size(7100, Counted.UNCONFIRMED))
    assert "unconfirmed" in diagnostic.message


@pytest.mark.parametrize(
    "comment", ["<!-- kinos: ignore-size -->", "<!--kinos:ignore-size-->", "<!--  kinos:  ignore-size  -->"]
)
def test_a_comment_suppresses_it(comment: str) -> None:
    assert found(Size(7100), f"# Title\n\n{comment}\n") == []


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("# Title\nmore", 7),
        ("# Title\r\nmore", 7),
        ("# Title\rmore", 7),
        ("# Title", 7),
        ("", 0),
        ("a\u2028b\x0cc\nd", 5),
    ],
)
def test_it_is_on_the_first_line(text: str, end: int) -> None:
    assert one(7100, text).range == types.Range(types.Position(0, 0), types.Position(0, end))


@pytest.mark.parametrize(("encoding", "end"), [(Encoding.UTF8, 7), (Encoding.UTF16, 5), (Encoding.UTF32, 4)])
def test_its_end_counts_what_was_negotiated(encoding: Encoding, end: int) -> None:
    assert one(7100, "# 🌊x\n", form=Form(encoding)).range.end.character == end


def test_severities_are_settings() -> None:
    rule = ruler(Settings(diagnostics_severity_long="hint", diagnostics_severity_too_long="information"), "t")
    assert one(7000, rule=rule).severity is types.DiagnosticSeverity.Hint
    assert one(13000, rule=rule).severity is types.DiagnosticSeverity.Information
    assert RULE.severities == {
        Level.LONG: types.DiagnosticSeverity.Warning,
        Level.TOO_LONG: types.DiagnosticSeverity.Error,
    }
    assert RULE.limits == Limits(6000, 12000)


def test_it_links_to_the_guide_where_links_are_shown() -> None:
    assert one(7100, form=Form(linked=True)).code_description == types.CodeDescription(
        f"{DOCS}/restructuring.md#document-long"
    )
    assert one(13_000, form=Form(linked=True)).code_description == types.CodeDescription(
        f"{DOCS}/restructuring.md#document-too-long"
    )
    assert one(7100).code_description is None


def test_the_guide_has_a_heading_for_each_code() -> None:
    anchors = {heading.anchor for heading in headings(scan((ROOT / "docs" / GUIDE).read_text(encoding="utf-8")))}
    assert anchors >= set(CODES.values())


def test_it_carries_the_figures_for_code_actions_where_they_come_back() -> None:
    assert one(7100, form=Form(data=True)).data == {"tokens": 7100, "limit": 6000}
    assert one(12_001, form=Form(data=True)).data == {"tokens": 12_001, "limit": 12_000}
    assert one(7100).data is None


def test_it_names_the_line_that_is_too_much_and_the_heaviest_sections() -> None:
    bulk = Bulk(3, (Place(2, "B", 5000), Place(0, "A", 2100)))
    related = one(7100, "# A\na\n# B\n🌊b\n", form=Form(related=True), bulk=bulk).related_information
    assert related == [
        types.DiagnosticRelatedInformation(types.Location(URI, span(line, 0, end)), message)
        for line, end, message in (
            (3, 3, "With this line it has more than 6000 tokens."),
            (2, 3, "The section “B” has 5000 tokens."),
            (0, 3, "The section “A” has 2100 tokens."),
        )
    ]
    assert one(7100, bulk=bulk).related_information is None


def span(line: int, start: int, end: int) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))
