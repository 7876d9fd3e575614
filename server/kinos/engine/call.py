"""The calls of a cycle: what the models that decide and edit are asked, and how long they may take."""

from pathlib import Path

from kinos.domain.brief import HOUSE_RULES, SEARCH_RULES, Brief
from kinos.domain.message import Code, EditCall, PlanCall, Retry
from kinos.domain.model import output_limit
from kinos.domain.setting import Settings
from kinos.domain.task import Task
from kinos.domain.team import Agent
from kinos.engine.terms import Terms

PLAN_TIMEOUT = 180.0
"""Seconds for one plan call with its retries."""
SEARCH_TIMEOUT = 30.0
"""Seconds more for each web search the plan call may make."""
EDIT_TIMEOUT = 600.0
"""Seconds for one edit call with its reflections and retries."""
STALL_TIMEOUT = 60.0
"""Seconds after which an answer that has begun, and does not go on, is given up."""
BYTES_A_TOKEN = 3
"""A low figure for UTF-8 text in Claude's tokens (English prose has about 3.6): twice the given files leaves room to search
for and replace all of them.
"""


def plan_call(agent: Agent, terms: Terms, brief: Brief) -> PlanCall:
    """Have `agent` choose a task by what it observes."""
    settings = terms.settings
    model, _ = terms.models(agent)
    return PlanCall(
        agent=agent.name,
        model=model,
        max_tokens=output_limit(model, settings.model_max_tokens),
        temperature=settings.model_temperature,
        endpoint=terms.endpoint(model),
        retry=_retry(settings),
        timeout=PLAN_TIMEOUT + SEARCH_TIMEOUT * agent.search,
        stall=STALL_TIMEOUT,
        system=agent.prompt + "\n" + HOUSE_RULES + (SEARCH_RULES if agent.search else ""),
        brief=brief.render(),
        searches=agent.search,
        code=_code(agent, brief),
    )


def edit_call(agent: Agent, terms: Terms, task: Task, folder: Path) -> EditCall:
    """Have the copies in `folder` edited as `task` says."""
    settings = terms.settings
    given = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    _, model = terms.models(agent)
    return EditCall(
        agent=agent.name,
        model=model,
        max_tokens=output_limit(model, given * 2 // BYTES_A_TOKEN + 2000),
        temperature=settings.model_temperature,
        endpoint=terms.endpoint(model),
        retry=_retry(settings),
        timeout=EDIT_TIMEOUT,
        stall=STALL_TIMEOUT,
        folder=str(folder),
        files=task.files,
        message=task.message(),
    )


def _code(agent: Agent, brief: Brief) -> Code | None:
    if not agent.code:
        return None
    return Code(agent.code, agent.home, agent.prompt, brief.phase, brief.request, brief.documents)


def _retry(settings: Settings) -> Retry:
    return Retry(settings.retry_attempts, settings.retry_delay, settings.retry_codes)
