"""`kin phase`: the phase with its reason and headroom, and setting it."""

import argparse
from typing import Any

from kinos.cli.engine import command
from kinos.cli.outside import Outside
from kinos.cli.terminal import say, say_json
from kinos.domain.errors import UsageError
from kinos.domain.size import kilotokens


def options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin phase`."""
    parser.add_argument("action", nargs="?", choices=["set"], help="set the phase")
    parser.add_argument(
        "phase", nargs="?", choices=["expansion", "convergence", "auto"], help="which; auto follows the total"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def phase(args: argparse.Namespace, outside: Outside) -> int:
    """Print the phase with its reason and headroom, after setting it if asked. Raises UsageError when nothing is said to set."""
    if args.action and not args.phase:
        raise UsageError("Which phase is to be set?", "Say `kin phase set expansion`, `convergence` or `auto`.")
    if args.action:
        picture = command(outside, args.folder, "setPhase", {"phase": args.phase})
    else:
        picture = command(outside, args.folder, "status", {})
    if args.json:
        say_json({"phase": picture["phase"], "tokens": picture["tokens"]})
        return 0
    say_phase(picture)
    return 0


def say_phase(picture: dict[str, Any]) -> None:
    """The phase of a `kinos/status`, why, and how far the next one is."""
    phase_, tokens = picture["phase"], picture["tokens"]
    say(f"{phase_['name']}: {phase_['reason']}")
    say(f"{tokens['total']:,} of {tokens['limit']:,} tokens ({tokens['percent']:g} %), {tokens['tokenizer']}")
    if phase_["pinned"]:
        return
    if phase_["name"] == "EXPANSION":
        say(f"{kilotokens(max(0, tokens['toConverge']))} tokens to CONVERGENCE")
    else:
        say(f"{kilotokens(max(0, tokens['toExpand']))} tokens less to EXPANSION")
