"""The planner: for each agent its rules, and the first task of theirs that nothing is against."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kinos.domain.brief import NOTHING, PROPOSE
from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.answer import Answer, calls
from kinos.worker.rehearsal.rule.conformity import validate
from kinos.worker.rehearsal.rule.contents import index
from kinos.worker.rehearsal.rule.division import split_long
from kinos.worker.rehearsal.rule.duplicate import fold
from kinos.worker.rehearsal.rule.finding import evaluate
from kinos.worker.rehearsal.rule.journal import log
from kinos.worker.rehearsal.rule.look_up import look_up, search
from kinos.worker.rehearsal.rule.plan import plan_tests
from kinos.worker.rehearsal.rule.proposal import Rule
from kinos.worker.rehearsal.rule.prose import polish
from kinos.worker.rehearsal.rule.repair import repair
from kinos.worker.rehearsal.rule.requirement import specify
from kinos.worker.rehearsal.rule.sketch import sketch
from kinos.worker.rehearsal.rule.source import sources
from kinos.worker.rehearsal.rule.todo import todo
from kinos.worker.rehearsal.view import View

RULES: Mapping[str, Sequence[Rule]] = {
    "specifications": (specify,),
    "production": (sketch,),
    "management": (todo,),
    "evaluation": (evaluate,),
    "chroniqueur": (log,),
    "documentaliste": (split_long, repair, index),
    "testeur": (plan_tests,),
    "validation": (validate,),
    "duplication": (fold,),
    "redacteur": (polish,),
    "research": (look_up, sources),
}
"""The rules of each agent that comes with KinOS, in the order in which they are tried."""

_TRADES: Sequence[tuple[str, Sequence[Rule]]] = (
    (r"duplicat|repeat|redundan|doublon", (fold,)),
    (r"progress log|journal|chronicle|diary|history", (log,)),
    (r"to-do|todo|priorit|planning|plans", (todo,)),
    (r"requirement|specification|exigence", (specify,)),
    (r"conform|validat|complian", (validate,)),
    (r"\btests?\b|testing|checks", (plan_tests,)),
    (r"quality|evaluat|review|measure|audit", (evaluate,)),
    (r"too long|split|table of contents|index|organi[sz]|documentation|librar", (split_long, repair, index)),
    (r"\bsources?\b|research|citation|bibliograph", (look_up, sources)),
    (r"style|prose|clarity|spelling|wording|proofread|copy.?edit", (polish,)),
    (r"write|deliver|draft|produc", (sketch,)),
)
"""What the prompt of an agent somebody wrote may say of its work, and the rules that come closest."""


class Declined:
    """What the editor could not carry out, so that it is not proposed again while nothing changes."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._reasons: dict[tuple[tuple[str, ...], str], str] = {}

    def note(self, task: Task, reason: str) -> None:
        """The editor could not carry out `task`."""
        self._reasons[task.files, task.instructions] = reason
        if len(self._reasons) > self._most:
            del self._reasons[next(iter(self._reasons))]

    def reason(self, task: Task) -> str:
        """Why the editor could not carry out `task`; empty when it never said so."""
        return self._reasons.get((task.files, task.instructions), "")


def decide(view: View, declined: Declined) -> Task | NothingToDo:
    """One task for the agent of the brief, or why there is none."""
    reasons: list[str] = []
    rules = rules_for(view.brief.agent, view.system)
    for rule in rules:
        for outcome in rule(view):
            if isinstance(outcome, NothingToDo):
                reasons.append(outcome.reason)
            elif objection := view.objection(outcome) or declined.reason(outcome):
                reasons.append(objection if objection.endswith(".") else f"{objection}.")
            else:
                return outcome
    if not rules:
        reasons.append(
            f"The rehearsal has no rule for what {view.brief.agent} does; a language model would read its prompt."
        )
    return NothingToDo(" ".join(dict.fromkeys(reasons)) or "No rule found anything to improve.")


def rules_for(agent: str, system: str) -> Sequence[Rule]:
    """The rules of `agent`: its own, or those its prompt comes closest to; none when it comes close to none."""
    if agent in RULES:
        return RULES[agent]
    role = f"{agent} {_first_words(system)}".casefold()
    found = [(match.start(), rules) for pattern, rules in _TRADES if (match := re.search(pattern, role))]
    return min(found, key=lambda item: item[0])[1] if found else ()


def _first_words(system: str) -> str:
    """The beginning of a prompt, where it says what the agent is."""
    return " ".join(system.split()[:120])


def answer(view: View, declined: Declined) -> Answer:
    """The decision as a call of one of the planner's two tools."""
    outcome = decide(view, declined)
    if isinstance(outcome, NothingToDo):
        return calls(NOTHING, {"reason": outcome.reason})
    arguments = {
        "title": outcome.title,
        "why": outcome.why,
        "files": list(outcome.files),
        "instructions": outcome.instructions,
    }
    proposed = calls(PROPOSE, arguments)
    return replace(proposed, blocks=(*search(outcome), *proposed.blocks))
