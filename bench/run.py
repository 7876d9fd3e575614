"""Measures every promise about speed and memory as a ratio to a peer in the same run. `make bench`.

Prints a Markdown table, and with `--json FILE` writes an object too. Exits 1 and names the rows when a promise is not kept.
Names of rows (`first-count`, `map`, …) as arguments measure only those.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import team
from bench.corpus import document, installed
from bench.editor import ASKING, BARE, KIN, editing, keystrokes, requests, started
from bench.place import Place
from bench.row import Row, as_json, median, percentile, table

RUNS = 5
KEYSTROKES = 900
REQUESTS = 600
PAUSE = 0.004
"""Seconds between keystrokes: so that typing goes on for as long as a first scan takes."""
DOCUMENTS = 10_000


def first_count(place: Place) -> list[Row]:
    """Everything from an empty process: loading the tokenizer, and one count of each text; one core."""
    installed()
    names = ("kinos", "ctok", "tiktoken")
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(RUNS):
        for name in names:
            times[name].append(place.seconds("count", name))
    ours, ctok, tiktoken = (median(times[name]) for name in names)
    size = sum(len(text.encode()) for text in installed()) / 1e6
    return [
        Row(
            f"first count of {size:.1f} MB of Markdown, one core, empty caches", "ctok", "s", ours, ctok, ctok / ours,
            at_least=10, aim=ctok / tiktoken, note="the aim is tiktoken's speed", more={"tiktoken": tiktoken},
        )
    ]  # fmt: skip


def project_map(place: Place) -> list[Row]:
    """The complete map, with a warm cache, against a walk that stats every file and reads nothing; both in a process."""
    root = str(place.root(DOCUMENTS))
    place.seconds("map", "kinos", root)  # fills the cache
    ours, walk = ([place.seconds("map", name, root) for _ in range(RUNS)] for name in ("kinos", "walk"))
    return [
        Row(
            f"complete map of {DOCUMENTS:,} documents, warm cache", "walk that stats", "ms", median(ours) * 1000,
            median(walk) * 1000, median(ours) / median(walk), at_most=4, aim=2,
        )
    ]  # fmt: skip


def typing(place: Place) -> list[Row]:
    """From didChange on the wire to publishDiagnostics on the wire: the median of each run's p95, runs taken in turn."""
    small, large = document(50_000), document(1_000_000)
    empty, full = place.folder / "empty", place.root(DOCUMENTS)
    empty.mkdir(exist_ok=True)
    times: dict[str, list[float]] = {"bare": [], "ours": [], "scanning": [], "bare, large": [], "ours, large": []}
    for run in range(RUNS):
        no_cache = str(place.folder / f"no cache {run}")
        for name, keys in (
            ("bare", _keys(place, BARE, empty, small)),
            ("ours", _keys(place, KIN, empty, small)),
            ("scanning", _keys(place, KIN, full, small, XDG_CACHE_HOME=no_cache)),
            ("bare, large", _keys(place, BARE, empty, large)),
            ("ours, large", _keys(place, KIN, empty, large)),
        ):
            times[name].append(percentile(keys, 0.95))
    return [
        _typed("keystroke in a 50 KB document, p95", times["ours"], times["bare"]),
        _typed("the same while the first scan of 10,000 documents runs", times["scanning"], times["bare"]),
        _typed("keystroke in a 1 MB document, p95", times["ours, large"], times["bare, large"]),
    ]


def _typed(name: str, ours: Sequence[float], bare: Sequence[float]) -> Row:
    mine, peer = median(ours), median(bare)
    return Row(name, "bare pygls", "ms", mine, peer, mine / peer, at_most=2)


def _keys(place: Place, command: Sequence[str], root: Path, text: str, **environment: str) -> list[float]:
    with editing(command, root, {**place.environment, **environment}) as editor:
        uri = (root / "typed.md").as_uri()
        editor.open(uri, text)
        return keystrokes(editor, uri, text, KEYSTROKES, PAUSE)


def start(place: Place) -> list[Row]:
    """From nothing to the answer to `initialize`, in turn."""
    root = place.folder / "started"
    root.mkdir(exist_ok=True)
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(3 * RUNS + 1):
        times["bare"].append(started(BARE, root, place.environment))
        times["ours"].append(started(KIN, root, place.environment))
    ours, bare = (median(times[name][1:]) * 1000 for name in ("ours", "bare"))  # the first of each wrote the bytecode
    return [
        Row(
            "start of the server until `initialize` is answered",
            "bare pygls",
            "ms",
            ours,
            bare,
            ours / bare,
            at_most=1.25,
        )
    ]


def asking(place: Place) -> list[Row]:
    """A request's p95 while the first scan runs, against the same server once it is over."""
    text, root = document(50_000), place.root(DOCUMENTS)
    uri = (root / "asked.md").as_uri()
    times: dict[str, list[float]] = {"scanning": [], "idle": []}
    for run in range(RUNS):
        environment = {**place.environment, "XDG_CACHE_HOME": str(place.folder / f"no cache for requests {run}")}
        with editing(KIN, root, environment, ASKING) as editor:
            editor.open(uri, text)
            times["scanning"].append(percentile(requests(editor, uri, text, REQUESTS, PAUSE), 0.95))
            editor.until("kinos/status", lambda params: params["documents"]["count"] >= DOCUMENTS)
            times["idle"].append(percentile(requests(editor, uri, text, REQUESTS, PAUSE), 0.95))
    scanning, idle = median(times["scanning"]), median(times["idle"])
    return [
        Row(
            f"request p95 while the first scan of {DOCUMENTS:,} documents runs", "idle", "ms", scanning, idle,
            scanning / idle, at_most=2,
        )
    ]  # fmt: skip


def memory(place: Place) -> list[Row]:
    """The server's resident memory once every document is counted, against a bare server's; its counter is another process."""
    rows: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(RUNS):
        with editing(BARE, place.folder, place.environment) as editor:
            rows["bare"].append(team.resident(editor.pid))
        with editing(KIN, place.root(DOCUMENTS), place.environment) as editor:
            editor.until("kinos/status", lambda params: params["documents"]["count"] >= DOCUMENTS)
            rows["ours"].append(team.resident(editor.pid))
    ours, bare = median(rows["ours"]), median(rows["bare"])
    return [
        Row(f"server memory with {DOCUMENTS:,} documents", "bare pygls", "MB", ours, bare, ours / bare, at_most=3)
    ]  # fmt: skip


def check(place: Place) -> list[Row]:
    """The whole process, with no cache."""
    file = place.folder / "checked.md"
    file.write_text(document(20_000), encoding="utf-8")
    code = f"import ctok; ctok.token_count(open({str(file)!r}, encoding='utf-8').read(), '4.8')"
    ours, peer = [], []
    for _ in range(2 * RUNS + 1):
        ours.append(_process(place, ["-m", "kinos", "check", "checked.md"]))
        peer.append(_process(place, ["-c", code]))
    del ours[0], peer[0]  # the first of each wrote the bytecode
    mine, other = median(ours), median(peer)
    return [
        Row(
            "`kin check` of one 20 KB file, whole process", "ctok, one call", "ms", mine * 1000, other * 1000, mine / other,
            at_most=0.6,
        )
    ]  # fmt: skip


def _process(place: Place, arguments: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env=place.environment, cwd=place.folder, check=False, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def flat(place: Place) -> list[Row]:
    """What a keystroke costs the engine, with more and more documents in the workspace."""
    counts = (100, 1000, DOCUMENTS)
    times: dict[int, list[float]] = {count: [] for count in counts}
    for _ in range(RUNS):
        for count in counts:
            times[count].append(place.seconds("edit", str(count)))
    few, *more = (median(times[count]) * 1e6 for count in counts)
    most = max(more)
    note = ", ".join(f"{count:,}: {median(times[count]) * 1e6:.0f} µs" for count in counts)
    return [
        Row("cost of an edit with 10,000 documents", "with 100", "µs", most, few, most / few, at_most=1.2, note=note)
    ]  # fmt: skip


def landing(place: Place) -> list[Row]:
    """A change of a closed document, from accepted to landed, against its write, flush and rename alone, in turn. How long a
    disk takes to flush differs most of all, so there are more runs.
    """
    times: dict[str, list[float]] = {"kinos": [], "bare": []}
    for _ in range(3 * RUNS):
        for name, runs in times.items():
            runs.append(place.seconds("land", name, str(place.folder)))
    ours, peer = median(times["kinos"]), median(times["bare"])
    return [
        Row(
            "landing a change in a closed 50 KB document", "write, fsync, rename", "ms", ours * 1000, peer * 1000,
            ours / peer, at_most=3,
        )
    ]  # fmt: skip


BENCHES: Mapping[str, Callable[[Place], list[Row]]] = {
    "first-count": first_count,
    "map": project_map,
    "start": start,
    "typing": typing,
    "requests": asking,
    "memory": memory,
    "check": check,
    "flat": flat,
    "landing": landing,
    "cycle": team.cycle,
    "typing-with-team": team.typing,
    "requests-with-team": team.asking,
    "stop": team.stop,
    "memory-with-team": team.memory,
}


def main() -> int:
    """Measure and print; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", choices=[*BENCHES, []], help="which to measure; all without")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kinos-bench-") as folder:
        place = Place(Path(folder))
        rows = [row for name, bench in BENCHES.items() if not given.rows or name in given.rows for row in bench(place)]
    print(table(rows))
    if given.json:
        given.json.write_text(as_json(rows), encoding="utf-8")
    missed = [row.name for row in rows if not row.kept]
    for name in missed:
        print(f"not kept: {name}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
