"""The rules of each agent, on small workspaces."""

import re
from dataclasses import replace

import pytest

from kinos.domain.brief import Brief
from kinos.domain.size import Limits
from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.meter import tokens
from worker.rehearsal.stage import MODEL, PAPERS, Stage

REQUEST = """\
# A guide for the harbour

We need a guide that a new operator can use alone.

- Keep every document below 600 tokens.
- Say each thing once.
- Write `docs/faq.md` about prices, opening hours and lost property.
- The links must work.
"""
PARAGRAPH = " ".join(["Every sample that arrives carries a quality flag and is kept for a year"] * 3) + "."
SECTION = "The operator reads the gauge and writes it down. " * 16
TITLES = ("Tides", "Gauges", "Alarms", "The log", "Boats", "Night")
GUIDE = "# Guide\n\nHello.\n\n" + "".join(f"## {title}\n\n{SECTION}\n\n" for title in TITLES)


def landed(stage: Stage, agent: str) -> Task:
    decided, changed = stage.cycle(agent)
    assert isinstance(decided, Task), decided
    assert changed, stage.reply(decided)
    return decided


def reason(stage: Stage, agent: str) -> str:
    decided = stage.plan(agent)
    assert isinstance(decided, NothingToDo), decided
    return decided.reason


def shown(stage: Stage, *paths: str) -> Stage:
    """The same stage, where only `paths` and the papers are shown from now on."""
    whole = Stage.brief

    def brief(agent: str) -> Brief:
        all_of_it = whole(stage, agent)
        return replace(all_of_it, exhibits=[e for e in all_of_it.exhibits if e.path in (*paths, *PAPERS)])

    stage.brief = brief  # type: ignore[method-assign]
    return stage


# ---- documentaliste ----------------------------------------------------------------------------------------------------


def test_a_document_that_is_too_long_is_split_beside_itself() -> None:
    stage = Stage({"docs/guide.md": GUIDE}, limits=Limits(600, 1200))
    task = landed(stage, "documentaliste")
    assert task.files == ("docs/guide.md", "docs/guide-tides.md", "docs/guide-alarms.md", "docs/guide-boats.md")
    assert stage.files["docs/guide.md"].startswith(
        "# Guide\n\nHello.\n\n## Tides\n\nSee [Tides](guide-tides.md#tides).\n"
    )
    assert "## The log\n\nSee [The log](guide-alarms.md#the-log).\n" in stage.files["docs/guide.md"]
    assert stage.files["docs/guide-alarms.md"].startswith(
        "# Guide: Alarms\n\nPart of [Guide](guide.md).\n\n- [Alarms](#alarms)\n- [The log](#the-log)\n\n## Alarms\n"
    )
    assert "above the limit of 1,200" in task.why
    assert landed(stage, "documentaliste").title == "Write index.md, a table of contents"
    assert "- [Guide: Alarms](docs/guide-alarms.md)\n" in stage.files["index.md"]
    assert "No document is over the limit." in reason(stage, "documentaliste")


def test_too_long_documents_come_first_and_long_ones_wait_for_expansion() -> None:
    short = GUIDE.partition("## Boats")[0]
    files = {"a.md": short, "b.md": GUIDE}
    both = Stage(files, limits=Limits(600, 1200))
    assert landed(both, "documentaliste").files[0] == "b.md"
    assert landed(both, "documentaliste").files[0] == "a.md"
    only = Stage({"a.md": short}, limits=Limits(600, 1200), phase="CONVERGENCE")
    assert "No document is too long." in reason(only, "documentaliste")


def test_the_parts_names_avoid_what_is_there() -> None:
    stage = Stage({"guide.md": GUIDE, "guide-boats.md": "# Mine\n"}, limits=Limits(600, 1200))
    assert "guide-boats-2.md" in landed(stage, "documentaliste").files
    assert stage.files["guide-boats.md"] == "# Mine\n"


def test_a_part_whose_heading_says_little_is_named_for_the_section_above_too() -> None:
    text = "# Guide\n\n" + "".join(
        f"## {title}\n\n" + "".join(f"### Example\n\n{SECTION * 2}\n\n" for _ in range(2))
        for title in ("Tides", "Boats")
    )
    stage = Stage({"guide.md": text}, limits=Limits(600, 1200))
    made = landed(stage, "documentaliste").files[1:]
    assert made
    assert all(re.fullmatch(r"guide-(tides|boats)-example(-2)?\.md", path) for path in made)


def test_a_document_with_nothing_but_small_sections_is_left_with_a_reason() -> None:
    terms = "".join(f"## Term {n}\n\nIt means {n}.\n\n" for n in range(90))
    assert "cannot be split at its headings" in reason(
        Stage({"a.md": f"# Terms\n\n{terms}"}, limits=Limits(600, 1200)), "documentaliste"
    )


def test_a_part_of_a_readme_is_called_by_its_heading_alone() -> None:
    stage = Stage({"README.md": GUIDE}, limits=Limits(600, 1200))
    assert landed(stage, "documentaliste").files == ("README.md", "tides.md", "alarms.md", "boats.md")


def test_no_more_moves_than_must_and_a_document_keeps_its_beginning() -> None:
    stage = Stage({"guide.md": GUIDE, "b.md": f"{SECTION * 5}\n"}, limits=Limits(1000, 1300))
    assert landed(stage, "documentaliste").files == ("guide.md", "guide-the-log.md")
    assert stage.files["guide.md"].startswith("# Guide\n\nHello.\n\n## Tides\n\nThe operator")


def test_documents_that_link_to_what_moves_need_no_change() -> None:
    linking = "# A\n\n[log](guide.md#the-log)\n"
    stage = Stage({"guide.md": GUIDE, "a.md": linking, "index.md": "[a](a.md)\n"}, limits=Limits(600, 1200))
    assert "a.md" not in landed(stage, "documentaliste").files
    assert stage.files["a.md"] == linking
    assert "## The log\n" in stage.files["guide.md"]
    assert "No dead link" in reason(stage, "documentaliste")


def test_a_very_long_document_is_split_in_several_tasks() -> None:
    text = "# Guide\n\n" + "".join(f"## Part {n}\n\n{SECTION * 12}\n\n" for n in range(16))
    stage = Stage({"guide.md": text})
    tasks = [landed(stage, "documentaliste").title for _ in range(5)]
    assert [title.partition(" ")[0] for title in tasks] == ["Split", "Split", "Split", "Split", "Write"]
    assert "No document is over the limit." in reason(stage, "documentaliste")
    assert {path: "See [Part" in text for path, text in stage.files.items()}["guide.md"]
    assert not any("See [Part" in text for path, text in stage.files.items() if path not in ("guide.md", "index.md"))


@pytest.mark.parametrize("text", ["word " * 2000, "# A\n\n" + "word " * 2000, "# A\n\n## Only\n\n" + "word " * 2000])
def test_a_document_without_headings_to_split_at_is_left_with_a_reason(text: str) -> None:
    stage = Stage({"a.md": f"{text}\n"}, limits=Limits(600, 1200))
    assert "`a.md`" in reason(stage, "documentaliste")


def test_links_that_broke_are_mended_where_it_can_be_seen_what_was_meant() -> None:
    files = {
        "docs/guide.md": "# Guide\n\n- [Tides](guide-tides.md#tides)\n",
        "docs/guide-tides.md": "# Moved\n\n## Tides\n\nx\n\n### Ebb\n\ny\n",
        "old/moved.md": "# The moved one\n",
        "named.md": "# Lost and found\n",
        "a.md": "# A\n\n[1](docs/guide.md#tides) [2](docs/guide.md#ebb)\n"
        "[3](moved.md) [Lost and found](gone.md) [5](nowhere.md)\n",
    }
    stage = Stage(files, phase="CONVERGENCE")
    task = landed(stage, "documentaliste")
    assert task.title == "Mend 4 dead links in a.md"
    assert stage.files["a.md"] == (
        "# A\n\n[1](docs/guide-tides.md#tides) [2](docs/guide-tides.md#ebb)\n"
        "[3](old/moved.md) [Lost and found](named.md) [5](nowhere.md)\n"
    )
    assert "`nowhere.md` in `a.md` leads nowhere" in reason(stage, "documentaliste")


def test_links_in_a_changelog_by_absolute_path_and_in_html_are_mended_too() -> None:
    files = {
        "docs/guide.md": "# Guide\n\n- [Tides](guide-tides.md#tides)\n",
        "docs/guide-tides.md": "# Moved\n\n## Tides\n\nx\n",
        "CHANGELOG.md": '# Changelog\n\n- [1](/docs/guide.md#tides), <a href="docs/guide.md#tides">2</a>\n',
    }
    stage = Stage(files, phase="CONVERGENCE")
    assert landed(stage, "documentaliste").files == ("CHANGELOG.md",)
    assert stage.files["CHANGELOG.md"] == (
        '# Changelog\n\n- [1](docs/guide-tides.md#tides), <a href="docs/guide-tides.md#tides">2</a>\n'
    )


def test_an_index_is_written_once_and_kept_in_step() -> None:
    stage = Stage(
        {"a.md": "# First\n\nIt says so.\n", "docs/b.md": "---\ntitle: Second\n---\n\nx\n", "docs/c.md": "x\n"}
    )
    landed(stage, "documentaliste")
    assert stage.files["index.md"] == (
        "# Contents\n\nEvery document of this project, by folder.\n\n- [First](a.md): It says so.\n\n"
        "## docs/\n\n- [Second](docs/b.md)\n- [C](docs/c.md)\n"
    )
    assert "`index.md` lists every document of the map." in reason(stage, "documentaliste")
    stage.files |= {"docs/d.md": "# Fourth\n", "new/e.md": "# Fifth\n"}
    del stage.files["docs/c.md"]
    landed(stage, "documentaliste")
    assert stage.files["index.md"].endswith(
        "- [Second](docs/b.md)\n- [Fourth](docs/d.md)\n\n## new/\n\n- [Fifth](new/e.md)\n"
    )


def test_an_index_that_was_split_is_not_filled_again() -> None:
    files = {f"docs/{letter}/page-{n:02}.md": f"# Page {n}\n" for letter in "ab" for n in range(20)}
    stage = Stage(files, limits=Limits(600, 1200))
    assert landed(stage, "documentaliste").title == "Write index.md, a table of contents"
    assert landed(stage, "documentaliste").title.startswith("Split index.md into")
    assert "its parts list" in reason(stage, "documentaliste")
    stage.files["index.md"] = "# Hello\n\n## Guide\n\nSee [the guide](docs/a/page-01.md).\n\n- [2](docs/a/page-02.md)\n"
    stage.files["index.md"] += "- [3](docs/a/page-03.md)\n"
    assert landed(stage, "documentaliste").title == "Bring index.md in step with the map"


def test_an_index_page_that_is_no_table_of_contents_is_somebodys_own() -> None:
    stage = Stage({"index.md": "# Welcome\n\n[a](a.md)\n", "a.md": "# A\n\nx\n", "b.md": "# B\n\nx\n"})
    assert "is a page of its own" in reason(stage, "documentaliste")


# ---- duplication -------------------------------------------------------------------------------------------------------


def test_a_repeated_paragraph_stays_in_one_place() -> None:
    files = {
        "a.md": f"# Tides\n\n{PARAGRAPH}\n",
        "docs/b.md": f"# Samples\n\n## Quality flags\n\n{PARAGRAPH}\n\nMore.\n",
        "c.md": f"# C\n\n{PARAGRAPH.replace('. ', '.\n').replace(' a ', '\na ', 1)}\n",
    }
    stage = Stage(files)
    task = landed(stage, "duplication")
    assert sorted(task.files) == ["a.md", "c.md"]
    assert (
        task.title
        == "Keep the paragraph “Every sample that arrives carries a…” in docs/b.md and point to it from a.md and c.md"
    )
    assert stage.files["a.md"] == "# Tides\n\nThis is described in [Quality flags](docs/b.md#quality-flags).\n"
    assert stage.files["c.md"] == "# C\n\nThis is described in [Quality flags](docs/b.md#quality-flags).\n"
    assert stage.files["docs/b.md"] == files["docs/b.md"]
    assert "No paragraph" in reason(stage, "duplication")


def test_in_expansion_two_copies_wait_unless_they_are_long() -> None:
    files = {"a.md": f"# A\n\n{PARAGRAPH}\n", "b.md": f"# B\n\n{PARAGRAPH}\n"}
    assert "drafts may overlap for a while" in reason(Stage(files), "duplication")
    assert landed(Stage(files, phase="CONVERGENCE"), "duplication").files == ("b.md",)
    long = {path: text.replace(PARAGRAPH, " ".join([PARAGRAPH] * 3)) for path, text in files.items()}
    assert landed(Stage(long), "duplication").files == ("b.md",)


def test_a_copy_that_others_were_pointed_to_stays_whatever_is_shown() -> None:
    files = {
        "a.md": f"# A\n\n{PARAGRAPH}\n",
        "b.md": f"# B\n\n{PARAGRAPH}\n",
        "c.md": f"# Quality flags of samples\n\n{PARAGRAPH}\n",
    }
    for later in (("b.md", "c.md"), ("a.md", "b.md", "c.md")):
        stage = Stage(files, phase="CONVERGENCE")
        landed(shown(stage, "a.md", "b.md"), "duplication")
        kept = next(path for path in ("a.md", "b.md") if PARAGRAPH in stage.files[path])
        if len(later) == 3:
            stage.recent = []
        landed(shown(stage, kept, *later), "duplication")
        assert [path for path, text in stage.files.items() if PARAGRAPH in text] == [kept]


def test_a_pointer_to_a_pointer_is_straightened() -> None:
    files = {
        "a.md": "# A\n\nThis is described in [Two](b.md#two).\n",
        "b.md": "# B\n\n## Two\n\nThis is described in [Home](docs/c.md#home).\n\n## Three\n\nMore.\n",
        "docs/c.md": f"# C\n\n## Home\n\n{PARAGRAPH}\n",
    }
    stage = Stage(files)
    assert landed(stage, "duplication").title == "Point a.md straight at docs/c.md"
    assert stage.files["a.md"] == "# A\n\nThis is described in [Two](docs/c.md#home).\n"
    assert "No paragraph" in reason(stage, "duplication")


def test_a_paragraph_twice_on_one_page_is_said_once() -> None:
    stage = Stage({"a.md": f"# A\n\n## One\n\n{PARAGRAPH}\n\n## Two\n\n{PARAGRAPH}\n"}, phase="CONVERGENCE")
    landed(stage, "duplication")
    assert stage.files["a.md"] == f"# A\n\n## One\n\n{PARAGRAPH}\n\n## Two\n\nThis is said above, under [One](#one).\n"


@pytest.mark.parametrize(
    "quoted", [f"```\n{PARAGRAPH}\n```", f"> {PARAGRAPH}", f"| {PARAGRAPH} |", "Too short to matter."]
)
def test_code_quotations_tables_and_short_phrases_may_be_repeated(quoted: str) -> None:
    assert "No paragraph" in reason(Stage({"a.md": f"# A\n\n{quoted}\n", "b.md": f"# B\n\n{quoted}\n"}), "duplication")


def test_records_are_no_copies() -> None:
    assert "No paragraph" in reason(Stage({"a.md": f"{PARAGRAPH}\n", "journal.md": f"{PARAGRAPH}\n"}), "duplication")


def test_a_copy_that_is_claimed_is_the_one_that_stays() -> None:
    stage = Stage({"a.md": f"# Quality flags\n\n{PARAGRAPH}\n", "b.md": f"# B\n\n{PARAGRAPH}\n"}, phase="CONVERGENCE")
    stage.claimed = ["b.md"]
    assert landed(stage, "duplication").files == ("a.md",)


# ---- papers ------------------------------------------------------------------------------------------------------------


def test_the_log_tells_what_happened_and_not_its_own_doings() -> None:
    stage = Stage({"a.md": "# A\n\nx\n"}, REQUEST)
    assert "Nothing has happened yet" in reason(stage, "chroniqueur")
    stage.recent = [
        "redacteur landed: Mend 1 slip in a.md (a.md, b.md, c.md, d.md)",
        "redacteur proposed, waits for review: Mend 1 slip in a.md (a.md, b.md, c.md, d.md)",
        "evaluation found nothing to do: all is well",
    ]
    landed(stage, "chroniqueur")
    assert stage.files["journal.md"].splitlines()[4:8] == [
        *(
            "## 2026-03-21 12:00",
            "",
            "- redacteur landed: Mend 1 slip in a.md (a.md, b.md, c.md and 1 more).",
            "- Phase: EXPANSION. Total: 0.1k of 128.0k tokens (0 %), counted as claude-v4.8.",
        )
    ]
    assert "Nothing happened" in reason(stage, "chroniqueur")
    stage.recent.insert(0, "production landed: Write b (b.md)")
    assert "waits for company" in reason(stage, "chroniqueur")
    stage.recent.insert(0, "production rejected by the person: Write c (c.md): no")
    landed(stage, "chroniqueur")
    assert stage.files["journal.md"].splitlines()[4:] == [
        *(
            "## 2026-03-21 12:00",
            "",
            "- redacteur landed: Mend 1 slip in a.md (a.md, b.md, c.md and 1 more).",
            "- production rejected by the person: Write c (c.md): no.",
            "- production landed: Write b (b.md).",
            "- Phase: EXPANSION. Total: 0.2k of 128.0k tokens (0 %), counted as claude-v4.8.",
        )
    ]


def test_a_later_entry_of_the_log_stands_above_the_earlier_one() -> None:
    earlier = "# Journal\n\nWhat was done.\n\n## 2026-03-21 11:59\n\n- x\n"
    stage = Stage({"journal.md": earlier})
    stage.recent = ["production landed: Write b (b.md)", "production landed: Write c (c.md)"]
    landed(stage, "chroniqueur")
    assert stage.files["journal.md"].index("## 2026-03-21 12:00") < stage.files["journal.md"].index(
        "## 2026-03-21 11:59"
    )


def test_the_to_do_list_comes_from_the_request_and_is_ticked_when_it_shows() -> None:
    stage = Stage({"a.md": "# A\n\nx\n"}, REQUEST)
    landed(stage, "management")
    assert (
        "- [ ] Write `docs/faq.md` about prices, opening hours and lost property. (request, item 3)"
        in stage.files["todolist.md"]
    )
    assert "- [x] Keep every document below 600 tokens. (request, item 1)" in stage.files["todolist.md"]
    assert "no open item of it is visibly done" in reason(stage, "management")
    stage.files["docs/faq.md"] = "# FAQ\n\nAnswers.\n"
    assert "no open item of it is visibly done" in reason(stage, "management")
    stage.files["docs/faq.md"] = "# FAQ\n\n## Prices and opening hours\n\nx\n\n## Lost property\n\ny\n"
    assert landed(stage, "management").title == "Tick 1 item in todolist.md"
    assert "- [x] Write `docs/faq.md`" in stage.files["todolist.md"]


def test_a_new_wish_joins_the_list() -> None:
    stage = Stage(
        {"TODO.md": "# Mine\n\n- [ ] Keep every document below 600 tokens.\n\nThe end.\n"},
        REQUEST,
    )
    assert landed(stage, "management").files == ("TODO.md",)
    assert stage.files["TODO.md"].startswith(
        "# Mine\n\n- [x] Keep every document below 600 tokens.\n- [ ] Say each thing once."
    )
    assert stage.files["TODO.md"].endswith("\n\nThe end.\n")


def test_without_a_request_the_list_comes_from_the_map() -> None:
    stage = Stage({"a.md": "word " * 2000}, limits=Limits(600, 800))
    landed(stage, "management")
    assert "- [ ] Bring `a.md` (" in stage.files["todolist.md"]
    assert "nothing that could be listed" in reason(Stage({"a.md": "x\n"}), "management")


def test_requirements_have_numbers_that_stay() -> None:
    stage = Stage({"a.md": "# A\n\nx\n"}, REQUEST)
    landed(stage, "specifications")
    text = stage.files["specifications.md"]
    assert "### REQ-003: Write `docs/faq.md` about prices" in text
    assert text.count("Acceptance: ") == 5
    assert "covers the 5 wishes" in reason(stage, "specifications")
    stage.request += "- Every alarm names its owner on duty.\n"
    assert landed(stage, "specifications").title == "Add 1 requirement to specifications.md"
    assert stage.files["specifications.md"].startswith(text.rstrip("\n"))
    assert "### REQ-006: Every alarm names its owner on duty." in stage.files["specifications.md"]


def test_a_wish_of_few_words_is_listed_once() -> None:
    stage = Stage({"a.md": "x\n"}, "- FAQ\n- |a|b|\n- The C++ & `x`\n")
    for agent in ("specifications", "management"):
        landed(stage, agent)
        assert isinstance(stage.plan(agent), NothingToDo)


def test_sentences_serve_where_the_request_has_no_list() -> None:
    stage = Stage({"a.md": "x\n"}, "The sea is blue today. The guide must name every harbour. Please keep it short.\n")
    landed(stage, "specifications")
    assert "REQ-002: Please keep it short." in stage.files["specifications.md"]
    assert "REQ-003" not in stage.files["specifications.md"]


def test_findings_are_measured_and_written_once() -> None:
    files = {
        "a.md": f"# A\n\n{PARAGRAPH}\n\n[x](gone.md) [y](b.md#gone) [z](https://example.org) [i](picture.png)\n",
        "b.md": f"# B\n\n{PARAGRAPH}\n\n## Empty\n",
        "c.md": "word " * 2000,
    }
    stage = Stage(files, limits=Limits(600, 1200))
    landed(stage, "evaluation")
    report = stage.files["evaluation.md"]
    assert "| `a.md` | the link `gone.md` leads nowhere: there is no such document | hurts |" in report
    assert "| `a.md` | the link `b.md#gone` leads nowhere: the document has no such anchor | hurts |" in report
    assert "stands in `b.md` too | hurts |" in report
    assert "| `b.md` | “Empty” has no text below it | hurts |" in report
    assert "| `c.md` | over 1,200 tokens | blocks |" in report
    assert report.count("| hurts |") == 4
    assert "The findings are the 5" in reason(stage, "evaluation")
    stage.files["b.md"] = "# B\n\nAll well.\n"
    assert landed(stage, "evaluation").title == "Record 2 remedied findings in evaluation.md"


def test_a_report_names_no_more_than_it_has_room_for_and_keeps_what_it_named() -> None:
    links = {f"{n}.md": "# A\n\n" + "".join(f"[x](gone-{n}-{m}.md)\n" for m in range(4)) for n in range(5)}
    long = {"long.md": "word " * 800, "longer.md": "word " * 1600}
    stage = Stage(links | long, limits=Limits(800, 1600))
    landed(shown(stage, "4.md", *long), "evaluation")
    first = rows(stage.files["evaluation.md"])
    assert len(first) == 6
    stage = Stage(stage.files, limits=stage.limits)
    landed(stage, "evaluation")
    report = stage.files["evaluation.md"]
    assert first < rows(report)
    assert f"{22 - len(rows(report))} more findings would make this report too long, and must wait.\n" in report
    assert 500 < tokens(report, MODEL) < 800
    assert "It is full" in reason(stage, "evaluation")
    stage.files["4.md"] = "# A\n\nx\n"
    assert "and 4 remedied findings" in landed(stage, "evaluation").title


def rows(report: str) -> set[str]:
    """The findings of a report."""
    return {line for line in report.splitlines() if line.startswith("| `")}


def test_a_report_finds_no_fault_with_itself() -> None:
    text = f"See [there](gone.md) and [that](#gone): {PARAGRAPH}\n"
    report = f"# Evaluation\n\n[x](gone.md)\n\n{'word ' * 300}\n"
    stage = Stage(
        {"docs/a.md": text, "docs/b.md": text, "evaluation.md": report, "c.md": "word " * 2000}, "", Limits(900, 1800)
    )
    landed(stage, "evaluation")
    assert "| `docs/a.md` | “See there and that: Every sample …” stands in" in stage.files["evaluation.md"]
    assert "| `evaluation.md`" not in stage.files["evaluation.md"]


def test_who_keeps_a_long_paper_shortens_it() -> None:
    stage = Stage({"tests.md": GUIDE, "docs/tests.md": GUIDE}, limits=Limits(600, 1200))
    assert landed(stage, "documentaliste").files[0] == "docs/tests.md"
    landed(stage, "evaluation")
    assert "| `tests.md` | over 1,200 tokens | blocks | testeur: shorten it |" in stage.files["evaluation.md"]
    assert "`tests.md` is over the limit, and testeur, who keeps it, alone may shorten it." in reason(
        Stage({"tests.md": GUIDE}, limits=Limits(600, 1200)), "documentaliste"
    )


def test_a_document_that_was_too_long_and_is_not_any_more_is_no_finding() -> None:
    stage = Stage({"a.md": "word " * 2000}, limits=Limits(600, 800))
    landed(stage, "evaluation")
    stage.files["a.md"] = "word " * 700
    assert landed(stage, "evaluation").title == "Record 1 new finding and 1 remedied finding in evaluation.md"
    assert "over 600 tokens | size" in stage.files["evaluation.md"]
    assert "blocks" not in stage.files["evaluation.md"]


def test_a_finding_in_a_document_not_shown_stays() -> None:
    stage = Stage({"a.md": "# A\n\n[x](gone.md)\n", "b.md": "# B\n\n[x](gone.md)\n"})
    landed(stage, "evaluation")
    brief = stage.brief("evaluation")
    shown = [exhibit for exhibit in brief.exhibits if exhibit.path != "a.md"]
    stage.brief = lambda agent: type(brief)(  # type: ignore[method-assign]
        *(agent, "EXPANSION", "", "demande.md", "", brief.project_map, [], [], shown)
    )
    assert "The findings are the 2" in reason(stage, "evaluation")


def test_a_finding_is_remedied_only_when_all_it_is_about_was_looked_at() -> None:
    stage = Stage({"a.md": "# A\n\n[x](b.md#gone)\n", "b.md": "# B\n\nx\n", "c.md": "# C\n\nx\n"})
    landed(stage, "evaluation")
    stage.files["b.md"] = "# B\n\n## Gone\n\nx\n"
    assert "The findings are the 1" in reason(shown(stage, "a.md"), "evaluation")
    assert "The findings are the 1" in reason(shown(stage, "b.md"), "evaluation")
    assert landed(shown(stage, "a.md", "b.md"), "evaluation").title == "Record 1 remedied finding in evaluation.md"


def test_copies_are_one_finding_whatever_is_shown_of_them() -> None:
    stage = Stage({f"{name}.md": f"# {name}\n\n{PARAGRAPH}\n" for name in "abc"})
    landed(stage, "evaluation")
    assert "stands in `b.md` and `c.md` too" in stage.files["evaluation.md"]
    for pair in (("a.md", "b.md"), ("b.md", "c.md"), ("c.md", "a.md"), ("c.md",)):
        assert "The findings are the 1" in reason(shown(stage, *pair), "evaluation")
    stage.files["a.md"] = "# A\n\nx\n"
    landed(shown(stage, "a.md", "b.md"), "evaluation")
    assert "| `b.md` | “Every sample that arrives carries a …” stands in `c.md` too |" in stage.files["evaluation.md"]


def test_a_verdict_stands_while_what_it_rests_on_is_not_shown() -> None:
    stage = Stage({"a.md": "# A\n\n[x](gone.md)\n", "b.md": "# B\n\nx\n"}, "- The links must work.\n")
    landed(stage, "validation")
    assert "still hold" in reason(shown(stage, "b.md"), "validation")
    stage.files["a.md"] = "# A\n\nx\n"
    landed(shown(stage, "a.md"), "validation")
    assert "0 pass, 0 fail, 1 unproven" in stage.files["validation.md"]


def test_verdicts_need_a_proof() -> None:
    stage = Stage({"a.md": f"# A\n\n{PARAGRAPH}\n", "b.md": f"# B\n\n{PARAGRAPH}\n\n[x](gone.md)\n"}, REQUEST)
    landed(stage, "validation")
    table = stage.files["validation.md"]
    assert (
        "| REQ-001 | Keep every document below 600 tokens. | pass | every document of the map is within 600 tokens"
        in table
    )
    assert "| REQ-002 | Say each thing once. | fail | 1 paragraph repeated, one in `a.md` and `b.md` |" in table
    assert "| fail | `docs/faq.md` does not exist |" in table
    assert "| REQ-004 | The links must work. | fail | dead links: `b.md`: `gone.md` |" in table
    assert table.endswith("\n1 pass, 3 fail, 1 unproven.\n")
    assert "still hold" in reason(stage, "validation")
    stage.files["b.md"] = "# B\n\nx\n"
    landed(stage, "validation")
    assert stage.files["validation.md"].endswith("\n1 pass, 1 fail, 3 unproven.\n")


def test_an_outline_is_honest_and_counts_as_not_written() -> None:
    stage = Stage({"a.md": "# A\n\nx\n"}, REQUEST)
    task = landed(stage, "production")
    assert task.files == ("docs/faq.md",)
    assert stage.files["docs/faq.md"].startswith(
        "# Faq\n\n> Outline made in a rehearsal, without a language model, from `demande.md`: "
    )
    assert stage.files["docs/faq.md"].endswith(
        "## Prices\n\nTo be written.\n\n## Opening hours\n\nTo be written.\n\n## Lost property\n\nTo be written.\n"
    )
    assert "names a document that is missing" in reason(stage, "production")
    landed(stage, "validation")
    assert "`docs/faq.md` is an outline still to be written" in stage.files["validation.md"]


def test_no_new_page_is_begun_in_convergence() -> None:
    assert "in CONVERGENCE" in reason(Stage({"a.md": "x\n"}, REQUEST, phase="CONVERGENCE"), "production")


def test_every_requirement_gets_one_check() -> None:
    stage = Stage({"a.md": "# A\n\nx\n"}, REQUEST)
    landed(stage, "testeur")
    assert stage.files["tests.md"].count("| not run |") == 5
    assert "has a check for each" in reason(stage, "testeur")
    stage.request += "- Every alarm names its owner.\n"
    landed(stage, "testeur")
    assert stage.files["tests.md"].count("| not run |") == 6


def test_slips_are_mended_in_the_document_that_has_most() -> None:
    stage = Stage({"a.md": "the the end\n", "b.md": "# B\nof of it, to to it\n", "journal.md": "the the\n"})
    assert landed(stage, "redacteur").files == ("b.md",)
    assert stage.files["b.md"] == "# B\n\nof it, to it\n"
    assert landed(stage, "redacteur").files == ("a.md",)
    assert "No slip" in reason(stage, "redacteur")


def test_sources_are_what_the_documents_cite_already() -> None:
    stage = Stage(
        {
            "a.md": "[Tides](https://example.org/tides) [here](http://localhost:8000)\n",
            "b.md": "[x](https://example.org/tides)\n",
            "c.md": "See https://example.org/bare, or <https://example.org/auto>.\n",
        }
    )
    landed(stage, "research")
    assert "- [example.org](https://example.org/bare): cited in `c.md`\n" in stage.files["sources.md"]
    assert "- [example.org](https://example.org/auto): cited in `c.md`\n" in stage.files["sources.md"]
    assert stage.files["sources.md"].endswith("- [Tides](https://example.org/tides): cited in `a.md` and `b.md`\n")
    assert "A rehearsal makes no outside call" in reason(stage, "research")
    assert "cite no address" in reason(Stage({"a.md": "x\n"}), "research")


@pytest.mark.parametrize(
    "paper", ["todolist.md", "specifications.md", "evaluation.md", "validation.md", "tests.md", "journal.md"]
)
def test_a_paper_that_was_not_shown_whole_is_not_touched(paper: str) -> None:
    agents = {"todolist.md": "management", "specifications.md": "specifications", "evaluation.md": "evaluation"}
    agents |= {"validation.md": "validation", "tests.md": "testeur", "journal.md": "chroniqueur"}
    stage = Stage({paper: "# Paper\n\n" + "word " * 300, "a.md": "# A\n\n[x](gone.md)\n"}, REQUEST, Limits(100, 900))
    stage.recent = ["production landed: x (x.md)", "production landed: y (y.md)"]
    assert "was not shown whole" in reason(stage, agents[paper])
