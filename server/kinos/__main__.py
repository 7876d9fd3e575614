"""`kin`, and `python -m kinos`."""

import sys

from kinos.app import App
from kinos.cli.main import run


def main() -> int:
    """Run the command line; returns the exit code."""
    return run(sys.argv[1:], App())


if __name__ == "__main__":
    raise SystemExit(main())
