"""`kin trust`: what the folder's `.kinos/` brings beyond tightening, shown value by value, approved or revoked."""

import argparse
from collections.abc import Sequence

from kinos.cli.outside import Outside
from kinos.cli.terminal import agreed, say, say_json, warn
from kinos.domain.demand import Demand

NOT_APPROVED = 2


def options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin trust`."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--yes", action="store_true", help="approve all of it without being asked")
    which.add_argument("--revoke", action="store_true", help="take every approval of this folder back")
    parser.add_argument("--json", action="store_true", help="as JSON; asks nothing")


def trust(args: argparse.Namespace, outside: Outside) -> int:
    """Show, ask and approve. Exit 2 when something is left that was not approved."""
    if args.revoke:
        outside.approve(args.folder, ())
    demands, problems = outside.demands(args.folder)
    if any(not approved for _, approved in demands) and not args.revoke:
        if not args.json:
            _show(demands)
        if args.yes or (not args.json and _asked(args)):
            outside.approve(args.folder, [demand for demand, _ in demands])
            demands = [(demand, True) for demand, _ in demands]
            if not args.json:
                say("Approved. A changed value is asked for again; an editor reads it when the folder is opened again.")
    elif not args.json:
        _show(demands)
    if args.json:
        found = [{"what": d.what, "value": d.text, "file": d.file, "approved": approved} for d, approved in demands]
        say_json({"found": found, "refused": list(problems)})
    else:
        for problem in problems:
            warn(problem, args.folder)
    return 0 if args.revoke or all(approved for _, approved in demands) else NOT_APPROVED


def _show(demands: Sequence[tuple[Demand, bool]]) -> None:
    if not demands:
        say("This folder brings nothing that would need your approval.")
        return
    say("Beyond what a folder may set freely, this one brings:")
    for demand, approved in demands:
        say(f"  {demand.what} = {demand.text}")
        say(f"      {demand.file}  ({'approved' if approved else 'not approved'})")


def _asked(args: argparse.Namespace) -> bool:
    return agreed(
        f"Let all of this count in {args.folder.resolve()}? Type yes to approve it:",
        "Nobody can be asked here, so nothing was approved. Read the values, then: kin trust --yes",
        "Nothing was approved.",
        args.folder,
    )
