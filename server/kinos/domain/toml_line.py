"""On which line of a TOML text a key stands."""

import re
from collections.abc import Iterator, Mapping, Sequence

_PART = r"""[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'"""
_KEYS = rf"(?:{_PART})(?:\s*\.\s*(?:{_PART}))*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_KEYS})\s*\]")
_ENTRY = re.compile(rf"\s*({_KEYS})\s*=")
_TOKEN = re.compile(
    r'''"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#.*|[\[{\]}]''',
)
_DEPTH = {"[": 1, "{": 1, "]": -1, "}": -1}


def line_of(key: str, lines: Mapping[str, int]) -> int | None:
    """The line of a dotted `key` among the `key_lines` of a text; of an entry in an inline table, that of the table."""
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key)


def key_lines(text: str) -> Mapping[str, int]:
    """The line (from 1) on which each key of the valid TOML `text` stands first, by its dotted name; an inline table is one."""
    lines: dict[str, int] = {}
    table: list[str] = []
    for number, line in _statements(text.split("\n")):
        header = _HEADER.match(line)
        entry = None if header else _ENTRY.match(line)
        if header:
            table = names = _parts(header[1])
        elif entry:
            names = [*table, *_parts(entry[1])]
        else:
            continue
        for end in range(1, len(names) + 1):
            lines.setdefault(".".join(names[:end]), number)
    return lines


def _parts(keys: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, keys)]


def _statements(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The lines on which something begins: those inside a value that goes over several are left out."""
    depth, quote = 0, ""
    for number, line in enumerate(lines, 1):
        if not depth and not quote:
            yield number, line
            if _HEADER.match(line):
                continue
        depth, quote = _after(line, depth, quote)


def _after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets are open after a line, and the quotes around a text that goes on."""
    at = 0
    while at < len(line):
        if quote:
            end = line.find(quote, at)
            while end > 0 and quote == '"""' and line[end - 1] == "\\":
                end = line.find(quote, end + 1)
            if end < 0:
                return depth, quote
            at, quote = end + 3, ""
            continue
        token = _TOKEN.search(line, at)
        if token is None:
            break
        at = token.end()
        if token[0] in {'"""', "'''"}:
            quote = token[0]
        else:
            depth += _DEPTH.get(token[0], 0)
    return max(depth, 0), quote
