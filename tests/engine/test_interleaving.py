"""Two agents and a typing person on one document: no keystroke is lost, whatever the editor does with edits."""

import asyncio
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import override

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.catalog import agent
from fakes.clock import FakeClock, InlineExecutor
from fakes.editor import FakeEditor, Reaction
from fakes.texts import ENDS, LINES
from fakes.world import World
from kinos.domain.change import LANDED_STATES
from kinos.domain.event import Noted
from kinos.domain.message import EditCall, PlanCall
from kinos.domain.task import Task
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends
from kinos.engine.text import parse
from kinos.tokens.document import Position, TextEdit

EXAMPLES = int(os.environ.get("KINOS_EXAMPLES", "30"))

PATH = "a.md"
CYCLES = 6
LONG = 1000.0
"""Seconds after which every edit has arrived, or never will."""

WORD, LINE = 0xE000, 0xE100
"""What a person types, words and whole lines, is one character each, from the private use area: nothing can split it."""
TYPED = re.compile("[\ue000-\ue0ff]")
TYPED_LINE = re.compile("[\ue100-\ue1ff](\r\n|\r|\n)")
LAST_TYPED_LINE = re.compile("(\r\n|\r|\n|\\A)[\ue100-\ue1ff]\\Z")
WRITTEN = re.compile(r"‹(\w+ \d+)›")


# -- the document ----------------------------------------------------------------------------------------------------


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Some lines; in a text with mixed ends they are all different, or nobody could say which one is gone."""
    mixed = draw(st.booleans())
    lines = draw(st.lists(LINES, max_size=8))
    if mixed:
        lines = [f"{number} {line}" for number, line in enumerate(lines)]
    end = draw(ENDS)
    ends = [draw(ENDS) if mixed else end for _ in lines]
    if ends and draw(st.booleans()):
        ends[-1] = ""
    bom = "\ufeff" if draw(st.booleans()) else ""
    return (bom + "".join(line + end for line, end in zip(lines, ends, strict=True))).encode()


# -- the agents ------------------------------------------------------------------------------------------------------


@dataclass
class Writers:
    """Each task adds a line with its own name, and may take away or rewrite a line that is neither a person's nor theirs."""

    deeds: Sequence[tuple[str, int]]
    number: int = 0

    def plan(self, call: PlanCall) -> Task:
        self.number += 1
        return Task(f"{call.agent} {self.number}", "because", (PATH,), "Do it.")

    def edit(self, folder: Path, call: EditCall) -> None:
        found = re.search(rf"{call.agent} \d+", call.message)
        assert found
        name = found[0]
        file = folder / PATH
        text = file.read_bytes().decode() if file.exists() else ""
        lines = text.removesuffix("\n").split("\n") if text else []
        deed, at = self.deeds[int(name.split()[1]) % len(self.deeds)]
        free = [n for n, line in enumerate(lines) if not re.search("[\ue000-\ue1ff‹]", line)]
        if deed == "adds" or not free:
            lines.insert(at % (len(lines) + 1), f"‹{name}›")
        elif deed == "rewrites":
            line = free[at % len(free)]
            lines[line] = f"{lines[line]} ‹{name}›"
        else:
            line = free[at % len(free)]
            lines[line : line + 1] = []
            lines.insert(at % (len(lines) + 1), f"‹{name}›")
        file.write_bytes(("\n".join(lines) + "\n").encode())


# -- editors ---------------------------------------------------------------------------------------------------------

type Moods = Sequence[tuple[Reaction, float]]
"""What the editor does with one edit after the other, and after how many seconds."""


class Moody(FakeEditor):
    """An editor that does something else with each edit."""

    def __init__(self, clock: FakeClock, moods: Moods, formatted: Callable[[str], str]) -> None:
        super().__init__(clock)
        self.formatted = formatted
        self._moods = cycle(moods)

    @override
    async def edit(self, changes: Mapping[str, tuple[int, Sequence[TextEdit]]], label: str) -> None:
        self.reaction, self.delay = next(self._moods)
        await super().edit(changes, label)


def unformatted(text: str) -> str:
    return text


def formatted(text: str) -> str:
    """No blanks at the end of a line, and an end after the last one."""
    parsed = parse(text)
    ends = [end or parsed.end for end in parsed.ends]
    return "".join(line.rstrip(" \t") + end for line, end in zip(parsed.lines, ends, strict=True))


SOON = st.floats(0, 2, allow_nan=False)
CLIENTS: Mapping[str, tuple[st.SearchStrategy[tuple[Reaction, float]], Callable[[str], str]]] = {
    "rejects stale edits": (st.tuples(st.just(Reaction.APPLIES), SOON), unformatted),
    "says applied and drops some": (st.tuples(st.sampled_from([Reaction.APPLIES, Reaction.DROPS]), SOON), unformatted),
    "answers late": (
        st.tuples(st.just(Reaction.APPLIES), st.sampled_from([0.5, 6.0, 14.0, 15.5, 40.0, 300.0])),
        unformatted,
    ),
    "never answers": (st.tuples(st.just(Reaction.DROPS), SOON), unformatted),
    "formats on save": (st.tuples(st.sampled_from([Reaction.APPLIES, Reaction.SAVES]), SOON), formatted),
}


# -- the person ------------------------------------------------------------------------------------------------------


@dataclass
class Person:
    """Types what nobody else would write, anywhere; saves, closes and opens again."""

    world: World
    kept: set[str] = field(default_factory=set)
    """Typed and not thrown away by the person."""
    saved: set[str] = field(default_factory=set)
    count: int = 0
    closing: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def editor(self) -> FakeEditor:
        assert self.world.editor is not None
        return self.world.editor

    def does(self, deed: str, at: int) -> None:
        opened = PATH in self.editor.texts
        if deed == "opens" and not opened:
            self.open()
        elif not opened:
            return
        elif deed == "types a word":
            self.type(at, chr(WORD + self.count), anywhere=True)
        elif deed == "types a line":
            self.type(at, chr(LINE + self.count) + parse(self.editor.text(PATH)).end, anywhere=False)
        elif deed == "saves":
            self.save()
        elif deed == "saves and closes":
            self.save()
            self.close()
        elif deed == "closes unsaved":
            self.kept = set(self.saved)
            self.close()

    def open(self) -> None:
        text = self.world.disk.files[PATH].decode("utf-8-sig")
        self.editor.open(PATH, text)
        self.world.session.did_open(PATH, text, 1)

    def type(self, at: int, text: str, *, anywhere: bool) -> None:
        shown = parse(self.editor.text(PATH))
        lines = shown.lines
        line = at % (len(lines) + (1 if shown.final and not anywhere else 0) or 1)
        column = at * 7 % (len(lines[line]) + 1) if anywhere and line < len(lines) else 0
        place = Position(line, column)
        self.count += 1
        self.kept.add(text.strip("\r\n"))
        self.editor._apply(PATH, [TextEdit(place, place, text)])

    def save(self) -> None:
        self.world.save(PATH)
        self.saved = set(self.kept)

    def close(self) -> None:
        self.editor.close(PATH)
        self.closing.append(asyncio.create_task(self.world.session.did_close(PATH)))

    def text(self) -> str:
        """What is there for the person: the open text, else the file."""
        opened = PATH in self.editor.texts
        return self.editor.text(PATH) if opened else self.world.disk.files[PATH].decode("utf-8-sig")


WORDS = ("types a word", "types a line", "saves", "saves and closes", "closes unsaved", "opens")
MOMENTS = st.floats(0, 90, allow_nan=False)


def persons(words: bool) -> st.SearchStrategy[list[tuple[float, str, int]]]:
    deeds = st.sampled_from([deed for deed in WORDS if words or deed != "types a word"])
    return st.lists(st.tuples(MOMENTS, deeds, st.integers(0, 40)), max_size=12)


@dataclass(frozen=True)
class Story:
    """One interleaving."""

    document: bytes
    opened: bool
    moods: Moods
    deeds: Sequence[tuple[str, int]]
    person: Sequence[tuple[float, str, int]]
    words: bool


@st.composite
def stories(draw: st.DrawFn, moods: st.SearchStrategy[tuple[Reaction, float]]) -> Story:
    words = draw(st.booleans())
    return Story(
        draw(documents()),
        draw(st.booleans()),
        draw(st.lists(moods, min_size=1, max_size=4)),
        draw(
            st.lists(
                st.tuples(st.sampled_from(["adds", "rewrites", "moves"]), st.integers(0, 20)), min_size=1, max_size=4
            )
        ),
        draw(persons(words)),
        words,
    )


# -- what holds ------------------------------------------------------------------------------------------------------


async def played(story: Story, make: Callable[[str], str]) -> tuple[World, Person]:
    """What came of the story, once every edit that is on its way has arrived."""
    world = World(
        {PATH: story.document}, teams={"crew": {"ann": (1.0, 1.0), "bob": (1.0, 1.0)}},
        agents={name: agent(name, pace=2.0) for name in ("ann", "bob")},
        editor=lambda clock: Moody(clock, story.moods, make),
    )  # fmt: skip
    writers = Writers(story.deeds)
    world.workers.planner, world.workers.hand = writers.plan, writers.edit
    world.workers.plan_seconds, world.workers.edit_seconds = 1.0, 3.0
    keep_the_mark(world, story.document)
    person = Person(world)
    person.editor.on_save = lambda path: person.save()
    await world.session.open()
    if story.opened:
        person.open()
    for moment, deed, at in story.person:
        world.clock.later(moment, lambda deed=deed, at=at: person.does(deed, at))  # type: ignore[misc]
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=CYCLES)))
    # An agent of whose changes none lands is made to rest: then the team is not through in time.
    await world.clock.passing(LONG)
    await world.session.stop_team()
    await world.clock.passing(LONG)
    await asyncio.gather(*person.closing)
    return world, person


def keep_the_mark(world: World, document: bytes) -> None:
    """Editors keep a byte order mark that they do not show."""
    if document.startswith(b"\xef\xbb\xbf"):
        put = world.disk.put

        def marked(path: str, content: str | bytes) -> None:
            raw = content.encode() if isinstance(content, str) else content
            put(path, raw if raw.startswith(b"\xef\xbb\xbf") else b"\xef\xbb\xbf" + raw)

        world.disk.put = marked  # type: ignore[method-assign]


def without_the_persons_words(text: str) -> str:
    """A line of the person's that came to be the last one has taken over that the last one has no end."""
    return LAST_TYPED_LINE.sub("", TYPED_LINE.sub("", TYPED.sub("", text)))


def assert_no_keystroke_is_lost(person: Person) -> None:
    there = re.findall("[\ue000-\ue1ff]", person.text())
    assert sorted(there) == sorted(person.kept)


def assert_all_is_attributed(world: World, person: Person) -> None:
    """What agents wrote is there once for each change that landed, and for no other, or the person was told to look."""
    there = WRITTEN.findall(without_the_persons_words(person.text()))
    landed = [change.title for change in world.journal.changes() if change.state in LANDED_STATES]
    assert set(landed) <= set(there)
    assert len(there) == len(set(there))
    assert len(there) == len(landed) or told_to_look(world)
    assert not world.journal.pending()


def told_to_look(world: World) -> bool:
    """Whether an edit came late and the person built upon it, so that it stays for the person to decide."""
    return any("could not be taken back" in note.message for note in world.of(Noted))


async def assert_undo_restores_it(world: World, person: Person, story: Story, make: Callable[[str], str]) -> None:
    assert world.editor is not None
    world.editor._moods = cycle([(Reaction.APPLIES, 0.1)])  # type: ignore[attr-defined]
    done = await world.session.undo(Selection(everything=True))
    assert_no_keystroke_is_lost(person)
    before = story.document.decode("utf-8-sig")
    assert story.words or not done.set_aside, done.set_aside
    if not done.set_aside and not told_to_look(world):
        after = without_the_persons_words(person.text())
        # A formatter ends also a text with a last line that has no end, or that is nothing but the person's words.
        assert after == before if make is unformatted else make(after).rstrip("\r\n") == make(before).rstrip("\r\n")
        assert not WRITTEN.search(person.text())
    file = world.disk.files[PATH]
    assert file.startswith(b"\xef\xbb\xbf") == story.document.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("client", CLIENTS)
def test_no_keystroke_is_lost_each_change_is_attributed_and_undo_restores_the_rest(client: str) -> None:
    moods, make = CLIENTS[client]

    @settings(max_examples=EXAMPLES)
    @given(stories(moods))
    def holds(story: Story) -> None:
        asyncio.run(tell(story, make))

    holds()


async def tell(story: Story, make: Callable[[str], str]) -> None:
    asyncio.get_running_loop().set_default_executor(InlineExecutor())
    world, person = await played(story, make)
    try:
        assert_no_keystroke_is_lost(person)
        assert_all_is_attributed(world, person)
        await assert_undo_restores_it(world, person, story, make)
    finally:
        await world.session.close()
