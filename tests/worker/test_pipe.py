"""A real worker that serves its calls over pipes, as where nothing can be forked: calls in a row, and an end that is one."""

import asyncio
from pathlib import Path

import pytest

from kinos.adapters.descendant import family
from kinos.adapters.warm_pool import WarmPool
from kinos.adapters.worker_client import WorkerPool
from kinos.domain.brief import NOTHING
from kinos.domain.message import Denied, Edited, Granted, Planned, Reserve, Settle
from kinos.domain.task import NothingToDo
from worker.process import edit_call, plan_call
from worker.scripted import ScriptedApi, says, stalls, uses

pytestmark = pytest.mark.agents

BLOCK = "notes.md\n```\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n```\n"


async def grant(message: Reserve | Settle) -> Granted | Denied | None:
    return Granted(1) if isinstance(message, Reserve) else None


async def test_calls_are_served_in_a_row_and_cut_off_and_all_of_it_ends(
    tmp_path: Path, api: ScriptedApi, folder: Path
) -> None:
    pool, heard = WorkerPool(lambda: "", tmp_path / "worker.log", WarmPool), list[str]()
    await pool.start()
    try:
        assert pool.versions["aider-chat"] == "0.86.2"
        api.answers = [uses(NOTHING, {"reason": "All is well."}), says(BLOCK), stalls(), says(BLOCK)]
        planned = await pool.plan(plan_call(api.url), grant, heard.append)
        assert isinstance(planned, Planned)
        assert planned.outcome == NothingToDo("All is well.")
        edited = await pool.edit(edit_call(api.url, folder, ("notes.md",)), grant, heard.append)
        assert isinstance(edited, Edited)
        assert "TWO" in "".join(heard)
        assert "TWO" in (folder / "notes.md").read_text(encoding="utf-8")
        cut_off = asyncio.create_task(pool.plan(plan_call(api.url), grant, heard.append))
        await asyncio.to_thread(api.wait_for, requests=3)
        cut_off.cancel()
        await asyncio.wait([cut_off])
        (folder / "notes.md").write_text("one\ntwo\n", encoding="utf-8")
        assert isinstance(await pool.edit(edit_call(api.url, folder, ("notes.md",)), grant, heard.append), Edited)
    finally:
        assert await pool.stop() >= 1
    assert family([], pool._mark) == set()
    assert "Traceback" not in (tmp_path / "worker.log").read_text(encoding="utf-8")
