"""The command line: which command is meant, its options, and the one place where errors become exit codes."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kinos import __version__
from kinos.cli import change, demo, folder, listing, server, size, team
from kinos.cli.outside import Outside
from kinos.cli.terminal import OutputError, abandon, complain, prepare
from kinos.domain.errors import KinosError

STOPPED = 130
"""The exit code after Ctrl+C."""


@dataclass(frozen=True, slots=True)
class _Command:
    summary: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Outside], int]


_COMMANDS = {
    "lsp": _Command("the language server, on stdio unless told", server.options, server.run),
    "map": _Command("the map of the folder's documents", folder.map_options, folder.show_map),
    "tokens": _Command("sizes of documents, exactly as Claude counts", size.tokens_options, size.tokens),
    "check": _Command("exit 1 if a document is too long", size.check_options, size.check),
    "phase": _Command("the phase, why, and the headroom; set it", folder.phase_options, folder.phase),
    "teams": _Command("the teams there are", listing.options, listing.teams),
    "agents": _Command("the agents there are", listing.options, listing.agents),
    "history": _Command("what was done, by whom, at what cost", change.history_options, change.history),
    "undo": _Command("take changes back", change.revert_options, change.undo),
    "redo": _Command("put back what was undone", change.revert_options, change.redo),
    "review": _Command("changes that wait for you", change.review_options, change.review),
    "status": _Command("the engine on this folder, whichever front end runs it", folder.status_options, folder.status),
    "stop": _Command("stop the team on this folder, whichever front end runs it", folder.stop_options, folder.stop),
    "demo": _Command("a rehearsed team on a sample workspace", demo.options, demo.run),
}


def run(arguments: Sequence[str], outside: Outside) -> int:
    """Run one command; returns the exit code. Every KinosError ends here."""
    prepare()
    try:
        return _run(list(arguments), outside)
    except OutputError as error:
        abandon()
        complain(error)
        return error.exit_code
    except KinosError as error:
        complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has gone (kin map | head): nobody is left to tell.
        abandon()
        return 0


def _run(arguments: list[str], outside: Outside) -> int:
    name = next((word for word in _words(arguments) if word in _COMMANDS), "")
    if name and name == next(iter(_words(arguments)), ""):
        arguments.remove(name)
        command = _COMMANDS[name]
        parser = argparse.ArgumentParser(
            prog=f"kin {name}", description=f"{command.summary[0].upper()}{command.summary[1:]}."
        )
    else:
        command = _Command("", team.options, team.run)
        parser = _main_parser()
        parser.set_defaults(commands=tuple(_COMMANDS))
    parser.add_argument(
        "-C", dest="folder", metavar="DIR", type=Path, default=Path(), help="the folder (default: this one)"
    )
    parser.add_argument("-v", dest="verbose", action="store_true", help="say more")
    command.options(parser)
    args, unknown = parser.parse_known_args(arguments)
    if unknown:
        if command.run is team.run:
            # A word that is no command is the mistake, not the options that would be its own.
            team.check_name(args, outside.catalog(args.folder))
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return command.run(args, outside)


def _words(arguments: Sequence[str]) -> list[str]:
    """Arguments that are neither options nor the folder of -C."""
    words, skip = [], False
    for argument in arguments:
        if not skip and not argument.startswith("-"):
            words.append(argument)
        skip = argument == "-C"
    return words


def _main_parser() -> argparse.ArgumentParser:
    width = max(len(name) for name in _COMMANDS)
    commands = "\n".join(f"  kin {name:<{width}}  {command.summary}" for name, command in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="kin",
        description="Run a team of agents on the folder, with a live view; Ctrl+C stops it.",
        epilog=f"other commands:\n{commands}\n\n`kin COMMAND --help` says more about one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"kin {__version__}")
    return parser
