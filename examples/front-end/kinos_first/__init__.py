"""A front end: `kin first [TEAM]` runs a team until its first change lands, and says which that was."""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from kinos.extension import Engine


class First:
    """Implements `kinos.extension.FrontEnd`."""

    summary = "run a team until its first change lands"

    def options(self, parser: ArgumentParser) -> None:
        """Options of `kin first`."""
        parser.add_argument("team", nargs="?", default="", metavar="TEAM", help="see kin teams")
        parser.add_argument("--rehearse", action="store_true", help="without a key, with KinOS' own model")

    async def run(self, args: Namespace, engine: Engine) -> int:
        """Start the team and wait; 0 when something landed, 3 when the team stopped before."""
        landed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def hear(event: Mapping[str, Any]) -> None:
            if event["type"] == "ChangeMoved" and event["change"]["state"] == "landed" and not landed.done():
                landed.set_result(event["change"]["title"])

        end = engine.subscribe(hear)
        started = await engine.ask("startTeam", {"team": args.team, "rehearse": args.rehearse, "landing": "auto"})
        print(f"The team {started['team']} runs: {started['reason']}.")
        over = asyncio.create_task(engine.finished())
        await asyncio.wait([landed, over], return_when=asyncio.FIRST_COMPLETED)
        end()
        await engine.ask("stopTeam", {})
        await over
        print(f"Landed: {landed.result()}" if landed.done() else "Nothing landed.")
        return 0 if landed.done() else 3
