"""How fast sizes are: the first count, the second, a keystroke; against ctok in the same run. `make bench`.

Each figure is the median of five runs. Prints a table, and with --json one object.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import ctok

from kinos.tokens.counter import counter_for
from kinos.tokens.document import OpenText, TextEdit
from kinos.tokens.position import Encoding, Position

RUNS = 5
KEYSTROKES = 900


def texts() -> list[str]:
    """Markdown of the sample workspace and of this repository, some 300 KB."""
    root = Path(__file__).parents[1]
    files = [*sorted((root / "examples").rglob("*.md")), *sorted((root / "prompts").glob("*.md"))]
    return [file.read_text(encoding="utf-8") for file in files]


def seconds(work: Callable[[], object]) -> float:
    """The median time of `work`."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def keystrokes(size: int) -> list[float]:
    """Seconds of each of 900 keystrokes with the exact total after it, in a document of `size` bytes."""
    chance = random.Random(1)  # noqa: S311
    text = "\n\n".join(texts())
    text = (text * (size // len(text) + 1))[:size]
    counter, document = counter_for("claude-v4.8"), OpenText(text, 0)
    document.count(counter)
    times = []
    for version in range(1, KEYSTROKES + 1):
        place = Position(chance.randrange(document.line_count), 3)
        began = time.perf_counter()
        document.apply([TextEdit(place, place, chance.choice("abc e"))], version, Encoding.UTF16)
        document.count(counter)
        times.append(time.perf_counter() - began)
    return sorted(times)


def main() -> int:
    """Measure and print."""
    all_texts = texts()
    size = sum(len(text.encode()) for text in all_texts)
    ctok.token_count("warm", "4.8")
    plain = seconds(lambda: [ctok.token_count(text, "4.8") for text in all_texts])
    counter = counter_for("claude-v4.8")
    counter.count("warm")
    began = time.perf_counter()
    total = sum(counter.count(text).tokens for text in all_texts)
    first = time.perf_counter() - began
    second = seconds(lambda: [counter.count(text) for text in all_texts])
    rows = {
        "bytes": size,
        "tokens": total,
        "ctok_seconds": round(plain, 3),
        "first_count_seconds": round(first, 3),
        "first_count_ratio_to_ctok": round(plain / first, 2),
        "second_count_ratio_to_ctok": round(plain / second, 1),
        "keystroke_50KB_p95_ms": round(keystrokes(50_000)[KEYSTROKES * 95 // 100] * 1000, 3),
        "keystroke_1MB_p95_ms": round(keystrokes(1_000_000)[KEYSTROKES * 95 // 100] * 1000, 3),
    }
    if "--json" in sys.argv:
        print(json.dumps(rows))
    else:
        for name, value in rows.items():
            print(f"{name:<28} {value:>12,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
