"""The command line: which command is meant, its options, and the one place where errors become exit codes."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinos import __version__
from kinos.cli.outside import Outside
from kinos.cli.terminal import OutputError, abandon, complain, prepare
from kinos.domain.errors import KinosError

if TYPE_CHECKING:
    from kinos.cli.front_end import PackagedCommand

STOPPED = 130
"""The exit code after Ctrl+C."""


@dataclass(frozen=True, slots=True)
class _Command:
    """A command: what it does, the module that has it, and there the functions that add its options and run it.

    The module is imported when the command is given: a commit hook that counts one file must not wait for a live view.
    """

    summary: str
    module: str
    add: str
    perform: str

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        self._function(self.add)(parser)

    def run(self, args: argparse.Namespace, outside: Outside) -> int:
        """Run it; returns the exit code."""
        code: int = self._function(self.perform)(args, outside)
        return code

    def _function(self, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(import_module(f"kinos.cli.{self.module}"), name)
        return function


_COMMANDS = {
    "lsp": _Command("the language server, on stdio unless told", "server", "options", "run"),
    "map": _Command("the map of the folder's documents", "folder", "map_options", "show_map"),
    "tokens": _Command("sizes of documents, exactly as Claude counts", "size", "tokens_options", "tokens"),
    "check": _Command("exit 1 if a document is too long", "size", "check_options", "check"),
    "phase": _Command("the phase, why, and the headroom; set it", "phase", "options", "phase"),
    "teams": _Command("the teams there are; import those of 2024", "listing", "team_options", "teams"),
    "agents": _Command("the agents there are", "listing", "options", "agents"),
    "history": _Command("what was done, by whom, at what cost", "change", "history_options", "history"),
    "undo": _Command("take changes back", "change", "revert_options", "undo"),
    "redo": _Command("put back what was undone", "change", "revert_options", "redo"),
    "review": _Command("changes that wait for you", "review", "review_options", "review"),
    "status": _Command("the engine on this folder, whichever front end runs it", "status", "options", "status"),
    "stop": _Command("stop the team on this folder, whichever front end runs it", "folder", "stop_options", "stop"),
    "doctor": _Command("what is installed, reachable, missing, and what mends it", "doctor", "options", "run"),
    "new": _Command("a mission: a folder with a request to fill in", "mission", "options", "run"),
    "trust": _Command("approve what the folder's .kinos/ brings beyond tightening", "trust", "options", "trust"),
    "setup": _Command("what an editor needs to start KinOS, shown and put in its place", "setup", "options", "run"),
    "demo": _Command("a rehearsed team on a sample workspace", "demo", "options", "run"),
}
_TEAM = _Command("", "team", "options", "run")


def run(arguments: Sequence[str], outside: Outside) -> int:
    """Run one command; returns the exit code. Every KinosError ends here."""
    prepare()
    try:
        return _run(list(arguments), outside)
    except OutputError as error:
        abandon()
        complain(error, _folder(arguments))
        return error.exit_code
    except KinosError as error:
        complain(error, _folder(arguments))
        return error.exit_code
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has gone (kin map | head): nobody is left to tell.
        abandon()
        return 0


def _run(arguments: list[str], outside: Outside) -> int:
    command: _Command | PackagedCommand
    name = next((word for word in _words(arguments) if word in _COMMANDS), "")
    if name and name == next(iter(_words(arguments)), ""):
        arguments.remove(name)
        command = _COMMANDS[name]
        parser = argparse.ArgumentParser(
            prog=f"kin {name}",
            description=f"{command.summary[0].upper()}{command.summary[1:]}.",
            formatter_class=_formatter,
        )
    elif packaged := _packaged(arguments, outside):
        name, command = packaged
        arguments.remove(name)
        parser = argparse.ArgumentParser(prog=f"kin {name}", description=command.summary, formatter_class=_formatter)
    else:
        command = _TEAM
        parser = _main_parser(_others() if {"-h", "--help"} & {*arguments} else {})
        parser.set_defaults(commands=tuple(_COMMANDS))
    parser.add_argument(
        "-C", dest="folder", metavar="DIR", type=Path, default=Path(), help="the folder (default: this one)"
    )
    parser.add_argument("-v", dest="verbose", action="store_true", help="say more")
    command.options(parser)
    args, unknown = parser.parse_known_args(arguments)
    if unknown:
        if command is _TEAM and not _begins_with_one_of(unknown, arguments):
            from kinos.cli import team

            # A word that is no command is the mistake, not the options after it that would be its own.
            team.check_name(args, outside.catalog(args.folder))
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return command.run(args, outside)


def _begins_with_one_of(unknown: Sequence[str], arguments: Sequence[str]) -> bool:
    """Whether the first word comes after one of the `unknown` options: then it was meant as what that is set to."""
    word = next(iter(_words(arguments)), "")
    return any(argument in unknown for argument in arguments[: arguments.index(word)]) if word else True


def _packaged(arguments: Sequence[str], outside: Outside) -> "tuple[str, PackagedCommand] | None":
    """The command of an installed package that is meant; a team of that name comes first."""
    word = next(iter(_words(arguments)), "")
    if not word:
        return None
    from kinos.extension import FRONT_ENDS
    from kinos.extension.installed import installed

    entry = installed(FRONT_ENDS).get(word)
    if entry is None or word in outside.catalog(_folder(arguments)).teams():
        return None
    from kinos.cli.front_end import PackagedCommand

    return word, PackagedCommand(entry)


def _folder(arguments: Sequence[str]) -> Path:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("-C", dest="folder", type=Path, default=Path())
    return Path(parser.parse_known_args(arguments)[0].folder)


def _formatter(prog: str) -> argparse.HelpFormatter:
    """argparse makes one for each option; given a width it need not import shutil, which takes 2 ms, to ask for it."""
    try:
        width = int(os.environ.get("COLUMNS", "")) or os.get_terminal_size().columns
    except (ValueError, OSError):
        width = 80
    return argparse.HelpFormatter(prog, width=width - 2)


def _words(arguments: Sequence[str]) -> list[str]:
    """Arguments that are neither options nor the folder of -C."""
    words, skip = [], False
    for argument in arguments:
        if not skip and not argument.startswith("-"):
            words.append(argument)
        skip = argument == "-C"
    return words


def _others() -> dict[str, str]:
    """The commands of installed packages, which are looked for when help is wanted, and who brings them."""
    from kinos.extension import FRONT_ENDS
    from kinos.extension.installed import installed

    return {
        name: f"of {entry.origin}" for name, entry in sorted(installed(FRONT_ENDS).items()) if name not in _COMMANDS
    }


def _main_parser(others: Mapping[str, str]) -> argparse.ArgumentParser:
    summaries = {name: command.summary for name, command in _COMMANDS.items()} | dict(others)
    width = max(len(name) for name in summaries)
    commands = "\n".join(f"  kin {name:<{width}}  {summary}" for name, summary in summaries.items())
    parser = argparse.ArgumentParser(
        prog="kin",
        description="Run a team of agents on the folder, with a live view; Ctrl+C stops it.",
        epilog=f"other commands:\n{commands}\n\n`kin COMMAND --help` says more about one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"kin {__version__}")
    return parser
