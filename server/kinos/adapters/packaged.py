"""Agents of installed packages: a prompt file beside the code, which is read here, and a class, which only workers import."""

import subprocess
import sys
from dataclasses import replace

from kinos.adapters.environment import without_keys
from kinos.adapters.text_file import read
from kinos.domain.errors import ContentError, KinosError
from kinos.domain.team import NAME, Agent, read_agent
from kinos.extension.installed import Installed

CHECK_TIME = 30.0
"""Seconds for importing the code of a package once, to see whether it can be."""


def packaged(entry: Installed) -> Agent:
    """The agent of an entry point. Raises ContentError for its prompt file, SetupError when the package is not there."""
    folder = entry.folder()
    file = folder / f"{entry.name}.md"
    if not file.is_file():
        raise ContentError(f"{entry.said} has no such prompt file: its front matter says what the agent is", str(file))
    agent = read_agent(read(file), str(file), entry.name)
    return replace(agent, origin=entry.origin, code=entry.value, home=str(folder.parent))


def mistake(entry: Installed) -> str:
    """Why the agent of an entry point cannot run, in a sentence; empty when it can. Its code is imported in another process."""
    if not NAME.fullmatch(entry.name):
        return f"{entry.said}: {entry.name!r} is no name of an agent: small letters, digits, - and _, a letter first"
    try:
        packaged(entry)
    except KinosError as error:
        return str(error)
    problem = failure(entry)
    return f"{entry.said} cannot be loaded: {problem}" if problem else ""


def failure(entry: Installed) -> str:
    """What importing the entry point raises, on one line; empty when nothing."""
    command = [sys.executable, "-P", "-m", "kinos.extension.host", "check", entry.value]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
            timeout=CHECK_TIME, env=without_keys(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"importing it takes more than {CHECK_TIME:g} s"
    return done.stdout.strip() if done.returncode else ""
