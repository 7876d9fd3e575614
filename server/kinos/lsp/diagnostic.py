"""Size diagnostics: what there is to say about one document, as the editor takes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lsprotocol import types

from kinos.domain.bulk import Bulk
from kinos.domain.exemption import ignores_size
from kinos.domain.setting import Settings
from kinos.domain.size import Counted, Level, Limits, Size
from kinos.tokens.document import OpenText
from kinos.tokens.position import Encoding, units

SOURCE = "kinos"
CODES = {Level.LONG: "document-long", Level.TOO_LONG: "document-too-long"}
GUIDE = "restructuring.md"
"""The page that says what to do, with a heading for each code."""

_SEVERITY = {name.lower(): types.DiagnosticSeverity[name] for name in ("Error", "Warning", "Information", "Hint")}


@dataclass(frozen=True, slots=True)
class Form:
    """What an editor takes of a diagnostic beyond its text: whether it shows other places that belong to it and links, and
    whether it hands `data` back. `encoding` is what a column counts.
    """

    encoding: Encoding = Encoding.UTF16
    related: bool = False
    linked: bool = False
    data: bool = False


@dataclass(frozen=True, slots=True)
class Ruler:
    """How sizes are judged in one folder: the limits, what counted the tokens, and a severity for each level over one."""

    limits: Limits
    tokenizer: str
    severities: Mapping[Level, types.DiagnosticSeverity]

    def over(self, size: Size | None) -> bool:
        """Whether a document of this size is over a limit."""
        return size is not None and self.limits.level(size.tokens) is not Level.OK

    def limit(self, size: Size) -> int:
        """The limit that a document of this size is above, or would be first."""
        return self.limits.error if self.limits.level(size.tokens) is Level.TOO_LONG else self.limits.warn


def ruler(settings: Settings, tokenizer: str) -> Ruler:
    """The ruler that the settings describe."""
    severities = {
        Level.LONG: _SEVERITY[settings.diagnostics_severity_long],
        Level.TOO_LONG: _SEVERITY[settings.diagnostics_severity_too_long],
    }
    return Ruler(Limits(settings.tokens_warn, settings.tokens_error), tokenizer, severities)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that may have a diagnostic: its URI, its text, its size, and where it is too large as far as that is known."""

    uri: str
    text: OpenText
    size: Size | None
    bulk: Bulk = Bulk(None, ())


def diagnostics(document: Document, rule: Ruler, form: Form, docs: str) -> list[types.Diagnostic]:
    """One diagnostic on the first line of a document over a limit, else none. `docs` is the URI of the folder with the guide.

    A document with the comment `<!-- kinos: ignore-size -->` anywhere in it has none.
    """
    size = document.size
    if size is None or not rule.over(size) or ignores_size(document.text.text):
        return []
    level = rule.limits.level(size.tokens)
    return [
        types.Diagnostic(
            range=line_range(document.text, 0, form.encoding),
            message=_message(size, level, rule),
            severity=rule.severities[level],
            code=CODES[level],
            code_description=types.CodeDescription(f"{docs}/{GUIDE}#{CODES[level]}") if form.linked else None,
            source=SOURCE,
            related_information=list(_related(document, rule.limit(size), form.encoding)) if form.related else None,
            data={"tokens": size.tokens, "limit": rule.limit(size)} if form.data else None,
        )
    ]


def line_range(text: OpenText, line: int, encoding: Encoding) -> types.Range:
    """A whole line without its end; the last one for a line that is not there."""
    line = min(max(line, 0), text.line_count - 1)
    return types.Range(types.Position(line, 0), types.Position(line, units(text.line(line) or "", encoding)))


def _message(size: Size, level: Level, rule: Ruler) -> str:
    word = "too long" if level is Level.TOO_LONG else "long"
    doubt = ", unconfirmed for this model" if size.counted is Counted.UNCONFIRMED else ""
    return f"This document is {word}: {size.tokens} tokens, above {rule.limit(size)} ({rule.tokenizer}{doubt})."


def _related(document: Document, limit: int, encoding: Encoding) -> Iterator[types.DiagnosticRelatedInformation]:
    crossing = document.bulk.crossing
    if crossing is not None:
        yield _place(document, crossing, f"With this line it has more than {limit} tokens.", encoding)
    for section in document.bulk.sections:
        message = f"The section “{section.title}” has {section.tokens} tokens."
        yield _place(document, section.line, message, encoding)


def _place(document: Document, line: int, message: str, encoding: Encoding) -> types.DiagnosticRelatedInformation:
    where = types.Location(document.uri, line_range(document.text, line, encoding))
    return types.DiagnosticRelatedInformation(where, message)
