"""Ctrl+C before a command has begun."""

import sys
from types import ModuleType

import pytest

from kinos.__main__ import main


class Interrupted(ModuleType):
    """A module while whose import the person pressed Ctrl+C."""

    def __getattr__(self, name: str) -> object:
        raise KeyboardInterrupt


def test_ctrl_c_while_the_program_loads_is_a_stop_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "kinos.app", Interrupted("kinos.app"))
    assert main() == 130
    assert capsys.readouterr().err == ""
