"""Changes that wait for a person whatever the mode: files that run or instruct by themselves, and new ways out of here."""

from collections.abc import Callable

from kinos.domain.change import Change
from kinos.domain.path import instructs
from kinos.domain.remote import Made, new_hosts

_LOOK = "so a person must look"
_NAMED = 3
"""Hosts that are named; of more, how many."""


def caution(change: Change, image: Callable[[str], bytes | None]) -> str:
    """Why a person must look at the change before it lands; empty when nobody must. `image` gives a kept file by digest."""
    for path in change.paths:
        if instructs(path):
            return f"{path} runs or instructs by itself, {_LOOK}"

    def text(digest: str | None) -> str | None:
        content = None if digest is None else image(digest)
        return None if content is None else content.decode("utf-8-sig", "replace")

    for path, hosts in new_hosts(Made(f.path, text(f.base), text(f.result)) for f in change.files).items():
        more = f" and {len(hosts) - _NAMED} more" if len(hosts) > _NAMED else ""
        return f"{path} would lead to {', '.join(hosts[:_NAMED])}{more}, where its files did not lead before, {_LOOK}"
    return ""
