"""Seconds to count the installed Markdown once, from nothing loaded: `python -m bench.count kinos|ctok|tiktoken`."""

import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from bench.corpus import installed


def _kinos() -> Callable[[str], object]:
    from kinos.tokens.counter import counter_for

    return counter_for("claude-v4.8").count


def _ctok() -> Callable[[str], object]:
    import ctok

    return lambda text: ctok.token_count(text, "4.8")


def _tiktoken() -> Callable[[str], object]:
    found = find_spec("litellm")
    assert found is not None
    assert found.origin is not None
    os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(found.origin).parent / "litellm_core_utils" / "tokenizers")
    import tiktoken

    encoding = tiktoken.get_encoding("cl100k_base")
    return lambda text: encoding.encode(text, disallowed_special=())


def main() -> None:
    """Print the seconds."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts = installed()
    make = {"kinos": _kinos, "ctok": _ctok, "tiktoken": _tiktoken}[sys.argv[1]]
    began = time.perf_counter()
    count = make()
    for text in texts:
        count(text)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
