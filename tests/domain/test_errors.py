"""Errors: what happened, what to do, and the exit code of the contract."""

import pytest

from kinos.domain import errors
from kinos.domain.errors import BudgetError, ContentError, FailureKind, FaultError, KinosError, SetupError, UsageError


@pytest.mark.parametrize(("error", "code"), [(UsageError, 2), (SetupError, 2), (BudgetError, 4)])
def test_each_kind_has_its_exit_code(error: type[KinosError], code: int) -> None:
    assert error("x").exit_code == code


def test_a_message_is_followed_by_what_to_do() -> None:
    assert str(KinosError("It is broken.", "Mend it.")) == "It is broken. Mend it."
    assert str(KinosError("It is broken.")) == "It is broken."


def test_a_wrong_file_is_named_with_its_line() -> None:
    assert str(ContentError("bad", "a.toml", 3)) == "a.toml:3: bad"
    assert str(ContentError("bad", "a.toml")) == "a.toml: bad"


def test_a_fault_knows_its_kind() -> None:
    fault = FaultError(FailureKind.TIMEOUT, "late")
    assert (fault.kind, fault.exit_code) == (FailureKind.TIMEOUT, 5)


def test_there_is_one_tree() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(issubclass(kind, KinosError) for kind in kinds)
