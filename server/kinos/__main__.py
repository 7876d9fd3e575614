"""`kin`, and `python -m kinos`."""

import sys

STOPPED = 130


def main() -> int:
    """Run the command line; returns the exit code."""
    try:
        from kinos.app import App
        from kinos.cli.main import run

        return run(sys.argv[1:], App())
    except KeyboardInterrupt:  # before there was anything to stop, or once more while it was being stopped
        return STOPPED


if __name__ == "__main__":
    raise SystemExit(main())
