"""How this program was called, so that what is told to a person can be typed."""

import re
import shlex
import sys
from pathlib import Path

_COMMAND = re.compile(r"(?<![\w./-])kin (?=[a-z]|-(?!C ))")
"""Where a sentence of ours names a command: the product is called KinOS, and `kin` is nothing else. One
that names its folder already is left alone.
"""


def program() -> str:
    """`kin` where that is this program, else what starts it from anywhere, quoted for a shell."""
    return shlex.join(words())


def words() -> tuple[str, ...]:
    """The same, word by word."""
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return (sys.executable, "-m", "kinos")
    import shutil  # takes 2 ms, which a commit hook need not wait for

    found = shutil.which("kin")
    if found is not None and Path(found).resolve() == started.resolve():
        return ("kin",)
    return (str(started.absolute()),)


def there(folder: Path) -> str:
    """The option that names `folder` to a command typed here, with a space before it; empty where it is the current one."""
    if folder.resolve() == Path.cwd():
        return ""
    name = str(folder)
    return f" -C {shlex.quote(f'./{name}' if name.startswith('-') else name)}"


def typed(sentence: str, folder: Path) -> str:
    """A sentence of ours in which each `kin …` about `folder` is what starts this program, there, from where one is."""
    kin = f"{program()}{there(folder)} "
    return _COMMAND.sub(lambda found: kin, sentence)
