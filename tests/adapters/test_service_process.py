"""Services of packages: fed with events while a team runs, told and dropped when they fail, ended with the team."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from kinos.adapters.service_process import ServiceProcesses

GOOD = """
import json, os, pathlib
class Good:
    def __init__(self): self.heard_ = []
    def start(self, folder): self.folder = folder
    def heard(self, event):
        self.heard_.append(event)
        print("heard", event)
    def stop(self):
        keys = [name for name in os.environ if name.endswith("_API_KEY")]
        pathlib.Path(os.environ["KINOS_TEST_FILE"]).write_text(json.dumps([self.folder, self.heard_, keys]))
class BadStart(Good):
    def start(self, folder): raise ValueError("not here")
class BadEvent(Good):
    def heard(self, event): raise ValueError("not that")
class Stuck(Good):
    def stop(self):
        import threading
        threading.Event().wait()
"""


class Site:
    """A folder of packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[tuple[str, str]] = []
        self.told = asyncio.Event()
        self.services = ServiceProcesses(folder / "work", folder / "log" / "service.log")

    def install(self, **entries: str) -> None:
        (self.folder / "own_services.py").write_text(GOOD, encoding="utf-8")
        info = self.folder / "own_services-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-services\nVersion: 1\n", encoding="utf-8")
        lines = "".join(f"{name} = own_services:{value}\n" for name, value in entries.items())
        (info / "entry_points.txt").write_text(f"[kinos.services]\n{lines}", encoding="utf-8")

    def say(self, level: str, text: str) -> None:
        self.said.append((level, text))
        self.told.set()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("KINOS_TEST_FILE", str(tmp_path / "heard.json"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    return Site(folder)


async def test_a_service_hears_every_event_in_order_and_is_stopped_with_the_team(site: Site, tmp_path: Path) -> None:
    site.install(good="Good")
    await site.services.start(site.say)
    for number in range(100):
        site.services.hear(lambda number=number: {"type": "Noted", "number": number})  # type: ignore[misc]
    assert await site.services.stop() == 1
    folder, heard, keys = json.loads((tmp_path / "heard.json").read_text(encoding="utf-8"))
    assert folder == str(site.folder / "work")
    assert [event["number"] for event in heard] == list(range(100))
    assert keys == []
    assert site.said == []
    assert "heard" in (site.folder / "log" / "service.log").read_text(encoding="utf-8")
    assert await site.services.stop() == 0


@pytest.mark.parametrize(
    ("entry", "why"),
    [("BadStart", "ValueError: not here"), ("BadEvent", "ValueError: not that"), ("Nobody", "ImportError")],
)
async def test_a_service_that_fails_is_told_and_dropped_and_the_others_go_on(
    site: Site, tmp_path: Path, entry: str, why: str
) -> None:
    site.install(good="Good", bad=entry)
    await site.services.start(site.say)
    site.services.hear(lambda: {"type": "Noted"})
    await site.told.wait()
    site.services.hear(lambda: {"type": "Noted"})
    assert await site.services.stop() == 1
    assert len(site.said) == 1
    level, text = site.said[0]
    assert level == "warning"
    assert text.startswith(f"The service bad (package own-services, own_services:{entry}) failed")
    assert why in text
    assert "Traceback" not in text
    assert len(json.loads((tmp_path / "heard.json").read_text(encoding="utf-8"))[1]) == 2


async def test_a_service_that_does_not_stop_is_ended(site: Site) -> None:
    site.install(stuck="Stuck")
    await site.services.start(site.say)
    (running,) = site.services._running.values()
    assert await site.services.stop() == 1
    assert running.process.returncode is not None
    assert site.said == []


async def test_without_services_no_event_is_even_made(site: Site) -> None:
    await site.services.start(site.say)
    site.services.hear(lambda: pytest.fail("made"))
    assert await site.services.stop() == 0


async def test_once_every_service_has_failed_no_event_is_made_either(site: Site) -> None:
    site.install(bad="BadStart")
    await site.services.start(site.say)
    await site.told.wait()
    site.services.hear(lambda: pytest.fail("made"))
    assert await site.services.stop() == 0
