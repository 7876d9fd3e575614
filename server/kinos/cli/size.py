"""`kin tokens` and `kin check`: sizes of files, without an engine."""

import argparse
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kinos.cli.outside import Outside
from kinos.cli.terminal import say, say_json, table, warn
from kinos.domain.errors import SetupError, UsageError
from kinos.domain.printable import printable
from kinos.domain.setting import Settings
from kinos.domain.size import Level, Limits, Size
from kinos.tokens.counter import Counter, counter_for
from kinos.tokens.family import Choice, tokenizer_for
from kinos.tokens.file import Unreadable, count_file


def tokens_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin tokens`."""
    _paths(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--tokenizer", default="", metavar="T", help="count as this tokenizer instead of the setting's")
    parser.add_argument("--sections", action="store_true", help="the sections of each document, with their tokens")
    parser.add_argument(
        "--confirm",
        action="store_true",
        help="ask Anthropic's count_tokens too (free; needs a key); exit 1 if it differs",
    )


def check_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin check`."""
    _paths(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--tokenizer", default="", metavar="T", help="count as this tokenizer instead of the setting's")


def _paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files, folders (their Markdown), or - for stdin; default: ."
    )


@dataclass(slots=True)
class _Report:
    """`sources` are where the texts of `files` are: a file, or the text itself."""

    files: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    sources: list[Path | str] = field(default_factory=list)

    def add(self, path: str, size: Size, limits: Limits, source: Path | str) -> None:
        level = limits.level(size.tokens)
        entry = {"path": path, "tokens": size.tokens, "level": level.value, "counted": size.counted.value}
        self.files.append(entry)
        self.sources.append(source)

    def texts(self) -> list[str]:
        """The texts of the files, without a byte order mark."""
        read = (s.read_bytes().decode("utf-8", "replace") if isinstance(s, Path) else s for s in self.sources)
        return [text.removeprefix("\ufeff") for text in read]

    @property
    def total(self) -> int:
        return sum(file["tokens"] for file in self.files)


def tokens(args: argparse.Namespace, outside: Outside) -> int:
    """Print the size of each file and the total. Exit 1 when a file could not be counted."""
    report, choice, limits = _counted(args, outside)
    if args.sections:
        _divide(report, choice, limits)
    differs = args.confirm and _confirm(report, args, outside, choice)
    if args.json:
        say_json({"tokenizer": choice.tokenizer, "total": report.total, "files": report.files, "errors": report.errors})
    else:
        _print(report, choice, limits)
    return 1 if report.errors or differs else 0


def check(args: argparse.Namespace, outside: Outside) -> int:
    """Exit 1 when a document is too long or cannot be counted; name each."""
    report, choice, limits = _counted(args, outside)
    over = [file for file in report.files if file["level"] == Level.TOO_LONG]
    if args.json:
        found = {"tokenizer": choice.tokenizer, "limit": limits.error, "tooLong": over, "errors": report.errors}
        say_json(found)
    else:
        for file in over:
            say(
                f"{printable(file['path'])}: {file['tokens']:,} tokens, above the limit of {limits.error:,} ({choice.tokenizer})"
            )
        _complain(report)
    return 1 if over or report.errors else 0


def _counted(args: argparse.Namespace, outside: Outside) -> tuple[_Report, Choice, Limits]:
    settings, problems = outside.settings(args.folder)
    for problem in problems:
        warn(problem, args.folder)
    choice = tokenizer_for(args.tokenizer or settings.tokens_tokenizer, settings.model_plan)
    limits = Limits(settings.tokens_warn, settings.tokens_error)
    counter = counter_for(choice.tokenizer, choice.counted)
    report = _Report()
    for name in args.paths or ["."]:
        if name == "-":
            _add_text(report, counter, limits)
        else:
            _add_named(report, args.folder / name, outside, settings, choice)
    return report, choice, limits


def _add_named(report: _Report, path: Path, outside: Outside, settings: Settings, choice: Choice) -> None:
    """What is behind a name: a folder's documents by their path in it, a file by its name whatever it is."""
    limits = Limits(settings.tokens_warn, settings.tokens_error)
    if not _is_folder(path):
        counter = counter_for(choice.tokenizer, choice.counted)
        _add(report, path, path.name, counter, limits, settings.documents_max_bytes)
        return
    for count in sorted(outside.counts(path, settings, choice), key=lambda count: count.path):
        if count.size is not None:
            report.add(count.path, count.size, limits, path / count.path)
        elif not count.gone:
            report.errors.append({"path": count.path, "message": count.error})


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise SetupError(f"There is no file or folder {path}.", "Check the name.") from error
    except OSError as error:
        raise SetupError(f"{path} cannot be reached: {error.strerror}.", "Check its name and permissions.") from error


def _add(report: _Report, path: Path, shown: str, counter: Counter, limits: Limits, max_bytes: int) -> None:
    size = count_file(path, counter, max_bytes)
    if isinstance(size, Unreadable):
        report.errors.append({"path": shown, "message": size.reason})
    else:
        report.add(shown, size, limits, path)


def _divide(report: _Report, choice: Choice, limits: Limits) -> None:
    """Put the sections of each file into the report, and the lines (from 1) at which it becomes long and too long."""
    from kinos.tokens.document import OpenText
    from kinos.tokens.section import crossed, section_sizes

    counter = counter_for(choice.tokenizer, choice.counted)
    for entry, text in zip(report.files, report.texts(), strict=True):
        document = OpenText(text, 0)
        costs = document.by_line(counter)
        entry["sections"] = [
            {"title": size.title, "level": size.level, "line": size.line + 1, "tokens": size.tokens}
            for root in section_sizes(document, counter)
            for size in root.walk()
        ]
        for key, limit in (("longAt", limits.warn), ("tooLongAt", limits.error)):
            line = crossed(costs, limit)
            entry[key] = None if line is None else line + 1


def _confirm(report: _Report, args: argparse.Namespace, outside: Outside, choice: Choice) -> bool:
    """Put what Anthropic counts into the report, the message's overhead taken off. Returns whether any size differs."""
    settings, _ = outside.settings(args.folder)
    texts = report.texts()
    asked = [at for at, text in enumerate(texts) if text]  # the API takes no empty message, and an empty document is 0
    counts = outside.confirmed(settings, choice, [texts[at] for at in asked])
    for entry in report.files:
        entry["confirmed"] = 0
    for at, count in zip(asked, counts, strict=True):
        report.files[at]["confirmed"] = count
    different = [entry for entry in report.files if entry["confirmed"] != entry["tokens"]]
    for entry in different:
        warn(f"{printable(entry['path'])}: {entry['tokens']:,} tokens here, {entry['confirmed']:,} by count_tokens")
    return bool(different)


def _add_text(report: _Report, counter: Counter, limits: Limits) -> None:
    if sys.stdin is None:
        raise UsageError("Standard input is closed.", "Pipe a text into it, or name a file.")
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report.errors.append({"path": "-", "message": f"not UTF-8 text (byte {error.start}): save it as UTF-8"})
    else:
        report.add("-", counter.count(text), limits, text)


def _print(report: _Report, choice: Choice, limits: Limits) -> None:
    rows = [
        {**file, "path": printable(file["path"]), "mark": limits.level(file["tokens"]).mark} for file in report.files
    ]
    if rows:
        confirmed = {"confirmed": "count_tokens"} if "confirmed" in rows[0] else {}
        table(rows, {"tokens": "tokens", **confirmed, "mark": "", "path": "document"})
    for row in rows:
        if "sections" in row:
            _print_sections(row)
    documents = "document" if len(rows) == 1 else "documents"
    say(f"{report.total:,} tokens in {len(rows)} {documents}, {choice.tokenizer} ({choice.reason})")
    _complain(report)


def _print_sections(row: dict[str, Any]) -> None:
    say(f"\n{row['path']}")
    for section in row["sections"]:
        say(
            f"{section['tokens']:>8,}  {'  ' * (section['level'] - 1)}{printable(section['title'])}  (line {section['line']})"
        )
    for key, word in (("longAt", "long"), ("tooLongAt", "too long")):
        if row[key] is not None:
            say(f"          {word} from line {row[key]} on")


def _complain(report: _Report) -> None:
    for error in report.errors:
        warn(f"{printable(error['path'])}: {error['message']}")
