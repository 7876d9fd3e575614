"""`kin lsp`."""

import argparse

from kinos.cli.outside import Outside
from kinos.domain.errors import UsageError


def options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin lsp`."""
    parser.add_argument(
        "--tcp", default="", metavar="HOST:PORT", help="listen there for one editor instead of using stdio"
    )
    parser.add_argument("--stdio", action="store_true", help="use stdio, which is the default")


def run(args: argparse.Namespace, outside: Outside) -> int:
    """Serve until the editor leaves."""
    return outside.serve(_address(args.tcp) if args.tcp else None)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"{text!r} is not HOST:PORT.", "For example 127.0.0.1:8001.")
    return host, int(port)
