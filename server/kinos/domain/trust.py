"""What an agent that a repository brings may do beyond those that KinOS brings: nothing that was not approved."""

from collections.abc import Sequence
from dataclasses import replace

from kinos.domain.demand import REMEDY, Approved, Demand, exact
from kinos.domain.path import MARKDOWN
from kinos.domain.team import EDITS, Agent


def wider(agent: Agent, shipped: Agent | None) -> Sequence[Demand]:
    """What of a repository's agent reaches beyond Markdown, and beyond the agent of that name that KinOS brings."""
    beyond = [glob for glob in agent.edits if not _within(glob, shipped)]
    demands = [Demand(f"edits of the agent {agent.name}", exact(beyond), agent.source)] if beyond else []
    if agent.search > (shipped.search if shipped else 0):
        demands.append(Demand(f"search of the agent {agent.name}", exact(agent.search), agent.source))
    return demands


def tightened(agent: Agent, shipped: Agent | None, approved: Approved) -> Agent:
    """`agent` without what was not approved; its mistakes say so."""
    for demand in wider(agent, shipped):
        if approved(demand):
            continue
        said = f"{demand.file}: {demand.what} was not taken ({demand.text}): a workspace may only tighten it. {REMEDY}."
        if demand.what.startswith("search"):
            agent = replace(agent, search=shipped.search if shipped else 0)
        else:
            kept = tuple(glob for glob in agent.edits if _within(glob, shipped))
            agent = replace(agent, edits=kept or (shipped.edits if shipped else EDITS))
        agent = replace(agent, mistakes=(*agent.mistakes, said))
    return agent


def _within(glob: str, shipped: Agent | None) -> bool:
    return glob.endswith(MARKDOWN) or (shipped is not None and glob in shipped.edits)
