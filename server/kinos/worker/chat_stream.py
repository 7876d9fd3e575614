"""The stream litellm makes of any provider's answer: chunks as of OpenAI's chat completions."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kinos.domain.usage import Usage
from kinos.worker.fault import BROKE, NO_ANSWER, StreamError
from kinos.worker.reply import Reply, Stop, ToolCall

_STOPS: Mapping[str, Stop] = {
    "length": Stop.CUT_OFF,
    "model_context_window_exceeded": Stop.CONTEXT,
    "refusal": Stop.REFUSED,
    "content_filter": Stop.REFUSED,
}
"""litellm's finish reasons that leave half an answer, or none."""


@dataclass(slots=True)
class _Call:
    id: str
    name: str = ""
    arguments: str = ""

    def whole(self) -> ToolCall:
        try:
            return ToolCall(self.name, json.loads(self.arguments or "{}"), self.id)
        except (ValueError, RecursionError):
            return ToolCall(self.name, self.arguments, self.id)


class ChatStream:
    """Takes the chunks of one answer in, in order."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._calls: list[_Call] = []
        self._latest: dict[int, _Call] = {}
        self._finish = ""

    def add(self, chunk: Any) -> str:
        """Take `chunk` in; returns what the model has said with it, often nothing."""
        said = ""
        for choice in chunk.choices[:1]:
            self._finish = choice.finish_reason or self._finish
            said = choice.delta.content or ""
            self._text.append(said)
            for used in choice.delta.tool_calls or ():
                said += self._grow(used)
        return said

    def reply(self, finished: bool, chunks: Iterable[Any]) -> Reply:
        """The whole answer. Raises StreamError when it has not `finished` by the provider's word.

        litellm ends every stream with a chunk of its own that says so, and makes up what was used: both are taken from what
        the provider sent, `chunks`.
        """
        chunks = list(chunks)
        if not finished:
            raise StreamError(BROKE if chunks else NO_ANSWER)
        text = "".join(self._text)
        calls = tuple(call.whole() for call in self._calls)
        said = "\n".join([text, *(f"{call.name}({call.arguments})" for call in self._calls)]).strip()
        turn = {"role": "assistant", "content": said}
        return Reply(text, calls, _STOPS.get(self._finish, Stop.DONE), _usage(chunks), turn)

    def _grow(self, used: Any) -> str:
        call = self._latest.get(used.index)
        if call is None or (used.id and used.id != call.id):  # Ollama numbers the calls of each chunk anew
            call = self._latest[used.index] = _Call(used.id or "")
            self._calls.append(call)
        call.name = call.name or used.function.name or ""
        call.arguments += used.function.arguments or ""
        return str(used.function.arguments or "")


def _usage(chunks: Iterable[Any]) -> Usage | None:
    """What the provider says, in the last chunk that says anything."""
    said = [usage for chunk in chunks if (usage := getattr(chunk, "usage", None)) and usage.prompt_tokens]
    if not said:
        return None
    usage = said[-1]
    details = getattr(usage, "prompt_tokens_details", None)
    read = getattr(usage, "cache_read_input_tokens", 0) or getattr(details, "cached_tokens", 0) or 0
    write = getattr(usage, "cache_creation_input_tokens", 0) or 0
    # litellm counts cached tokens among the prompt's.
    return Usage(max(usage.prompt_tokens - read - write, 0), usage.completion_tokens or 0, read, write, calls=1)
