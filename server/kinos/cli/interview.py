"""`kin review -i`: one waiting change after the other, and what the person says to each."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from kinos.cli.amend import amended
from kinos.cli.change import NOTHING, lines_of
from kinos.cli.diff import diff
from kinos.cli.engine import command
from kinos.cli.outside import Outside
from kinos.cli.pager import clipped, page
from kinos.cli.terminal import complain, counted, say
from kinos.domain.errors import KinosError

_BESIDE = 6
"""Lines beside a change and its diff: empty ones, what is left out, and the question, which may take two."""
_WORDS = ("accept", "edit", "reject", "skip", "view", "quit")
_LETTERS = _ACCEPT, _EDIT, _REJECT, _SKIP, _VIEW, _QUIT = "a", "e", "r", "s", "v", "q"


def interview(args: argparse.Namespace, outside: Outside, waiting: Sequence[Mapping[str, Any]]) -> int:
    """Show each of the `waiting` changes with what it would change, as far as it fits, and do what the person says."""
    for number, change in enumerate(waiting, 1):
        if not _settled(args, outside, change, f"{number} of {len(waiting)}."):
            return 0
    if not waiting:
        say("Nothing waits for review.")
    return 0 if waiting else NOTHING


def _settled(args: argparse.Namespace, outside: Outside, change: Mapping[str, Any], which: str) -> bool:
    """Whether the person said what becomes of the change, and not that it was enough. One they edit is asked about again."""
    whole = _show(args, outside, change)
    while True:
        answer = _answer(which, longer=not whole)
        try:
            if answer == _VIEW:
                page(diff(outside, args.folder, change["id"]))
            elif answer == _EDIT:
                made = amended(outside, args.folder, change["id"])
                if made is None:
                    say("Nothing was changed.")
                else:
                    change, whole = made, _show(args, outside, made)
            else:
                if answer in (_ACCEPT, _REJECT):
                    _decide(args, outside, change["id"], accept=answer == _ACCEPT)
                return answer != _QUIT
        except KinosError as error:
            complain(error, args.folder)
            if answer in (_ACCEPT, _REJECT):  # it no longer fits: it was set aside
                return True


def _show(args: argparse.Namespace, outside: Outside, change: Mapping[str, Any]) -> bool:
    """Show a change, and of what it would change as much as fits; whether that was all."""
    about, text = "\n".join(lines_of(change, reason=True)), diff(outside, args.folder, change["id"])
    lines, all_lines = clipped(text, about, _BESIDE), text.count("\n") + 1
    say("\n".join([about, "", *lines, ""]))
    if left := all_lines - len(lines):
        say(f"… {counted(left, 'more line', 'more lines')}: v shows all\n")
    return not left


def _decide(args: argparse.Namespace, outside: Outside, identity: str, *, accept: bool) -> None:
    reason = "" if accept else _line("Why? The agent is told: ").strip()
    done = command(outside, args.folder, "accept" if accept else "reject", {"change": identity, "reason": reason})
    say(f"{identity}: {done['state']}\n")


def _answer(which: str, *, longer: bool) -> str:
    """What the person chose; the end of the input is enough."""
    view, key = (" view all,", "/v") if longer else ("", "")
    question = f"{which} Accept, edit, reject, skip,{view} quit? [a/e/r/s{key}/q] "
    while True:
        line = _line(question)
        word = line.strip().lower()
        # A letter or the whole word: what was pasted here by mistake accepts nothing.
        if not line or word in _WORDS or word in _LETTERS:
            return word[:1] or _QUIT


def _line(question: str) -> str:
    """What the person types; empty at the end of the input."""
    sys.stdout.write(question)
    sys.stdout.flush()
    try:
        return sys.stdin.readline() if sys.stdin is not None else ""
    except KeyboardInterrupt:
        say()  # what the shell says next begins a line
        raise
