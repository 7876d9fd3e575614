"""The object that a command is given as JSON: which keys it may have, and what each is read as."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kinos.domain.errors import UsageError
from kinos.domain.near import did_you_mean
from kinos.domain.setting import read

CAPS = {"usd": "usd", "tokens": "tokens", "runs": "runs", "minutes": "minutes", "usdPerDay": "usd_per_day"}
"""Caps by the names of the settings `budget.*`, and as fields."""


def check_keys(name: str, given: Mapping[str, Any], keys: Sequence[str]) -> None:
    """Raises UsageError for a key that the command `name` does not take: with `reherse` passed over, a rehearsal would be a team
    that costs money.
    """
    if unknown := sorted(set(given) - set(keys)):
        known = f"It takes {', '.join(keys)}." if keys else "It takes nothing."
        meant = did_you_mean(unknown[0], keys)
        raise UsageError(f"{name} does not take {', '.join(unknown)}.", f"{meant} {known}".lstrip())


class Arguments:
    """What a command was `given`. Every method raises UsageError for a value that is not of its kind."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def check(self) -> None:
        """Read every value that is there once, whoever needs it later."""
        for key in self._given:
            _READERS.get(key, Arguments.text)(self, key)

    def text(self, key: str) -> str:
        """Empty when it is not given."""
        value = self._given.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise UsageError(f"{key} must be text, not {value!r}.")
        return value

    def needed(self, key: str) -> str:
        """A text that has to be there, and not empty."""
        value = self.text(key)
        if not value:
            raise UsageError(f"{key} is missing.", f'Give an object with "{key}".')
        return value

    def texts(self, key: str) -> dict[str, str | None]:
        """Texts by path, None for a file that is not to be; none when it is not given."""
        value = self._given.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(text is None or isinstance(text, str) for text in value.values()):
            raise UsageError(f"{key} must be an object of texts by path.")
        return value

    def truth(self, key: str) -> bool:
        """False when it is not given."""
        value = self._given.get(key)
        if value is not None and not isinstance(value, bool):
            raise UsageError(f"{key} must be true or false, not {value!r}.")
        return bool(value)

    def count(self, key: str) -> int:
        """At least 1; 0 when it is not given."""
        value = self._given.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise UsageError(f"{key} must be a whole number of at least 1, not {value!r}.")
        return value or 0

    def landing(self, key: str = "landing") -> str:
        """`review` or `auto`; empty when it is not given."""
        value = self.text(key)
        if value not in ("", "review", "auto"):
            raise UsageError(f"{key} must be review or auto, not {value!r}.")
        return value

    def caps(self) -> dict[str, float]:
        """The caps that are given, by field, each as its setting takes it; text is no number here. There has to be one."""
        caps = {field: cap for name, field in CAPS.items() if (cap := self._cap(name)) is not None}
        if not caps:
            raise UsageError("No cap is given.", f"Give an object with some of {', '.join(CAPS)}; 0 is no cap.")
        return caps

    def _cap(self, name: str) -> float | None:
        value = self._given.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            raise UsageError(f"{name} must be a number, not {value!r}.")
        try:
            cap: float = read(f"budget.{name}", value)
        except UsageError as error:
            raise UsageError(f"{name} {error.message}.", "0 is no cap.") from error
        return cap


_READERS: Mapping[str, Callable[[Arguments, str], object]] = {
    **dict.fromkeys(("rehearse", "session", "all", "live", "withdraw", "suggest"), Arguments.truth),
    **dict.fromkeys(("texts", "bases"), Arguments.texts),
    **dict.fromkeys(CAPS, Arguments._cap),
    "landing": Arguments.landing,
    "last": Arguments.count,
}
"""What takes each key that is no text."""
