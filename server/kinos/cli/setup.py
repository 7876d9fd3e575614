"""`kin setup EDITOR`: what an editor needs to start KinOS, shown, and put in its place once the person agrees."""

import argparse
import shlex
from collections.abc import Mapping

from kinos.cli.diff import painted
from kinos.cli.outside import EditorSetup, Outside
from kinos.cli.program import words
from kinos.cli.terminal import agreed, say, say_json, table
from kinos.domain.errors import KinosError, UsageError
from kinos.domain.near import did_you_mean
from kinos.domain.setup import Done, Proposal, Standing
from kinos.domain.snippet import EDITORS

NOT_DONE = 2


def options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin setup`."""
    parser.add_argument("editor", nargs="?", default="", metavar="EDITOR", help=f"one of {', '.join(EDITORS)}")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--write", "--yes", dest="write", action="store_true", help="do it without being asked")
    how.add_argument("--print", dest="only", action="store_true", help="the snippet alone; nothing is written")
    parser.add_argument("--json", action="store_true", help="as JSON; asks nothing")


def run(args: argparse.Namespace, outside: Outside) -> int:
    """Show, ask and write. Exit 2 when something is left to do that nobody agreed to."""
    setup = outside.editors()
    if not args.editor:
        return _every(args, setup)
    if args.editor not in EDITORS:
        meant = did_you_mean(args.editor, EDITORS)
        raise UsageError(
            f"There is no set-up for an editor {args.editor!r}.", f"{meant} There are: {', '.join(EDITORS)}.".lstrip()
        )
    proposal = setup.proposed(args.editor, (*words(), "lsp"))
    if args.json:
        return _as_json(args, setup, proposal)
    if args.only:
        _print(proposal)
        return 0
    return _with_person(args, setup, proposal)


def _with_person(args: argparse.Namespace, setup: EditorSetup, proposal: Proposal) -> int:
    if proposal.remark:
        say(proposal.remark)
    if proposal.standing is Standing.SHOWN:
        _print(proposal)
        say(_page(proposal))
        if args.write:
            title = EDITORS[proposal.editor].title
            raise UsageError(f"kin writes nothing for {title}.", "Put it in its place by hand; the page says how.")
        return 0
    if not proposal.does_something:
        if proposal.standing is Standing.THERE:
            say(f"KinOS is set up for {EDITORS[proposal.editor].title} already: {proposal.file or 'nothing to do'}")
        else:
            _print(proposal)
        return 0
    say(_shown(proposal))
    if not args.write and not _agreed(args, proposal):
        return NOT_DONE
    _tell(proposal, setup.carry_out(proposal))
    return 0


def _as_json(args: argparse.Namespace, setup: EditorSetup, proposal: Proposal) -> int:
    acts = args.write and proposal.does_something
    done = setup.carry_out(proposal) if acts else Done()
    say_json(proposal.described() | {"diff": _diff(proposal), "done": acts, "backup": done.backup})
    return 0


_STANDING = {
    Standing.NEW: "not set up",
    Standing.THERE: "set up",
    Standing.OTHER: "other contents",
    Standing.BY_HAND: "set up by hand",
    Standing.SHOWN: "printed only",
}


def _every(args: argparse.Namespace, setup: EditorSetup) -> int:
    """Each editor, whether it is here, and how it stands."""
    if args.write or args.only:
        raise UsageError("Say for which editor.", f"There are: {', '.join(EDITORS)}.")
    found = {name: _one(setup, name) for name in EDITORS}
    if args.json:
        say_json(
            [
                {"editor": name, "title": EDITORS[name].title, "found": setup.found(name)}
                | (
                    {"standing": "missing", "remark": str(one)}
                    if isinstance(one, KinosError)
                    else {"standing": one.standing.value, "remark": one.remark or one.file}
                )
                for name, one in found.items()
            ]
        )
        return 0
    rows = [{"editor": name, "here": "yes" if setup.found(name) else "", **_words(one)} for name, one in found.items()]
    table(rows, {"editor": "editor", "here": "here", "standing": "KinOS", "where": "where"})
    return 0


def _one(setup: EditorSetup, name: str) -> Proposal | KinosError:
    try:
        return setup.proposed(name, (*words(), "lsp"))
    except KinosError as error:
        return error


def _words(one: Proposal | KinosError) -> Mapping[str, str]:
    if isinstance(one, KinosError):
        return {"standing": "cannot be", "where": one.message}
    return {"standing": _STANDING[one.standing], "where": one.file or one.remark}


def _agreed(args: argparse.Namespace, proposal: Proposal) -> bool:
    return agreed(
        f"{'Run this' if proposal.command else f'Write {proposal.file}'}? Type yes:",
        f"Nobody can be asked here, so nothing was done. Read it, then: kin setup {proposal.editor} --write",
        "Nothing was done.",
        args.folder,
    )


def _print(proposal: Proposal) -> None:
    """The parts, each below where it belongs when there are several."""
    if proposal.command:
        say(shlex.join(proposal.command))
    for part in proposal.parts:
        if len(proposal.parts) > 1:
            say(f"==> {part.into} <==")
        say(part.text.rstrip("\n") + ("\n" if len(proposal.parts) > 1 else ""))


def _shown(proposal: Proposal) -> str:
    return shlex.join(proposal.command) if proposal.command else painted(_diff(proposal))


def _diff(proposal: Proposal) -> str:
    if proposal.after is None or proposal.after == proposal.before:
        return ""
    from kinos.engine.difference import Sides, unified

    before = None if proposal.before is None else proposal.before.encode()
    return unified([Sides(proposal.file.lstrip("/"), before, proposal.after.encode())]).rstrip("\n")


def _tell(proposal: Proposal, done: Done) -> None:
    if done.said:
        say(done.said)
    if proposal.file:
        say(f"Written: {proposal.file}")
    if done.backup:
        say(f"As it was: {done.backup}")
    say(_page(proposal))


def _page(proposal: Proposal) -> str:
    return f"What works there, and how: docs/{EDITORS[proposal.editor].page} of KinOS."
