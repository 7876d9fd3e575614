"""Permissions that bite: root, as tests in containers are, may otherwise read and write whatever the mode says."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_VERSION = 0x20080522
_OVERRIDE = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, as bits of the first word (capability.h)."""


@contextmanager
def permissions() -> Iterator[None]:
    """Be bound by permissions while the block runs, in this thread. Skips the test where that cannot be had."""
    if sys.platform != "linux":
        pytest.skip("permissions as Linux has them")
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = (ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)()
    if libc.capget(header, sets) != 0:
        pytest.skip("capabilities cannot be read here")
    effective = sets[0]
    sets[0] = effective & ~_OVERRIDE
    assert libc.capset(header, sets) == 0
    try:
        yield
    finally:
        sets[0] = effective
        assert libc.capset(header, sets) == 0
