"""What holds for every test."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines are shared: how long an example takes says nothing about the code.
settings.register_profile("kinos", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kinos")

# What tests install once stays in the user's cache folder; what the program under test remembers does not.
_cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
os.environ.setdefault("KINOS_TEST_CACHE", str(Path(_cache) / "kinos-tests"))
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="kinos-tests-")
os.environ["XDG_STATE_HOME"] = str(Path(os.environ["XDG_CACHE_HOME"]) / "state")
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _nothing_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _nothing_skipped((yield))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Figures that tests have measured are shown at the end, whichever process of the run did."""
    for report in [each for reports in terminalreporter.stats.values() for each in reports]:
        for name, value in getattr(report, "user_properties", ()):
            if name == "figures" and report.when == "call":
                terminalreporter.line(str(value))


def _nothing_skipped[R: (pytest.TestReport, pytest.CollectReport)](report: R) -> R:
    """In CI everything is there that a test needs: what is skipped all the same is an error."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        report.outcome = "failed"
        report.longrepr = f"Nothing is skipped in CI, but this was: {why}"
    return report
