"""Validation: each requirement held against what is there, with the proof beside the verdict."""

import re
from collections import Counter

from kinos.domain.markdown import text_of
from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.order import Write
from kinos.worker.rehearsal.rule.evidence import Evidence, Verdict, judged
from kinos.worker.rehearsal.rule.paper import SPECIFICATIONS, VALIDATION
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.rule.requirement import requirements
from kinos.worker.rehearsal.rule.wish import short
from kinos.worker.rehearsal.view import View

_ROW = re.compile(r"^\| (?P<id>[\w-]+) \| .* \| (?P<verdict>pass|fail|unproven) \| (?P<proof>.*) \|$", re.MULTILINE)


def validate(view: View) -> Proposal:
    """Write the table of verdicts, if one of them changed."""
    path = view.paper(VALIDATION)
    rules = requirements(view)
    if not rules:
        yield NothingToDo("There is no requirement and no wish in the request to hold anything against.")
    elif view.unseen(path):
        yield NothingToDo(f"`{path}` was not shown whole, so I cannot tell which verdicts it holds.")
    else:
        before = _recorded(view.whole.get(path, ""))
        verdicts = {rule.id: _kept(view, before.get(rule.id), judged(view, rule.text)) for rule in rules}
        changed = [
            name for name, found in verdicts.items() if name not in before or before[name].verdict != found.verdict
        ]
        changed += [name for name in before if name not in verdicts]
        if not changed:
            yield NothingToDo(f"All {counted(len(rules), 'verdict')} of `{path}` still hold.")
            return
        source = view.paper(SPECIFICATIONS)
        origin = source if source in view.whole else view.brief.request_path
        lines = ["# Validation", "", f"Each requirement of `{origin}` held against what the documents show.", ""]
        lines += ["| requirement | what it asks | verdict | proof |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {r.id} | {_cell(short(r.text, 100))} | {verdicts[r.id].verdict} | {_cell(verdicts[r.id].proof)} |"
            for r in rules
        ]
        counts = Counter(found.verdict for found in verdicts.values())
        lines += ["", ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict) + "."]
        why = f"the verdict of {listed(changed, 3)} is {'not yet written' if not before else 'no longer what is written'}."
        yield task(f"Validate {counted(len(changed), 'requirement')} in {path}", why, [Write(path, text_of(lines))])


def _recorded(text: str) -> dict[str, Evidence]:
    return {row["id"]: Evidence(Verdict(row["verdict"]), row["proof"]) for row in _ROW.finditer(text)}


def _kept(view: View, before: Evidence | None, now: Evidence) -> Evidence:
    """The verdict of now, or the one of before where it rests on documents that were not shown this time."""
    if before is None or now.verdict is not Verdict.UNPROVEN or before.verdict is Verdict.UNPROVEN:
        return now
    rests_on = [path for path in re.findall(r"`([^`]+)`", before.proof) if path in view.documents]
    return before if any(view.unseen(path) for path in rests_on) else now


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
