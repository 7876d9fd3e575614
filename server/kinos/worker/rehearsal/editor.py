"""The editor: carries out the orders of a task on the files it is shown, and answers with SEARCH/REPLACE blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kinos.domain.markdown import Kind, blocks, headings, lines_of, link, scan, text_of
from kinos.worker.rehearsal.mend import mended
from kinos.worker.rehearsal.order import Fold, Insert, Mend, Order, Part, Place, Relink, Split, Write, read
from kinos.worker.rehearsal.reading import Editing
from kinos.worker.rehearsal.reply import UnwritableError, is_unsafe, settled
from kinos.worker.rehearsal.reply import blocks as search_replace
from kinos.worker.rehearsal.split import DeclinedError, carried_out

_ROOM = 0.95
"""Share of `max_tokens` a reply is planned for: counting its parts apart is not to the token."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the editor says. `reason` is why it changed nothing; empty when it did."""

    text: str
    reason: str = ""


def edit(editing: Editing, count: Callable[[str], int], most: int) -> Reply:
    """Carry out the task within `most` tokens of reply, in part where that is possible, or say why not."""
    orders = read(editing.task.instructions)
    if not orders:
        return _declined(
            "the instructions are not in the form a rehearsal can carry out; it follows rules and reads no free text"
        )
    try:
        while True:
            reply = _reply(editing, orders)
            if count(reply) <= most * _ROOM:
                return Reply(reply)
            fewer = _less(orders)
            if fewer is None:
                return _declined(f"the edit takes {count(reply):,} tokens and the answer may have {most:,}")
            orders = fewer
    except (DeclinedError, UnwritableError) as error:
        return _declined(str(error))


def _declined(reason: str) -> Reply:
    return Reply(f"I changed nothing: {reason}.", reason)


def _less(orders: Sequence[Order]) -> list[Order] | None:
    """The orders with one new document less to split off; None when there is nothing to leave out."""
    for index, order in enumerate(orders):
        if isinstance(order, Split) and len(order.parts) > 1:
            return [*orders[:index], replace(order, parts=order.parts[:-1]), *orders[index + 1 :]]
        if isinstance(order, Split) and len(order.parts[0].sections) > 1:
            part: Part = replace(order.parts[0], sections=order.parts[0].sections[:-1])
            return [*orders[:index], replace(order, parts=(part,)), *orders[index + 1 :]]
    return None


def _reply(editing: Editing, orders: Sequence[Order]) -> str:
    work = _Work(editing)
    for order in orders:
        work.carry_out(order)
    changed = {path: text for path, text in work.texts.items() if text != editing.files.get(path, "")}
    if not changed:
        raise DeclinedError("everything the instructions ask for is so already")
    written = [
        search_replace(editing.shown_as[path], editing.files.get(path) or None, text, editing.fence)
        for path, text in changed.items()
    ]
    return "\n".join([f"{' '.join(work.said)}\n", *written])


class _Work:
    """The texts while orders are carried out on them, and what was done in words."""

    def __init__(self, editing: Editing) -> None:
        self.texts = dict(editing.files)
        self.said: list[str] = []
        self._allowed = frozenset(editing.task.files)

    def carry_out(self, order: Order) -> None:
        """Do it. Raises DeclinedError when the files are not what it expects."""
        if order.path not in self._allowed:
            raise DeclinedError(f"`{order.path}` is not one of the task's files")
        if isinstance(order, Write):
            self._put(order.path, order.text, f"I wrote `{order.path}`.")
            return
        text = self.texts.get(order.path, "")
        if not text.strip():
            raise DeclinedError(f"`{order.path}` was not shown to me, or is empty")
        if isinstance(order, Insert):
            self._put(order.path, inserted(text, order), f"I added to `{order.path}` {order.place}.")
        elif isinstance(order, Fold):
            self._put(order.path, folded(text, order), f"I replaced the repeated passage in `{order.path}` by a link.")
        elif isinstance(order, Mend):
            self._put(order.path, mended(text, order.slips)[0], f"I mended slips in `{order.path}`.")
        elif isinstance(order, Split):
            self._split(order, text)
        else:
            self._put(order.path, relinked(text, order), f"I let a link in `{order.path}` lead to `{order.new}`.")

    def _split(self, order: Split, text: str) -> None:
        for part in order.parts:
            if self.texts.get(part.path, "").strip() or part.path not in self._allowed:
                raise DeclinedError(f"`{part.path}` exists already, or is not one of the task's files")
        moved = carried_out(order, text, is_unsafe)
        for path, new in moved.texts.items():
            self._put(path, new, "")
        made = ", ".join(f"`{path}`" for path in moved.texts if path != order.path)
        left = f" I left alone: {'; '.join(moved.left_out)}." if moved.left_out else ""
        self.said.append(f"I moved sections of `{order.path}` into {made}, and left their headings with links.{left}")

    def _put(self, path: str, text: str, said: str) -> None:
        self.texts[path] = settled(self.texts.get(path, ""), text)
        if said:
            self.said.append(said)


def inserted(text: str, order: Insert) -> str:
    """`text` with the order's text in its place, blank lines around. Raises DeclinedError when it is there already."""
    new = lines_of(order.text.strip("\n"))
    if "\n".join(new) in text:
        raise DeclinedError(f"`{order.path}` has that text already")
    lines = scan(text)
    texts = [line.text for line in lines]
    place = len(texts)
    if order.place is Place.TOP:
        found = headings(lines)
        first = found[1:] if found and found[0].level == 1 else found
        place = first[0].line if first else len(texts)
    while place == len(texts) and texts and not texts[-1].strip():
        texts.pop()
        place -= 1
    before = [""] if place and texts[place - 1].strip() else []
    after = [""] if place < len(texts) and texts[place].strip() else []
    return text_of([*texts[:place], *before, *new, *after, *texts[place:]])


def relinked(text: str, order: Relink) -> str:
    """`text` with the order's links leading elsewhere. Raises DeclinedError when there are none."""
    new = text_of(link.retargeted(scan(text), lambda url: order.new if url == order.old else None))
    if new == text:
        raise DeclinedError(f"`{order.path}` has no link to `{order.old}`")
    return new


def folded(text: str, order: Fold) -> str:
    """`text` with copies of the order's passage replaced by its sentence. Raises DeclinedError when there are none."""
    lines = scan(text)
    words = order.passage.split()
    copies = [block for block in blocks(lines) if block.kind is Kind.TEXT and block.text.split() == words]
    copies = copies[1:] if order.spared else copies
    if not copies:
        raise DeclinedError(
            f"the passage “{' '.join(words[:6])} …” does not stand in `{order.path}` {'twice' if order.spared else 'any more'}"
        )
    texts = [line.text for line in lines]
    for copy in reversed(copies):
        texts[copy.start : copy.end] = [order.sentence]
    return text_of(texts)


def unmatched(editing: Editing, nonsense: str) -> str:
    """A reply whose SEARCH block matches nothing: what a model does that remembers a file wrongly."""
    path = next(iter(editing.files), editing.task.files[0])
    old = f"{nonsense}\nThis line stands in no document.\n"
    edit = f"<<<<<<< SEARCH\n{old}=======\nIt should not stand anywhere.\n>>>>>>> REPLACE\n"
    return f"I corrected a sentence in `{path}`.\n\n{editing.shown_as[path]}\n{editing.fence[0]}\n{edit}{editing.fence[1]}\n"
