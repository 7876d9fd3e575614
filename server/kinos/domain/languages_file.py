"""Helix' `languages.toml`, with KinOS in it: the table of the server, and its name in the list of Markdown's servers, which takes
the place of Helix' own list and so keeps all that is in it.
"""

import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from kinos.domain.errors import UsageError
from kinos.domain.snippet import HELIX_SERVER, HELIX_SERVERS, Start, helix_language, helix_list, helix_server

_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_LANGUAGE = re.compile(r"^[ \t]*\[\[[ \t]*language[ \t]*\]\][ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_KEY = re.compile(r"^([ \t]*)(?:language-servers|\"language-servers\")[ \t]*=[ \t]*\[", re.MULTILINE)
_NAME = re.compile(r"^([ \t]*)name[ \t]*=[^\n]*\n?", re.MULTILINE)
_PIECE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''.*?'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{},]"
    r"|[^\s\[\]{},#\"']+",
    re.DOTALL,
)


def with_server(text: str, start: Start, file: str) -> tuple[str, bool]:
    """`text` with KinOS in it, and whether it had a table of the server already, with another command: that one stays.

    Raises UsageError when it is no TOML, or is written in a way that cannot be added to safely.
    """
    data = _parsed(text, file)
    if not isinstance(data.get("language-server", {}), dict) or not isinstance(data.get("language", []), list):
        raise _unsafe(file)
    wanted = _wanted(data, start)
    if wanted == data:
        return text, _own(data, start)
    crlf = "\r\n" in text and "\n" not in text.replace("\r\n", "")
    plain = text.replace("\r\n", "\n") if crlf else text
    made = _edited(plain, data, start)
    made = made.replace("\n", "\r\n") if crlf else made
    try:
        if tomllib.loads(made) != wanted:
            raise _unsafe(file)
    except ValueError as error:  # TOMLDecodeError is one
        raise _unsafe(file) from error
    return made, _own(data, start)


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no valid TOML: {error}.", "Mend it first: Helix cannot read it either.") from error


def _unsafe(file: str) -> UsageError:
    return UsageError(
        f"{file} is written in a way that cannot be added to safely, so it stays as it is.",
        "Put in by hand what `kin setup helix --print` shows.",
    )


def _server(data: Mapping[str, Any]) -> Any:
    return data.get("language-server", {}).get(HELIX_SERVER)


def _own(data: Mapping[str, Any], start: Start) -> bool:
    """Whether there is a table of the server with another command."""
    server = _server(data)
    return server is not None and (not isinstance(server, dict) or _command(server) != start.command)


def _command(server: Mapping[str, Any]) -> tuple[Any, ...]:
    arguments = server.get("args", [])
    return (server.get("command"), *(arguments if isinstance(arguments, list) else [arguments]))


def _markdown(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The table of the language Markdown."""
    languages = data.get("language", [])
    return next((each for each in languages if isinstance(each, dict) and each.get("name") == "markdown"), None)


def _listed(server: Any) -> Any:
    """The name of a server in a list, where it may stand beside what it is used for."""
    return server.get("name") if isinstance(server, dict) else server


def _wanted(data: Mapping[str, Any], start: Start) -> dict[str, Any]:
    """What the file is to say."""
    wanted = deepcopy(dict(data))
    if _server(data) is None:
        made = tomllib.loads(helix_server(start))["language-server"]
        wanted["language-server"] = {**wanted.get("language-server", {}), **made}
    language = _markdown(wanted)
    if language is None:
        wanted["language"] = [*wanted.get("language", []), *tomllib.loads(helix_language())["language"]]
        return wanted
    servers = language.setdefault("language-servers", [*HELIX_SERVERS])
    if isinstance(servers, list) and HELIX_SERVER not in map(_listed, servers):
        servers.append(HELIX_SERVER)
    return wanted


def _edited(text: str, data: Mapping[str, Any], start: Start) -> str:
    language = _markdown(data)
    if language is not None:
        text = _in_list(text, data, language)
    more = [
        *([helix_server(start)] if _server(data) is None else ()),
        *([helix_language()] if language is None else ()),
    ]
    for table in more:
        text += ("" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n") + table
    return text


def _in_list(text: str, data: Mapping[str, Any], language: Mapping[str, Any]) -> str:
    """With KinOS in the list of a language that has a table."""
    servers = language.get("language-servers")
    if isinstance(servers, list) and HELIX_SERVER in map(_listed, servers):
        return text
    number = next(n for n, each in enumerate(data["language"]) if each is language)
    heads = list(_LANGUAGE.finditer(text))
    if number >= len(heads):
        return text  # written in another way: what comes out is not what was wanted, which is told
    begin = heads[number].end()
    following = _HEADER.search(text, begin)
    # A list over several lines may have a line that looks like a header; the key itself stands before any.
    if servers is None:
        name = _NAME.search(text, begin)
        at = begin if name is None else name.end()
        line = f"{name[1] if name else ''}{helix_list()}\n"
        return text[:at] + ("" if text[:at].endswith("\n") else "\n") + line + text[at:]
    key = _KEY.search(text, begin)
    if key is None or (following is not None and following.start() < key.start()):
        return text
    return _longer(text, key.end(), key[1])


def _longer(text: str, begin: int, indent: str) -> str:
    """With one more value in the array whose first value would be at `begin`."""
    depth, last, comma = 0, begin, False
    for piece in _PIECE.finditer(text, begin):
        mark = piece[0]
        if mark == "]" and not depth:
            return _with_value(text, begin, last, piece.start(), indent, comma=comma)
        if mark.startswith("#"):
            continue
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark, 0)
        comma = mark == "," and not depth
        last = piece.end()
    return text


def _with_value(text: str, begin: int, last: int, end: int, indent: str, *, comma: bool) -> str:
    """`last` is the end of the last value, or of the comma behind it; the bracket is at `end`."""
    value, empty = f'"{HELIX_SERVER}"', last == begin
    if "\n" not in text[begin:end]:
        before = "" if empty else " " if comma else ", "
        return text[:last] + before + value + ("," if comma else "") + text[last:]
    line = text.rfind("\n", 0, end) + 1  # of the bracket, or of what stands before it
    first = re.match(r"\s*\n([ \t]*)", text[begin:end])
    inner = first[1] if first and not empty else f"{indent}  "
    kept = text[:last] + ("" if empty or comma else ",") + text[last:end]
    shift = 0 if empty or comma else 1
    if text[line:end].strip():  # the bracket closes behind the last value
        return kept[: last + shift] + f"\n{inner}{value}" + kept[last + shift :] + text[end:]
    return kept[: line + shift] + f"{inner}{value},\n" + kept[line + shift :] + text[end:]
