"""Every agent of every shipped team asks the planner with its own prompt, the map, the phase and the request in hand."""

from collections.abc import Mapping

import pytest

from fakes.clock import CountingIds, FakeClock
from fakes.days import MemoryDayLedger
from fakes.disk import MemoryDisk
from fakes.journal import MemoryFolder, MemoryJournal
from fakes.workers import FakeRehearsal, ScriptedWorkers, WordCounting
from kinos.adapters.catalog import FileCatalog
from kinos.domain.brief import HOUSE_RULES, SEARCH_RULES
from kinos.domain.message import PlanCall
from kinos.domain.phase import Phase
from kinos.domain.setting import Settings
from kinos.engine.lifecycle import Start
from kinos.engine.outside import Ports
from kinos.engine.run import Ends
from kinos.engine.session import Session

CATALOG = FileCatalog(None)
FILES = {"demande.md": "# Please\n\nDescribe the lighthouse.\n", "docs/tower.md": "# The tower\n\nIt has 199 steps.\n"}


CODE = {
    "src/temps/convert.py": "def celsius(fahrenheit): ...\n",
    "tests/test_convert.py": "def test_water_freezes_at_0(): ...\n",
}


async def calls_of(team: str, phase: Phase, files: Mapping[str, str] = FILES) -> list[PlanCall]:
    clock, disk = FakeClock(), MemoryDisk(files)
    workers = ScriptedWorkers(clock)
    ports = Ports(
        disk, MemoryFolder(MemoryJournal()), CATALOG, workers, FakeRehearsal(), WordCounting(disk), clock, CountingIds(),
        MemoryDayLedger(),
    )  # fmt: skip
    session = Session(ports, Settings(), "a test")
    await session.open()
    session.set_phase(phase)
    awake = [member for member in CATALOG.team(team).members if member.weight(phase) > 0]
    await session.start_team(Start(team, rehearse=True, ends=Ends(idle=True)))
    await session.finished()
    await session.close()
    assert {call.agent for call in workers.plans} == {member.agent for member in awake}
    return workers.plans


@pytest.mark.parametrize("team", CATALOG.teams())
@pytest.mark.parametrize("phase", list(Phase))
async def test_a_request_holds_the_prompt_the_map_the_phase_and_the_wish(team: str, phase: Phase) -> None:
    for call in await calls_of(team, phase):
        agent = CATALOG.agent(call.agent)
        assert call.system == agent.prompt + "\n" + HOUSE_RULES + (SEARCH_RULES if agent.search else "")
        assert f"Agent: {call.agent}\n" in call.brief
        assert f"Phase: {phase}\n" in call.brief
        assert "set by hand" in call.brief
        assert "Describe the lighthouse." in call.brief
        assert "📄 tower.md" in call.brief
        assert "It has 199 steps." in call.brief


@pytest.mark.parametrize("phase", list(Phase))
async def test_who_codes_and_who_tests_see_the_code_and_the_tests(phase: Phase) -> None:
    for call in await calls_of("coding", phase, FILES | CODE):
        seen = [text.strip() in call.brief for text in CODE.values()]
        listed = [f"- {path} (" in call.brief for path in CODE]
        assert seen == listed == [call.agent in ("production", "testeur")] * 2, call.agent
        assert "convert.py" not in call.brief.split("## Document Tree")[1].split("## Warnings")[0]
