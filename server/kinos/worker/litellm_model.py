"""A model that is not Claude, asked over litellm: OpenAI and what speaks its protocol, Ollama, and whatever litellm names."""

from collections.abc import Mapping, Sequence
from typing import Any

import litellm
from litellm.llms.openai.openai import OpenAIChatCompletion

from kinos.domain.address import provider_of
from kinos.domain.message import EditCall, PlanCall
from kinos.worker.bound import most_tokens
from kinos.worker.chat_stream import ChatStream
from kinos.worker.fault import streaming
from kinos.worker.gate import Gate
from kinos.worker.once import once
from kinos.worker.reply import Reply, Tool, Turn
from kinos.worker.speech import Speech

_OLLAMA = "ollama/"
_CHAT = "ollama_chat/"
"""What litellm calls Ollama's `/api/chat`; its `ollama/` is `/api/generate`, which knows no tools."""


def quiet() -> None:
    """Keep litellm from printing advice, and from refusing parameters a provider does not know. Once a process."""
    litellm.suppress_debug_info = True
    litellm.drop_params = True
    litellm.disable_streaming_logging = True  # else a thread for each piece of an answer
    litellm._logging._disable_debugging()
    once(OpenAIChatCompletion)


class LitellmModel:
    """The model of `call`, by the name litellm knows it."""

    def __init__(self, call: PlanCall | EditCall, gate: Gate) -> None:
        self._call = call
        self._gate = gate
        self._speech = Speech(gate.line, gate.deadline)

    def ask(self, turns: Sequence[Turn], tools: Sequence[Tool] = ()) -> Reply:
        """The answer to `turns`. Raises FaultError."""
        functions = [_function(tool) for tool in tools]
        bound = most_tokens(self._call.model, [str(functions or ""), *(str(dict(turn)) for turn in turns)])
        request = {**self._parameters(bound), "messages": [dict(turn) for turn in turns]}
        if functions:
            request["tools"] = functions
        return self._gate.ask(
            bound,
            self._call.max_tokens,
            lambda seconds: self._heard(request, seconds),
            lambda reply: reply.usage,
        )

    def correction(self, reply: Reply, problem: str) -> Sequence[Turn]:
        """Words, which every server takes: some know no results of tools."""
        return [{"role": "user", "content": problem}]

    def _parameters(self, bound: int) -> Mapping[str, Any]:
        call = self._call
        parameters: dict[str, Any] = {
            "model": call.model.replace(_OLLAMA, _CHAT, 1) if call.model.startswith(_OLLAMA) else call.model,
            "max_tokens": call.max_tokens,
            "num_retries": 0,  # the gate tries again
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        # OpenAI's library does not go without a key; a server on this machine may.
        if key := call.endpoint.api_key or ("none" if provider_of(call.model) == "openai" else ""):
            parameters["api_key"] = key
        if call.endpoint.base_url:
            parameters["api_base"] = call.endpoint.base_url
        if call.temperature is not None:
            parameters["temperature"] = call.temperature
        if parameters["model"].startswith(_CHAT):
            parameters["num_ctx"] = bound + call.max_tokens  # Ollama drops what is longer without a word
        return parameters

    def _heard(self, request: Mapping[str, Any], seconds: float) -> Reply:
        answer = ChatStream()
        stream = litellm.completion(**request, timeout=seconds)
        with streaming(), self._gate.deadline.expecting(self._call.stall) as came:
            for chunk in stream:
                came()
                self._speech.say(answer.add(chunk))
        self._speech.end()
        return answer.reply(stream.received_finish_reason is not None, stream.chunks)


def _function(tool: Tool) -> Mapping[str, Any]:
    """The tool as OpenAI describes it."""
    function = {"name": tool["name"], "description": tool["description"], "parameters": tool["input_schema"]}
    return {"type": "function", "function": function}
