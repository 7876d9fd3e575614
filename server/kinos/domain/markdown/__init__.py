"""Markdown as far as structure matters here. There is one scanner, `scan`; everything else reads what it found.

`line` says what each line is, `block` joins lines of a kind, `heading` and `section` are the outline, `link` is where links
lead, `split` moves sections into documents of their own, and `rename` keeps links alive when files move. Line numbers are
0-based, ends are after the last line.
"""

from kinos.domain.markdown.block import Block, blocks
from kinos.domain.markdown.heading import Heading, document_title, headings, plain, slug
from kinos.domain.markdown.line import Kind, Line, is_prose, lines_of, scan, text_of
from kinos.domain.markdown.section import Section, sections

__all__ = [
    "Block",
    "Heading",
    "Kind",
    "Line",
    "Section",
    "blocks",
    "document_title",
    "headings",
    "is_prose",
    "lines_of",
    "plain",
    "scan",
    "sections",
    "slug",
    "text_of",
]
