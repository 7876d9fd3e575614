"""The planner's web search: offered as often as its agent may search, read from the answers, and never made up."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from kinos.domain.address import is_claude
from kinos.domain.citation import invented
from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import PlanCall
from kinos.domain.printable import UNPRINTABLE
from kinos.domain.task import NothingToDo, Task
from kinos.worker.reply import Reply, Tool, Turn
from kinos.worker.source import Source

NAME = "web_search"
TYPE = "web_search_20250305"
"""The version in which every result reaches the model by itself: all models and platforms that search have it, and it runs no
code. https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool
"""
RESULT = 20_000
"""Tokens; more than the results of one search were seen to add to what the model reads. The API does not say what they may."""
MOST_TITLE = 200
"""Characters of a page's title that are kept."""
MOST_SOURCES = 60
"""Sources that are handed on: more than the results of several searches."""

_ENOUGH = "max_uses_exceeded"
"""No failure: the model would have searched on."""
_TOOL_REFUSED = re.compile(r"web[ _]?search|server tools?|tool types?", re.IGNORECASE)


def tool(most: int) -> Tool:
    """The tool of the Messages API, for at most so many searches in one request."""
    return {"type": TYPE, "name": NAME, "max_uses": most}


def searches_in(tools: Sequence[Tool]) -> int:
    """How many web searches a request that offers `tools` may make."""
    return sum(tool["max_uses"] for tool in tools if tool.get("type") == TYPE)


def most_read(tokens: int, searches: int) -> int:
    """How many input tokens a request of `tokens` comes to at most when it searches: after each search all is read again."""
    return tokens * (searches + 1) + RESULT * searches * (searches + 1) // 2


class Search:
    """The web search of one plan call: what it may still do, and what it returned.

    Raises FaultError (`no-web-search`) at once when the call asks for one that its model cannot make.
    """

    def __init__(self, call: PlanCall, source: Source) -> None:
        self._call = call
        self._source = source
        self._left = call.searches
        self._found: dict[str, str] = {}
        self._failed: list[str] = []
        self._worked = False
        if call.searches and not is_claude(call.model):
            raise self._none("only Claude has a web search that KinOS can use")

    def tools(self) -> Sequence[Tool]:
        """The tool, where the agent may search.

        It stays offered once all searches are made, for one more: a conversation with searches in it may need it.
        """
        return [tool(max(self._left, 1))] if self._call.searches else []

    def asked(self, ask: Callable[[], Reply]) -> Reply:
        """What `ask` returns, with its searches taken in. Raises FaultError, of its own kind when the API refuses the tool."""
        try:
            reply = ask()
        except FaultError as error:
            refused = error.kind in (FailureKind.BAD_REQUEST, FailureKind.PERMISSION)
            if self._call.searches and refused and _TOOL_REFUSED.search(error.message):
                raise self._none(error.message) from error
            raise
        self._hear(reply.turn)
        return reply

    def problem(self, outcome: Task | NothingToDo) -> str:
        """What is wrong with `outcome`, so that it can be told; empty when nothing is.

        Raises FaultError when every search failed: whatever the outcome says, it rests on no search.
        """
        if self._failed and not self._worked:
            raise self._none(f"the search failed ({', '.join(dict.fromkeys(self._failed))})")
        if not self._call.searches or isinstance(outcome, NothingToDo):
            return ""
        said = f"{outcome.title}\n{outcome.why}\n{outcome.instructions}"
        if made_up := invented(said, [self._call.brief, *self._found]):
            names = ", ".join(made_up)
            return (
                f"No search returned {names}, and you were not shown it: leave out what rests on it, or search for it."
            )
        return ""

    def told(self, outcome: Task | NothingToDo) -> Task | NothingToDo:
        """`outcome` with the sources that the searches returned, and with what failed of them."""
        lost = f" (Of the web searches some failed: {', '.join(dict.fromkeys(self._failed))}.)" if self._failed else ""
        if isinstance(outcome, NothingToDo):
            return NothingToDo(outcome.reason + lost)
        sources = tuple(f"{title} — {url}" for url, title in self._found.items())
        return Task(outcome.title, outcome.why + lost, outcome.files, outcome.instructions, sources[:MOST_SOURCES])

    def _hear(self, turn: Turn) -> None:
        for block in turn["content"] if self._call.searches else ():
            if block.get("type") == "web_search_tool_result":
                self._result(block.get("content"))

    def _result(self, content: Any) -> None:
        if isinstance(content, Mapping):
            code = str(content.get("error_code") or "unknown")
            if code != _ENOUGH:
                self._failed.append(code)
            return
        self._left -= 1
        self._worked = True
        for page in content or ():
            url = str(page.get("url") or "")
            if _is_address(url):
                age = f", {_line(page['page_age'])}" if page.get("page_age") else ""
                self._found.setdefault(url, f"{_line(page.get('title') or url)}{age}")

    def _none(self, why: str) -> FaultError:
        return self._source.fault(FailureKind.NO_SEARCH, why)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.netloc)
        and not re.search(r"\s", url)
        and not UNPRINTABLE.search(url)
    )


def _line(text: object) -> str:
    """Words from the web on one line, without what a terminal would obey."""
    flat = " ".join(UNPRINTABLE.sub(" ", str(text)).split())
    return flat if len(flat) <= MOST_TITLE else f"{flat[: MOST_TITLE - 1]}…"
