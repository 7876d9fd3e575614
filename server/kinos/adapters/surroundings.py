"""What surrounds an engine: the folder with its lock and its disk, the runtime folder, the system's limits, the network."""

import os
import shutil
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from kinos.adapters.control_socket import engines, runtime_folder
from kinos.adapters.state_folder import WorkspaceState
from kinos.domain.address import ANTHROPIC, bare
from kinos.domain.errors import SetupError
from kinos.domain.finding import Finding, Verdict

_LITTLE, _TOO_LITTLE = 200_000_000, 10_000_000
"""Bytes free on the disk."""
_REACHED = 5.0
"""Seconds to reach an address."""
_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")


def folder(root: Path) -> Finding:
    """Whether the state can be kept in the workspace."""
    if not root.is_dir():
        return Finding("folder", Verdict.MISSING, f"{root} is not a folder", "Name one with -C DIR.")
    state = root / ".kinos" / "state"
    nearest = next(place for place in (state, *state.parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        return Finding("folder", Verdict.MISSING, f"{nearest} cannot be written", f"chmod u+w {nearest}")
    return Finding("folder", Verdict.OK, f"{root}{', with a history' if state.exists() else ''}")


def disk(root: Path) -> Finding:
    """Room for the journal and its images."""
    try:
        free = shutil.disk_usage(root).free
    except OSError as error:
        return Finding("disk", Verdict.NOTE, f"how much is free is not known: {error.strerror}")
    verdict = Verdict.MISSING if free < _TOO_LITTLE else Verdict.NOTE if free < _LITTLE else Verdict.OK
    remedy = "" if verdict is Verdict.OK else "Free some space; history.bytes and cache.bytes say how much KinOS keeps."
    return Finding("disk", verdict, f"{free / 1e9:.1f} GB free", remedy)


def lock(state: WorkspaceState) -> Finding:
    """Who holds the folder; a note left by a process that died holds nothing."""
    holder = state.holder()
    if holder:
        return Finding("lock", Verdict.NOTE, f"{holder} works on this folder", "kin status; kin stop")
    left = state.load("holder")
    if left:
        text = f"free; process {left.get('pid')} died holding it"
        return Finding(
            "lock", Verdict.NOTE, text, "Nothing to do: the next start takes it, and repairs what was under way."
        )
    return Finding("lock", Verdict.OK, "free")


def control(root: Path) -> Finding:
    """The folder of the sockets through which engines are reached, and who listens for this workspace."""
    try:
        base, listening = runtime_folder(), [each for each in engines(root) if each != os.getpid()]
    except SetupError as error:
        return Finding("control", Verdict.MISSING, error.message, error.remedy)
    who = (
        f"process {', '.join(map(str, listening))} has this folder open" if listening else "nobody has this folder open"
    )
    return Finding("control", Verdict.OK, f"{base}; {who}")


def watches(folders: int) -> Finding:
    """Whether the system lets `folders` folders be watched."""
    number = "1 folder" if folders == 1 else f"{folders} folders"
    try:
        limit = int(_WATCHES.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return Finding("watches", Verdict.OK, f"{number}; no limit is known on {sys.platform}")
    text = f"{number} of {limit:,} that may be watched"
    if folders > limit * 0.8:
        mend = f"sudo sysctl fs.inotify.max_user_watches={max(524_288, limit * 2)}"
        return Finding("watches", Verdict.NOTE, text, mend)
    return Finding("watches", Verdict.OK, text)


def endpoint(address: str) -> Finding:
    """Whether the model's API, or the proxy before it, takes a connection. Nothing is sent."""
    url = urlsplit(address or ANTHROPIC)
    host = url.hostname or ""
    if url.scheme not in {"http", "https"} or not host:
        text = "the address of the model's API is not one that begins with http:// or https://"
        return Finding("endpoint", Verdict.MISSING, text, "Correct it where it is set, mostly model.endpoint.")
    proxy = urlsplit(_proxy(url.scheme, host))
    by = proxy if proxy.hostname else url
    where = bare(url.geturl()) + (f" by {by.hostname}" if by is proxy else "")
    remedy = "Check the network, the proxy and where the address is set (mostly model.endpoint); kin --rehearse needs none of it."
    try:
        port = by.port or (443 if by.scheme == "https" else 80)
        socket.create_connection((by.hostname or "", port), _REACHED).close()
    except (OSError, ValueError) as error:
        return Finding("endpoint", Verdict.MISSING, f"{where} cannot be reached: {error}", remedy)
    return Finding("endpoint", Verdict.OK, f"{where} takes connections")


def _proxy(scheme: str, host: str) -> str:
    from urllib.request import getproxies, proxy_bypass

    return "" if proxy_bypass(host) else getproxies().get(scheme, "")
