"""Claude, asked over the anthropic SDK: a stream of server-sent events an answer, the stable part of a request cached."""

import ssl
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import anthropic
import httpx2

from kinos.domain.address import ANTHROPIC
from kinos.domain.message import EditCall, PlanCall
from kinos.worker.bound import most_tokens
from kinos.worker.claude_stream import ClaudeStream
from kinos.worker.fault import streaming
from kinos.worker.gate import Gate
from kinos.worker.reply import Reply, Tool, Turn
from kinos.worker.search import most_read, searches_in
from kinos.worker.speech import Speech

OLDER = "2023-06-01"
"""The last version of the API that knows `temperature`. Models from Opus 4.7 on refuse it all the same."""


@cache
def trusted() -> ssl.SSLContext:
    """The certificates to trust. Reading them takes 36 ms, two thirds of what a plan call costs beside the model: so a fork
    server reads them before any child is there.
    """
    return httpx2.create_ssl_context()


class Claude:
    """The Messages API at the endpoint of `call`; the rehearsal model speaks it too, whatever the model is called."""

    def __init__(self, call: PlanCall | EditCall, gate: Gate) -> None:
        self._call = call
        self._gate = gate
        self._speech = Speech(gate.line, gate.deadline)

    def ask(self, turns: Sequence[Turn], tools: Sequence[Tool] = ()) -> Reply:
        """The answer to `turns`. Raises FaultError."""
        request = self._request(turns, tools)
        texts = [str(request.get("tools", "")), *(str(turn["content"]) for turn in turns)]
        searches = searches_in(tools)
        return self._gate.ask(
            most_read(most_tokens(self._call.model, texts), searches),
            self._call.max_tokens,
            lambda seconds: self._heard(request, seconds),
            lambda reply: reply.usage,
            searches,
        )

    def correction(self, reply: Reply, problem: str) -> Sequence[Turn]:
        """A result for every tool call, as the API wants it, else words."""
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "is_error": True, "content": problem}
            for call in reply.calls
        ]
        return [{"role": "user", "content": results or [{"type": "text", "text": problem}]}]

    def _request(self, turns: Sequence[Turn], tools: Sequence[Tool]) -> dict[str, Any]:
        """What changes comes after what stays: tools and system are cached as one, the turns follow."""
        call = self._call
        request: dict[str, Any] = {
            "model": call.model.removeprefix("anthropic/"),
            "max_tokens": call.max_tokens,
            "messages": [dict(turn) for turn in turns if turn["role"] != "system"],
        }
        system = [{"type": "text", "text": turn["content"]} for turn in turns if turn["role"] == "system"]
        if system:
            system[-1]["cache_control"] = {"type": "ephemeral"}
            request["system"] = system
        if tools:
            # Claude 5.5 refuses "any"; the brief says that a tool is to be called, and whoever does not is asked again.
            choice = {"type": "auto", "disable_parallel_tool_use": True}
            request |= {"tools": list(tools), "tool_choice": choice}
        if call.temperature is not None:  # gone from the API's newer version, which the SDK speaks
            request |= {"extra_body": {"temperature": call.temperature}, "extra_headers": {"anthropic-version": OLDER}}
        return request

    def _heard(self, request: Mapping[str, Any], seconds: float) -> Reply:
        endpoint = self._call.endpoint
        answer = ClaudeStream()
        with (
            anthropic.Anthropic(
                api_key=endpoint.api_key,
                base_url=endpoint.base_url or ANTHROPIC,
                max_retries=0,
                open_telemetry=False,
                http_client=anthropic.DefaultHttpxClient(verify=trusted()),
            ) as client,
            client.messages.create(**request, stream=True, timeout=seconds) as stream,
            streaming(),
            self._gate.deadline.expecting(self._call.stall) as came,
        ):
            # The SDK's own reading leaves out the pings, which are signs of life, and trusts what it reads.
            for event in stream.raw_events(stream.response):
                came()
                if event.data:
                    self._speech.say(answer.add(event.json()))
        self._speech.end()
        return answer.reply()
