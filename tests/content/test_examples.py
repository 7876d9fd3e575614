"""The sample workspace has what `kin demo` shows: documents over a limit, a repeated paragraph, broken links."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import ctok
import pytest

WORKSPACE = Path(__file__).parents[2] / "examples" / "workspace"
FAMILY, OVERHEAD = "4.8", 6  # the default family, and the tokens Anthropic's count adds to one user message
WARN, ERROR = 6_000, 12_000
REQUEST = "demande.md"

FENCE = re.compile(r"^```.*?^```[^\S\n]*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
UNWANTED = re.compile(r"index|todo|to-do|journal|progress|contents|toc|summary|map \(readonly\)|log$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A relative link: the document it stands in, the document and the anchor (maybe empty) it points to."""

    source: str
    target: str
    anchor: str


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    """Text of each Markdown document of the workspace by its path with forward slashes."""
    assert WORKSPACE.is_dir(), f"the sample workspace is missing: {WORKSPACE.name} beside examples/README.md"
    paths = sorted(WORKSPACE.rglob("*.md"))
    return {path.relative_to(WORKSPACE).as_posix(): path.read_bytes().decode("utf-8") for path in paths}


@pytest.fixture(scope="module")
def sizes(documents: dict[str, str]) -> dict[str, int]:
    """Tokens of each document."""
    return {path: tokens(text) for path, text in documents.items()}


def tokens(text: str) -> int:
    return int(ctok.token_count(text, FAMILY)) - OVERHEAD


def prose(text: str) -> str:
    return FENCE.sub("", text)


def sections(text: str) -> list[str]:
    return re.split(r"^(?=## )", text, flags=re.MULTILINE)


def paragraphs(text: str) -> list[str]:
    """Paragraphs of running text, one line each: no code, headings, tables or diagrams."""
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n", prose(text)))
    return [block for block in blocks if block and not block.startswith(("#", "|"))]


def anchors(text: str) -> set[str]:
    """Anchors as GitHub makes them: lower case, punctuation gone, spaces to hyphens, repetitions numbered."""
    seen: Counter[str] = Counter()
    found: set[str] = set()
    for heading in HEADING.findall(prose(text)):
        slug = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        found.add(slug if not seen[slug] else f"{slug}-{seen[slug]}")
        seen[slug] += 1
    return found


def resolved(source: str, path: str) -> str:
    parts: list[str] = []
    for part in (*PurePosixPath(source).parent.parts, *PurePosixPath(path).parts):
        if part == "..":
            assert parts, f"{source} links out of the workspace: {path}"
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def links(documents: dict[str, str]) -> list[Link]:
    found: list[Link] = []
    for source, text in documents.items():
        for address in LINK.findall(prose(text)):
            if "://" in address:
                continue
            path, _, anchor = address.partition("#")
            found.append(Link(source, resolved(source, path) if path else source, anchor))
    return found


def repeated(documents: dict[str, str], least_words: int) -> dict[str, list[str]]:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path, text in documents.items():
        for paragraph in paragraphs(text):
            if len(paragraph.split()) >= least_words:
                places[paragraph].append(path)
    return {paragraph: where for paragraph, where in places.items() if len(where) > 1}


def test_the_workspace_holds_about_25_documents_and_50000_tokens(sizes: dict[str, int]) -> None:
    assert 24 <= len(sizes) <= 27
    assert 42_000 <= sum(sizes.values()) <= 55_000


def test_exactly_two_documents_are_over_a_limit_and_one_of_them_is_too_long(sizes: dict[str, int]) -> None:
    over = sorted(size for size in sizes.values() if size > WARN)
    assert len(over) == 2
    assert 7_000 <= over[0] <= 8_000
    assert ERROR < 12_500 <= over[1] <= 14_000


def test_all_other_documents_are_of_ordinary_size(sizes: dict[str, int]) -> None:
    ordinary = {path: size for path, size in sizes.items() if size <= WARN and path != REQUEST}
    assert {path: size for path, size in ordinary.items() if not 600 <= size <= 3_500} == {}


def test_documents_over_a_limit_can_be_split_at_their_second_level_headings(
    documents: dict[str, str], sizes: dict[str, int]
) -> None:
    for path in (path for path, size in sizes.items() if size > WARN):
        parts = sections(documents[path])
        assert len(parts) >= 8, path
        assert max(tokens(part) for part in parts) < WARN / 2, path


def test_one_substantial_paragraph_stands_word_for_word_in_four_documents(documents: dict[str, str]) -> None:
    ((paragraph, where),) = repeated(documents, 60).items()
    assert 80 <= len(paragraph.split()) <= 140
    assert len(set(where)) == len(where) == 4
    shapes = {
        block for path in where for block in documents[path].split("\n\n") if " ".join(block.split()) == paragraph
    }
    assert len(shapes) == 1, "the copies differ in their line breaks"


def test_nothing_else_is_repeated(documents: dict[str, str]) -> None:
    assert len(repeated(documents, 12)) == 1


def test_the_request_states_six_to_nine_wishes(documents: dict[str, str]) -> None:
    request = documents[REQUEST]
    assert 6 <= len(re.findall(r"^- ", request, re.MULTILINE)) <= 9
    assert 200 <= len(request.split()) <= 320


def test_exactly_two_links_are_broken_one_by_file_and_one_by_anchor(documents: dict[str, str]) -> None:
    known = {path: anchors(text) for path, text in documents.items()}
    found = links(documents)
    no_file = [link for link in found if link.target not in known]
    no_anchor = [
        link for link in found if link.anchor and link.target in known and link.anchor not in known[link.target]
    ]
    assert no_file == [Link("meetings/2026-02-12-incident-review.md", "docs/guides/thresholds.md", "")]
    assert no_anchor == [Link("docs/guides/planning-maintenance.md", "docs/api/windows.md", "hold-a-window")]


def test_documents_link_to_one_another_and_into_the_sections_of_the_long_ones(
    documents: dict[str, str], sizes: dict[str, int]
) -> None:
    found = links(documents)
    assert len(found) >= 80
    assert {path for path in documents if path != REQUEST} == {link.source for link in found}
    for path in (path for path, size in sizes.items() if size > WARN):
        into = {link.anchor for link in found if link.target == path != link.source and link.anchor}
        assert len(into) >= 6, path


def test_what_the_agents_are_to_make_is_not_there_yet(documents: dict[str, str]) -> None:
    assert [path for path in documents if UNWANTED.search(PurePosixPath(path).stem) and path != "CHANGELOG.md"] == []


def test_the_folder_holds_markdown_only_in_utf_8_with_plain_line_ends(documents: dict[str, str]) -> None:
    assert [path for path in WORKSPACE.rglob("*") if path.is_file() and path.suffix != ".md"] == []
    for path, text in documents.items():
        assert "\r" not in text, path
        assert "\t" not in text, path
        assert not text.startswith("\ufeff"), path
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
    assert any("«" in text for text in documents.values())
