"""What the server tells by itself reaches an editor at once, and one that does not read holds up nobody."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kinos.domain.notification import Kind
from kinos.domain.setting import Settings
from kinos.engine.notification import Notification
from kinos.lsp.outbox import Outbox
from kinos.lsp.transport import ROOM


@dataclass
class Editor:
    """Implements `Way`: each notification is 1 byte, or as many as `size`; `read` takes everything."""

    size: int = 1
    pending: int = 0
    told: list[object] = field(default_factory=list)
    waiting: list[Callable[[], None]] = field(default_factory=list)

    def take(self, notification: Notification) -> None:
        self.pending += self.size
        self.told.append(notification.payload)

    def when_room(self, then: Callable[[], None]) -> None:
        if self.pending > ROOM:
            self.waiting.append(then)
        else:
            asyncio.get_running_loop().call_soon(then)

    async def read(self) -> None:
        """Take everything that comes, until nothing does."""
        while self.waiting:
            self.pending = 0
            waiting, self.waiting = self.waiting, []
            for then in waiting:
                then()
            for _ in range(10):
                await asyncio.sleep(0)


def outbox(editor: Editor, **settings: object) -> Outbox:
    made = Outbox(editor.take, editor, asyncio.get_running_loop())
    made.configure([replace(Settings(), **settings)])  # type: ignore[arg-type]
    return made


async def test_an_editor_that_reads_is_told_at_once_and_in_order() -> None:
    editor = Editor()
    box = outbox(editor)
    for number, kind in enumerate(reversed(Kind)):
        box.put(kind, number)
    assert editor.told == list(range(len(Kind)))


async def test_while_the_editor_does_not_read_the_newest_picture_waits_and_the_most_urgent_is_told_first() -> None:
    editor = Editor(size=ROOM + 1)
    box = outbox(editor)
    box.put(Kind.STATUS, "first", "folder")
    for number in range(1000):
        box.put(Kind.STATUS, f"picture {number}", "folder")
    box.put(Kind.INFO, "by the way")
    box.put(Kind.ERROR, "something failed")
    assert editor.told == ["first"]
    await editor.read()
    assert editor.told == ["first", "something failed", "picture 999", "by the way"]


async def test_what_was_left_out_is_owned_up_to_and_no_error_is() -> None:
    editor = Editor(size=ROOM + 1)
    box = outbox(editor, notifications_queue=10)
    box.put(Kind.INFO, "first")
    for number in range(100):
        box.put(Kind.INFO, f"info {number}")
        box.put(Kind.ERROR, f"error {number}")
    await editor.read()
    assert editor.told[1:101] == [f"error {number}" for number in range(100)]
    assert [str(each) for each in editor.told[101:]] == [
        "100 notifications were left out, for the editor read too slowly (notifications.queue)."
    ]


async def test_a_burst_is_handed_over_in_batches_between_which_others_get_their_turn() -> None:
    editor = Editor()
    box = outbox(editor, notifications_batch=3)
    editor.pending = ROOM + 1
    for number in range(7):
        box.put(Kind.INFO, number)
    editor.pending = 0
    seen = []
    while len(editor.told) < 7:
        for then in editor.waiting:
            then()
        editor.waiting.clear()
        seen.append(len(editor.told))
        await asyncio.sleep(0)
    assert seen == [3, 6]
    assert editor.told == list(range(7))


async def test_a_kind_that_is_not_wanted_is_not_told_and_an_error_is_all_the_same() -> None:
    editor = Editor()
    box = outbox(editor, notifications_kinds=("status",))
    for kind in Kind:
        box.put(kind, kind)
    assert editor.told == [Kind.SYSTEM, Kind.ERROR, Kind.STATUS]


async def test_what_is_no_longer_true_is_not_told() -> None:
    editor = Editor(size=ROOM + 1)
    box = outbox(editor)
    box.put(Kind.INFO, "first")
    box.put(Kind.STATUS, "a report", "token")
    box.forget(Kind.STATUS, "token")
    await editor.read()
    assert editor.told == ["first"]
