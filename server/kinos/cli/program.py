"""How this program was called, so that what is told to a person can be typed."""

import shlex
import shutil
import sys
from pathlib import Path


def program() -> str:
    """`kin` where that is this program, else what starts it from anywhere, quoted for a shell."""
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m kinos"
    found = shutil.which("kin")
    if found is not None and Path(found).resolve() == started.resolve():
        return "kin"
    return shlex.quote(str(started.absolute()))
