"""Verdicts: what can be shown passes or fails, everything else is unproven."""

import pytest

from kinos.domain.size import Limits
from kinos.worker.rehearsal.rule.amount import amounts, uncounted
from kinos.worker.rehearsal.rule.evidence import judged
from kinos.worker.rehearsal.view import View
from worker.rehearsal.stage import MODEL, Stage

FILES = {
    "report.md": "# Report\n\n" + "word " * 3000 + "\n",
    "short.md": "# Short\n\nA few words.\n",
    "index.md": "# Index\n\n[a](short.md)\n",
    "journal.md": "# Journal\n\nx\n",
}


def verdict(text: str, files: dict[str, str] | None = None) -> str:
    stage = Stage(files or FILES, text, Limits(6000, 12000))
    return judged(View(stage.brief("validation"), "", MODEL), text).verdict.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write `report.md`, 3000 words long.", "pass"),
        ("Write `report.md` of about 3,000 words.", "pass"),
        ("Write `short.md` of 3000 words.", "fail"),
        ("`report.md` must have at least 2,500 words.", "pass"),
        ("`report.md` must have at most 2,500 words.", "fail"),
        ("`report.md` must have between 2,000 and 2,500 words.", "fail"),
        ("Write 3000 words about tides.", "unproven"),
        ("Put twenty questions into `index.md`.", "unproven"),
        ("Put 20 questions into `index.md`.", "unproven"),
        ("Write `index.md`.", "pass"),
        ("Write `index.md` at the root: one line on what each document is for.", "unproven"),
        ("Write `missing.md`.", "fail"),
        ("Rename `missing.md` to `index.md`.", "unproven"),
        ("No document may be longer than 12,000 tokens.", "pass"),
        ("No document may be longer than 2,000 tokens.", "fail"),
        ("Keep `short.md` below 50 tokens.", "pass"),
        ("Keep each document below 6k tokens.", "pass"),
        ("Keep each document below 6,000 tokens, and split them along their sections.", "unproven"),
        ("Split documents over 6,000 tokens.", "unproven"),
        ("Describe the rate limit.", "unproven"),
        ("Keep a log.", "pass"),
        ("Keep a short log of what you changed.", "unproven"),
        ("Log in with a key.", "unproven"),
        ("Run the backup once a day.", "unproven"),
        ("Explain how radio links are licensed.", "unproven"),
    ],
)
def test_only_what_is_shown_passes(text: str, expected: str) -> None:
    assert verdict(text) == expected


def test_a_limit_is_the_wishs_own_and_not_the_maps() -> None:
    files = {"a.md": "word " * 7000}
    assert verdict("No document may be longer than 12,000 tokens.", files) == "pass"
    assert verdict("No document may be longer than 6,500 tokens.", files) == "fail"


def test_a_size_within_the_maps_rounding_is_not_judged() -> None:
    stage = Stage({"a.md": "word " * 1010}, "x")
    brief = stage.brief("validation")
    view = View(
        type(brief)(*(brief.agent, "EXPANSION", "", "demande.md", "", brief.project_map, [], [], [])), "", MODEL
    )
    assert judged(view, "No document may have more than 1,000 tokens.").verdict == "unproven"


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("3000 words", (2700, 3300)),
        ("at least 3 000 mots", (3000, None)),
        ("no more than 500 words", (None, 500)),
        ("not less than 500 words", (500, None)),
        ("2-3k tokens", (2000, 3000)),
        ("under 7.5k tokens", (None, 7500)),
        ("a 3,000-word essay", (2700, 3300)),
    ],
)
def test_amounts_are_read_with_their_bounds(text: str, bounds: tuple[int | None, int | None]) -> None:
    assert [(amount.least, amount.most) for amount in amounts(text)] == [bounds]


def test_other_numbers_are_named_as_not_counted() -> None:
    assert uncounted("Ask twenty questions on 3 sites in 500 words of `a-2.md`.") == ["twenty questions", "3 sites"]
