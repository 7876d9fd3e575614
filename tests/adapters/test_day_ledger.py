"""The user's ledger of the day: real files, real processes, and one that is killed with a call in the air."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import portalocker
import pytest

import kinos
from kinos.adapters.day_ledger import FileDayLedger, ledger_file
from kinos.adapters.whole_file import HALF
from kinos.domain.errors import BudgetError, SetupError

TODAY = date(2026, 3, 21)

_ENGINE = """
import sys
from datetime import date
from pathlib import Path
from kinos.adapters.day_ledger import FileDayLedger
from kinos.domain.errors import BudgetError
ledger, day, granted = FileDayLedger(Path(sys.argv[1]), 60.0), date(2026, 3, 21), 0
for line in sys.stdin:
    try:
        name, total = ledger.reserve(day, 0.25, 10.0)
    except BudgetError:
        continue
    finally:
        print("asked", flush=True)
    granted += 1
    if line == "settle\\n":
        ledger.settle(day, name, 0.125)
print(granted)
"""


def engine(file: Path) -> subprocess.Popen[str]:
    """Another process that asks for 0.25 of 10 US dollars, once for each line it is given; `settle`: it used 0.125."""
    environment = {**os.environ, "PYTHONPATH": str(Path(kinos.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-c", _ENGINE, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kinos" / "spent.json"


@pytest.fixture
def ledger(file: Path) -> FileDayLedger:
    return FileDayLedger(file, patience=0.05)


def test_looking_leaves_nothing_behind(ledger: FileDayLedger, tmp_path: Path) -> None:
    assert ledger.spent(TODAY) == 0.0
    assert list(tmp_path.iterdir()) == []


def test_every_ledger_on_the_file_sees_what_any_of_them_spent(file: Path, ledger: FileDayLedger) -> None:
    name, total = ledger.reserve(TODAY, 0.5, 20)
    assert total == FileDayLedger(file).spent(TODAY) == 0.5
    assert FileDayLedger(file).reserve(TODAY, 0.25, 20)[1] == 0.75
    assert FileDayLedger(file).settle(TODAY, name, 0.125) == ledger.spent(TODAY) == 0.375
    assert ledger.settle(TODAY, name, 0.125) == 0.375


def test_tokens_without_a_price_are_shared_too(file: Path, ledger: FileDayLedger) -> None:
    assert ledger.unpriced(TODAY) == 0
    assert ledger.count(TODAY, 1500) == FileDayLedger(file).unpriced(TODAY) == 1500
    assert FileDayLedger(file).count(TODAY, -500) == ledger.unpriced(TODAY) == 1000
    assert ledger.spent(TODAY) == 0.0


def test_it_is_private(file: Path, ledger: FileDayLedger) -> None:
    ledger.reserve(TODAY, 1, 20)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_a_killed_process_has_half_written_is_swept_away_by_the_next(file: Path, ledger: FileDayLedger) -> None:
    ledger.reserve(TODAY, 1, 20)
    (file.parent / f"{file.name}{HALF}123").write_text('{"half', encoding="utf-8")
    (file.parent / f"other.json{HALF}123").write_text("another's", encoding="utf-8")
    ledger.reserve(TODAY, 1, 20)
    assert {path.name for path in file.parent.iterdir()} == {"spent.json", "spent.lock", f"other.json{HALF}123"}
    assert ledger.spent(TODAY) == 2.0


def test_a_refused_reservation_changes_nothing(file: Path, ledger: FileDayLedger) -> None:
    ledger.reserve(TODAY, 1, 1)
    before = file.read_bytes()
    with pytest.raises(BudgetError):
        ledger.reserve(TODAY, 1, 1)
    assert file.read_bytes() == before


def test_a_call_that_ends_after_midnight_is_settled_on_the_day_it_was_made(ledger: FileDayLedger) -> None:
    name, _ = ledger.reserve(TODAY, 1, 20)
    tomorrow = TODAY + timedelta(days=1)
    ledger.reserve(tomorrow, 2, 20)
    ledger.settle(TODAY, name, 0.25)
    assert (ledger.spent(TODAY), ledger.spent(tomorrow)) == (0.25, 2.0)


def test_old_days_are_forgotten_and_the_file_stays_small(file: Path, ledger: FileDayLedger) -> None:
    for number in range(200):
        day = TODAY + timedelta(days=number // 4)
        name, _ = ledger.reserve(day, 0.01, 20)
        ledger.settle(day, name, 0.005)
    assert list(json.loads(file.read_bytes())) == [(TODAY + timedelta(days=number)).isoformat() for number in (48, 49)]
    assert file.stat().st_size < 300
    assert {path.name for path in file.parent.iterdir()} == {"spent.json", "spent.lock"}


def test_what_two_processes_reserve_at_once_never_passes_the_cap(file: Path) -> None:
    first, second = engine(file), engine(file)
    for process in (first, second):
        assert process.stdin is not None
        process.stdin.write("keep\n" * 30)
        process.stdin.close()
    granted = []
    for process in (first, second):
        with process:
            assert process.stdout is not None
            granted.append(int(process.stdout.read().splitlines()[-1]))
    assert sum(granted) == 40
    assert FileDayLedger(file).spent(TODAY) == 10.0


def test_what_a_killed_process_had_reserved_counts_in_full(file: Path, ledger: FileDayLedger) -> None:
    with engine(file) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in ("settle\n", "keep\n"):
            process.stdin.write(line)
            process.stdin.flush()
            assert process.stdout.readline() == "asked\n"
        process.kill()
    assert ledger.spent(TODAY) == 0.375
    with pytest.raises(BudgetError, match=r"0\.38 of the 1\.00"):
        ledger.reserve(TODAY, 0.75, 1.0)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"2026-03-21": 5}', b"\xff", b"null"])
def test_a_damaged_file_is_a_refusal_that_says_what_mends_it(content: bytes, file: Path, ledger: FileDayLedger) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    said = r"spent\.json is damaged .* Remove it, .*or do without that cap: set budget\.usdPerDay to 0"
    for look in (
        lambda: ledger.spent(TODAY),
        lambda: ledger.reserve(TODAY, 1, 20),
        lambda: ledger.settle(TODAY, "a", 1),
    ):
        with pytest.raises(SetupError, match=said):
            look()
    assert file.read_bytes() == content


@contextmanager
def locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("a") as lock:
        portalocker.lock(lock, portalocker.LOCK_EX)
        yield


def test_a_lock_that_is_never_given_back_is_a_refusal_and_looking_needs_none(file: Path, ledger: FileDayLedger) -> None:
    name, _ = ledger.reserve(TODAY, 1, 20)
    with locked(file):
        with pytest.raises(SetupError, match=r"spent\.lock is held by another process.*End that process, or"):
            ledger.reserve(TODAY, 1, 20)
        with pytest.raises(SetupError):
            ledger.settle(TODAY, name, 0)
        assert ledger.spent(TODAY) == 1.0


def test_a_disk_that_refuses_is_a_refusal_and_nothing_is_granted(
    file: Path, ledger: FileDayLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.reserve(TODAY, 1, 20)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SetupError, match=r"cannot be written: No space left on device\. Free some space"):
        ledger.reserve(TODAY, 1, 20)
    assert ledger.spent(TODAY) == 1.0


def test_a_folder_in_its_place_is_a_refusal(file: Path, ledger: FileDayLedger) -> None:
    file.mkdir(parents=True)
    with pytest.raises(SetupError, match="cannot be read: Is a directory"):
        ledger.spent(TODAY)


def test_a_place_that_cannot_be_made_is_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "kinos").write_text("in the way", encoding="utf-8")
    with pytest.raises(SetupError, match="cannot be written"):
        FileDayLedger(tmp_path / "kinos" / "spent.json").reserve(TODAY, 1, 20)


def test_a_reservation_is_on_the_disk_before_it_is_granted(
    file: Path, ledger: FileDayLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []

    def look(handle: int) -> None:
        folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        flushed.append("folder" if folder else Path(f"/proc/self/fd/{handle}").read_text(encoding="utf-8"))

    monkeypatch.setattr(os, "fsync", look)
    name, _ = ledger.reserve(TODAY, 1, 20)
    assert flushed == [file.read_text(encoding="utf-8"), "folder"]
    assert name in flushed[0]


def test_it_is_kept_in_the_users_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert ledger_file() == tmp_path / "kinos" / "spent.json"
