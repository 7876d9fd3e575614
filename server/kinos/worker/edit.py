"""Carrying out one task with aider in a private folder: one run, every model call of it streamed, through the gate."""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, override

import aider.models
import litellm

from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import EditCall, Edited
from kinos.worker.coder import Coder, StoppedError
from kinos.worker.folder import Folder, strayed
from kinos.worker.gate import Gate
from kinos.worker.provider import provider
from kinos.worker.reply import Reply, Stop

DELETING = "To delete a file, replace all of its lines with nothing."
"""Said to the model with each task: aider's format has no other word for it."""


def edit(call: EditCall, gate: Gate) -> Edited:
    """The files changed in `call.folder`; none when the model said in words that it will not. Raises FaultError."""
    folder = Folder(call.folder, call.files)
    with _silence():
        model = _Model(call, gate)
        try:
            coder = Coder(model, folder)
            coder.run(with_message=f"{call.message}\n{DELETING}\n", preproc=False)
        except StoppedError as stopped:
            raise stopped.reason from stopped
    folder.drop_empty()
    changed = folder.changed()
    if coder.failure:
        raise FaultError(FailureKind.INTERNAL, f"aider failed: {coder.failure}.")
    if coder.stray:
        raise strayed(coder.stray)
    if coder.problem:
        raise gate.source.fault(FailureKind.NO_MATCH, _summary(coder.problem))
    return Edited(changed, "\n\n".join(model.said), gate.spent)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """aider prints the documents and the answer; both are the person's, and no matter for a log."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def _summary(problem: str) -> str:
    """One line of what the model was told about its blocks; aider quotes the blocks themselves before `^^^`."""
    _, quoted, reason = problem.rpartition("^^^ ")
    return (reason if quoted else problem).partition("\n")[0].lstrip("# ")


class _Model(aider.models.Model):  # type: ignore[misc]
    """aider's model, each call of which passes the gate. `said` are its answers."""

    def __init__(self, call: EditCall, gate: Gate) -> None:
        self._asked = provider(call, gate)
        self._source = gate.source
        self.said: list[str] = []
        super().__init__(call.model, weak_model=False, editor_model=False)
        self.edit_format = "diff"
        self.streaming = False

    @override
    def get_model_info(self, model: str) -> Mapping[str, Any]:
        """Nothing: aider would ask the network, and the API itself knows its window best."""
        return {}

    @override
    def validate_environment(self) -> Mapping[str, Any]:
        return {"keys_in_environment": True, "missing_keys": []}  # the key comes with the call

    @override
    def token_count(self, messages: object) -> int:
        return 0  # only compared with the window, which is not given above

    @override
    def send_completion(
        self, messages: list[dict[str, Any]], functions: object, stream: bool, temperature: float | None = None
    ) -> tuple[Any, Any]:
        """The answer to `messages`. Raises StoppedError at any fault: aider would try again by its own rules, for 81 s."""
        try:
            text = self._text(self._asked.ask(messages))
        except FaultError as error:
            raise StoppedError(error) from error
        self.said.append(text)
        return hashlib.sha1(usedforsecurity=False), _completion(text)  # aider keeps the hash, and never looks at it

    def _text(self, reply: Reply) -> str:
        """What the model said. Raises FaultError when that is cut off, or nothing."""
        if stop := _STOPS.get(reply.stop):
            raise self._source.fault(*stop)
        if not reply.text.strip():
            raise self._source.fault(FailureKind.EMPTY_ANSWER)
        if re.search("[\ud800-\udfff]", reply.text):  # JSON can say that, a file cannot hold it
            raise self._source.fault(FailureKind.NO_MATCH, "the answer holds half a character")
        return reply.text


_STOPS: Mapping[Stop, tuple[FailureKind, str]] = {
    Stop.CUT_OFF: (FailureKind.CUT_OFF, ""),
    Stop.CONTEXT: (FailureKind.CONTEXT_TOO_LONG, ""),
    Stop.REFUSED: (FailureKind.EMPTY_ANSWER, "it refused"),
}
"""Ends that leave half an answer, or none."""


def _completion(text: str) -> object:
    """A whole answer as aider reads it."""
    message = {"role": "assistant", "content": text}
    return litellm.ModelResponse(choices=[{"message": message, "finish_reason": "stop"}])
