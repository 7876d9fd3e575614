import pytest

from kinos.domain.task import Task
from kinos.worker.rehearsal.answer import Text
from kinos.worker.rehearsal.api import Request
from kinos.worker.rehearsal.model import INTRODUCTION, Model
from kinos.worker.rehearsal.order import Fold, Insert, Mend, Order, Part, Place, Relink, Split, Write, instructions
from kinos.worker.rehearsal.section import Name
from worker.rehearsal.stage import MODEL, Stage, editing, request

PAGE = "# A\n\nIntro.\n\n## One\n\nfirst\n\n## Two\n\nsecond [x](gone.md)\n"


def done(
    files: dict[str, str], *orders: Order, listed: tuple[str, ...] = ("a.md", "b.md")
) -> tuple[str, dict[str, str]]:
    """What the editor says to `orders`, and the files after it."""
    stage = Stage(files)
    task = Task("Do it", "Because.", listed, instructions(orders))
    said = stage.reply(task)
    stage.carry_out(task)
    return said, stage.files


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (Insert("a.md", Place.TOP, "## New\n\ntext\n"), PAGE.replace("## One", "## New\n\ntext\n\n## One")),
        (Insert("a.md", Place.END, "## New\n"), f"{PAGE}\n## New\n"),
        (Fold("a.md", "See [B](b.md).", "first", spared=False), PAGE.replace("first", "See [B](b.md).")),
        (Relink("a.md", "gone.md", "b.md#x"), PAGE.replace("gone.md", "b.md#x")),
        (Write("a.md", PAGE.replace("Intro", "Intro, better")), PAGE.replace("Intro", "Intro, better")),
    ],
)
def test_an_order_is_carried_out(order: Order, text: str) -> None:
    said, files = done({"a.md": PAGE}, order)
    assert files["a.md"] == text
    assert said.startswith("I ")


def test_orders_on_one_file_add_up() -> None:
    _, files = done(
        {"a.md": PAGE}, Relink("a.md", "gone.md", "b.md"), Insert("a.md", Place.END, "end\n"), Write("b.md", "# B\n")
    )
    assert files == {"a.md": PAGE.replace("gone.md", "b.md") + "\nend\n", "b.md": "# B\n"}


PART = Part("b.md", "One", (Name(2, "One"),))


@pytest.mark.parametrize(
    ("order", "files", "reason"),
    [
        (Mend("c.md", ("doubled words",)), {"a.md": PAGE}, "`c.md` is not one of the task's files"),
        (Mend("b.md", ("doubled words",)), {"a.md": PAGE}, "`b.md` was not shown to me, or is empty"),
        (Mend("a.md", ("doubled words",)), {"a.md": PAGE}, "everything the instructions ask for is so already"),
        (Write("a.md", PAGE), {"a.md": PAGE}, "everything the instructions ask for is so already"),
        (Insert("a.md", Place.END, "first\n"), {"a.md": PAGE}, "`a.md` has that text already"),
        (
            Fold("a.md", "See.", "third", spared=False),
            {"a.md": PAGE},
            "the passage “third …” does not stand in `a.md` any more",
        ),
        (
            Fold("a.md", "See.", "first", spared=True),
            {"a.md": PAGE},
            "the passage “first …” does not stand in `a.md` twice",
        ),
        (Relink("a.md", "other.md", "b.md"), {"a.md": PAGE}, "`a.md` has no link to `other.md`"),
        (Split("a.md", (PART,)), {"a.md": PAGE, "b.md": "mine\n"}, "`b.md` exists already"),
        (Split("a.md", (PART,)), {"a.md": "# A\n"}, "`a.md` has no heading “## One”"),
    ],
)
def test_an_order_that_does_not_fit_the_files_is_declined_in_words(
    order: Order, files: dict[str, str], reason: str
) -> None:
    said, after = done(files, order)
    assert said.startswith(f"I changed nothing: {reason}")
    assert "SEARCH" not in said
    assert after == files


def test_free_instructions_are_declined_in_words() -> None:
    said = Stage({"a.md": PAGE}).reply(Task("t", "w", ("a.md",), "Make it nicer."))
    assert said.startswith("I changed nothing: the instructions are not in the form a rehearsal can carry out")


def test_an_edit_that_cannot_fit_says_how_long_it_would_be() -> None:
    task = Task("t", "w", ("b.md",), Write("b.md", "word " * 500 + "\n").render())
    assert "tokens and the answer may have 200" in Stage({}).reply(task, max_tokens=200)


def test_a_section_an_edit_cannot_name_stays_and_is_named() -> None:
    order = Split("a.md", (PART, Part("c.md", "Two", (Name(2, "Two"),))))
    said, files = done({"a.md": PAGE.replace("first", "    =======")}, order, listed=("a.md", "b.md", "c.md"))
    assert "I left alone: “## One” holds a line an edit cannot name." in said
    assert files["a.md"].endswith("## One\n\n    =======\n\n## Two\n\nSee [Two](c.md).\n")


def test_a_conversation_that_ends_with_the_beginning_of_the_answer_is_continued() -> None:
    task = Task("t", "w", ("b.md",), Write("b.md", "# B\n").render())
    whole = Stage({}).reply(task)
    asked = editing(task, {})
    begun = {"role": "assistant", "content": [{"type": "text", "text": whole[:20].rstrip()}]}
    older = Request(
        "claude-haiku-4-5", asked.system, [*asked.messages, begun], [], {"type": "auto"}, 64_000, stream=False
    )
    (block,) = Model()(older).blocks
    assert isinstance(block, Text)
    assert whole[:20].rstrip() + block.text == whole


def test_questions_get_an_introduction() -> None:
    (block,) = Model()(request({"messages": [{"role": "user", "content": f"Who are you, {MODEL}?"}]})).blocks
    assert block == Text(INTRODUCTION)
