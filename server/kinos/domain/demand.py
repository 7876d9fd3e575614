"""Something a repository brings beyond tightening: it counts once the person has approved that exact text for that folder."""

import json
from collections.abc import Callable
from dataclasses import dataclass

REMEDY = "`kin trust` shows and approves it"


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that `file` of a repository asks for: `what` it sets, and `text`, its value as JSON, to the letter."""

    what: str
    text: str
    file: str

    def mark(self, root: str) -> str:
        """The name of its approval in the folder `root` (its real path): another byte or another folder has another one."""
        import hashlib  # takes 2 ms, and most folders bring nothing

        exact = json.dumps([root, self.what, self.text])
        return hashlib.sha256(exact.encode()).hexdigest()


type Approved = Callable[[Demand], bool]


def nothing(demand: Demand) -> bool:
    """Nothing was approved."""
    return False


def exact(value: object) -> str:
    """A value as it is approved and shown: one line of ASCII, so that nothing in it can hide."""
    return json.dumps(value, sort_keys=True, default=str)
