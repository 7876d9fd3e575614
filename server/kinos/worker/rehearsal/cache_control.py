"""Cache breakpoints: every `cache_control` of a request, in the order in which the API processes them."""

from collections.abc import Iterator, Sequence

from kinos.worker.rehearsal.content import Block, InvalidError

MAX_BREAKPOINTS = 4


def check(tools: Sequence[Block], system: Sequence[Block], messages: Sequence[Block], whole: object) -> None:
    """Raises InvalidError for a wrong breakpoint, for more than four, and for a longer one after a shorter one.

    `whole` is the request's own `cache_control`: it counts, and stands for one on the last block.
    """
    placed = [(where, block["cache_control"]) for where, block in _placed(tools, system, messages)]
    found = [(where, control) for where, control in [*placed, ("", whole)] if control is not None]
    shorter = False
    for where, control in found:
        lasting = _ttl(control, where)
        if lasting == "1h" and shorter:
            raise InvalidError(
                f"{where}cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. "
                "Note that blocks are processed in the following order: `tools`, `system`, `messages`."
            )
        shorter = shorter or lasting == "5m"
    if len(found) > MAX_BREAKPOINTS:
        raise InvalidError(
            f"A maximum of {MAX_BREAKPOINTS} blocks with cache_control may be provided. Found {len(found)}."
        )


def _placed(tools: Sequence[Block], system: Sequence[Block], messages: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    for where, block in _blocks(tools, system, messages):
        if "cache_control" in block:
            yield where, block


def _blocks(tools: Sequence[Block], system: Sequence[Block], messages: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    yield from ((f"tools.{index}.", tool) for index, tool in enumerate(tools))
    yield from ((f"system.{index}.", block) for index, block in enumerate(system))
    for index, message in enumerate(messages):
        for number, block in enumerate(message["content"]):
            where = f"messages.{index}.content.{number}."
            inner = block.get("content") if block.get("type") == "tool_result" else None
            if isinstance(inner, list):
                yield from ((f"{where}tool_result.content.{n}.", one) for n, one in enumerate(inner))
            yield where, block


def _ttl(control: object, where: str) -> str:
    if not isinstance(control, dict) or control.get("type") != "ephemeral":
        raise InvalidError(f"{where}cache_control.type: Input should be 'ephemeral'")
    lasting = control.get("ttl", "5m")
    if lasting not in ("5m", "1h"):
        raise InvalidError(f"{where}cache_control.ttl: Input should be '5m' or '1h'")
    return str(lasting)
