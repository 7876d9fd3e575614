"""The rehearsal model itself: which kind of request it is, and the half that answers it."""

from functools import partial
from typing import Any

from kinos.domain.brief import NOTHING, PROPOSE
from kinos.worker.rehearsal import editor, planner
from kinos.worker.rehearsal.answer import Answer, Text, calls, says
from kinos.worker.rehearsal.api import Request
from kinos.worker.rehearsal.knob import Kind
from kinos.worker.rehearsal.meter import tokens
from kinos.worker.rehearsal.reading import UnreadableError, brief_in, editing_in, text_of_blocks
from kinos.worker.rehearsal.view import View

INTRODUCTION = (
    "This is the rehearsal model of KinOS. It follows rules and understands neither questions nor free text: "
    "it plans tasks for KinOS' agents and carries out the tasks it planned."
)


class Model:
    """Answers requests. It remembers nothing but the tasks it could not carry out."""

    def __init__(self) -> None:
        self._declined = planner.Declined()

    def __call__(self, request: Request) -> Answer:
        """The answer to `request`, whole; the server cuts it at `max_tokens`."""
        if kind_of(request).planning:
            return self._plan(request)
        return _continued(request, self._edit(request))

    def _plan(self, request: Request) -> Answer:
        brief = brief_in(request.messages)
        if brief is None:
            return calls(NOTHING, {"reason": "The request holds no brief a rehearsal could read."})
        if refusal := _refused(request.messages[-1]["content"]):
            return calls(NOTHING, {"reason": f"The task I proposed was not accepted: {refusal}"})
        view = View(brief, request.system_text, request.model, request.searching)
        return planner.answer(view, self._declined)

    def _edit(self, request: Request) -> Answer:
        try:
            editing = editing_in(request.system_text, request.messages)
        except UnreadableError as error:
            return says(f"I changed nothing: {error}.")
        if editing is None:
            return says(INTRODUCTION)
        reply = editor.edit(editing, partial(tokens, model=request.model), request.max_tokens)
        if reply.reason:
            self._declined.note(editing.task, reply.reason)
        return says(reply.text)


def kind_of(request: Request) -> Kind:
    """What `request` is for."""
    planning = {PROPOSE, NOTHING} <= request.offered
    texts = (request.system_text, *map(text_of_blocks, request.messages))
    return Kind(planning, not planning and any("SEARCH/REPLACE" in text for text in texts), request.searching)


def bad_edit(request: Request) -> Answer:
    """An edit that matches nothing."""
    try:
        editing = editing_in(request.system_text, request.messages)
    except UnreadableError:
        editing = None
    return says(INTRODUCTION if editing is None else editor.unmatched(editing, "A sentence the rehearsal made up."))


def _refused(content: list[dict[str, Any]]) -> str:
    """What the caller said against the last task, when it answers one with an error."""
    results = [block for block in content if block.get("type") == "tool_result" and block.get("is_error")]
    told = results[-1].get("content", "") if results else ""
    if isinstance(told, list):
        told = " ".join(block.get("text", "") for block in told if isinstance(block, dict))
    return str(told) or ("no reason was given" if results else "")


def _continued(request: Request, answer: Answer) -> Answer:
    """The rest of `answer` when the conversation ends with its beginning."""
    last = request.messages[-1]
    block = answer.blocks[0]
    if last["role"] == "assistant" and isinstance(block, Text):
        begun = text_of_blocks(last)
        if begun and block.text.startswith(begun):
            return says(block.text[len(begun) :])
    return answer
