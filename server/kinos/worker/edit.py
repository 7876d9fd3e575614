"""Carrying out one task with aider and litellm in a private folder: one run, every model call of it through the gate."""

import contextlib
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, override

import aider.models
import litellm
from litellm.llms.openai.openai import OpenAIChatCompletion

from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import EditCall, Edited
from kinos.domain.usage import Usage
from kinos.worker.bound import most_tokens
from kinos.worker.coder import Coder, StoppedError
from kinos.worker.fault import PROVIDER, is_claude
from kinos.worker.folder import Folder, strayed
from kinos.worker.gate import Gate
from kinos.worker.once import once

DELETING = "To delete a file, replace all of its lines with nothing."
"""Said to the model with each task: aider's format has no other word for it."""


def quiet() -> None:
    """Keep litellm from printing advice, and from refusing parameters a provider does not know. Once a process."""
    litellm.suppress_debug_info = True
    litellm.drop_params = True
    sys.modules["litellm"]._logging._disable_debugging()
    once(OpenAIChatCompletion)


def edit(call: EditCall, gate: Gate) -> Edited:
    """The files changed in `call.folder`; none when the model said in words that it will not. Raises FaultError."""
    folder = Folder(call.folder, call.files)
    with _silence():
        model = _Model(call, gate)
        coder = Coder(model, folder)
        try:
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
        self._call = call
        self._gate = gate
        self.said: list[str] = []
        super().__init__(_litellm_name(call), weak_model=False, editor_model=False)
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
        bound = most_tokens(self._call.model, [str(message["content"]) for message in messages])
        request = {**(self.extra_params or {}), **self._parameters(bound), "messages": messages}
        try:
            answer = self._gate.ask(
                bound,
                self._call.max_tokens,
                lambda seconds: litellm.completion(**request, timeout=seconds),
                _usage,
            )
            self.said.append(self._text(answer))
        except FaultError as error:
            raise StoppedError(error) from error
        return hashlib.sha1(usedforsecurity=False), answer  # aider keeps a hash of the request, and never looks at it

    def _parameters(self, bound: int) -> Mapping[str, Any]:
        call = self._call
        parameters: dict[str, Any] = {
            "model": self.name,
            "max_tokens": call.max_tokens,
            "stream": False,
            "num_retries": 0,  # the gate tries again
        }
        if call.endpoint.api_key:
            parameters["api_key"] = call.endpoint.api_key
        if base := call.endpoint.base_url or (PROVIDER if is_claude(call.model) else None):
            parameters["api_base"] = base
        if call.temperature is not None:
            parameters["temperature"] = call.temperature
        if self.is_ollama():
            parameters["num_ctx"] = bound + call.max_tokens  # Ollama drops what is longer without a word
        return parameters

    def _text(self, answer: Any) -> str:
        """What the model said. Raises FaultError when that is cut off, or nothing."""
        choice = answer.choices[0]
        text: str = choice.message.content or ""
        if finish := _FINISHES.get(choice.finish_reason):
            raise self._gate.source.fault(*finish)
        if not text.strip():
            raise self._gate.source.fault(FailureKind.EMPTY_ANSWER)
        if re.search("[\ud800-\udfff]", text):  # JSON can say that, a file cannot hold it
            raise self._gate.source.fault(FailureKind.NO_MATCH, "the answer holds half a character")
        return text


_FINISHES: Mapping[str, tuple[FailureKind, str]] = {
    "length": (FailureKind.CUT_OFF, ""),
    "model_context_window_exceeded": (FailureKind.CONTEXT_TOO_LONG, ""),
    "refusal": (FailureKind.EMPTY_ANSWER, "it refused"),
    "content_filter": (FailureKind.EMPTY_ANSWER, "it refused"),
}
"""litellm's finish reasons that leave half an answer, or none."""


def _litellm_name(call: EditCall) -> str:
    """The model's name with litellm's prefix. The rehearsal model speaks Anthropic's protocol, whatever it is called."""
    if is_claude(call.model) or call.endpoint.rehearsal:
        return f"anthropic/{call.model.removeprefix('anthropic/')}"
    return call.model


def _usage(answer: Any) -> Usage | None:
    usage = getattr(answer, "usage", None)
    if usage is None or not usage.prompt_tokens:
        return None
    details = getattr(usage, "prompt_tokens_details", None)
    read = getattr(usage, "cache_read_input_tokens", 0) or getattr(details, "cached_tokens", 0) or 0
    write = getattr(usage, "cache_creation_input_tokens", 0) or 0
    # litellm counts cached tokens among the prompt's.
    return Usage(max(usage.prompt_tokens - read - write, 0), usage.completion_tokens or 0, read, write, calls=1)
