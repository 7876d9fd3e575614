"""What holds for every test."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

# Machines are shared: how long an example takes says nothing about the code.
settings.register_profile("kinos", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kinos")

# What tests install once stays in the user's cache folder; what the program under test remembers does not.
_cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
os.environ.setdefault("KINOS_TEST_CACHE", str(Path(_cache) / "kinos-tests"))
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="kinos-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
