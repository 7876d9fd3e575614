"""What editors are told of the table of settings: VS Code's `configuration` and the types of Neovim's options."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kinos.domain.kind import Text
from kinos.domain.setting import defaults
from kinos.domain.setting_french import FRENCH
from kinos.domain.setting_row import Row, Scope

OWN = ("kinos.server.command", "kinos.rehearse", "kinos.saveLanded", "kinos.trace.server")
"""Settings of the VS Code extension itself, which the table does not know."""

_PREFIX = "kinos."
"""Keys made here begin with it, in package.json and in the texts beside it; those that people write there do not."""
_LUA = {
    "boolean": "boolean",
    "integer": "integer",
    "number": "number",
    "string": "string",
    "array": "{}[]",
    "object": "table<string, {}>",
}


def manifest(text: str) -> str:
    """The extension's package.json with the properties of `contributes.configuration` made from the table."""
    package = json.loads(text)
    configuration = package["contributes"]["configuration"]
    kept: Mapping[str, Any] = configuration["properties"]
    first, last = OWN[:-1], OWN[-1:]
    configuration["properties"] = {
        **{key: kept[key] for key in first},
        **dict(_properties()),
        **{key: kept[key] for key in last},
    }
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def english(text: str) -> str:
    """package.nls.json with the meaning of each setting."""
    return _texts(text, sentences())


def french(text: str) -> str:
    """package.nls.fr.json with the meaning of each setting. Raises LookupError with the sentence that has no French yet."""
    told = {}
    for key, sentence in sentences().items():
        if sentence not in FRENCH:
            raise LookupError(f"{key} has no French sentence in domain/setting_french.py for: {sentence}")
        told[key] = FRENCH[sentence]
    return _texts(text, told)


def sentences() -> dict[str, str]:
    """What each setting that editors are offered means, as a sentence."""
    return {f"{_PREFIX}{row.key}": _sentence(row) for row, _ in _shown()}


def _texts(text: str, made: Mapping[str, str]) -> str:
    """The texts that people wrote with those made here, sorted."""
    written = {key: value for key, value in json.loads(text).items() if not key.startswith(_PREFIX)}
    return json.dumps(dict(sorted({**written, **made}.items())), indent=2, ensure_ascii=False) + "\n"


def lua_types() -> str:
    """neovim/lua/kinos/types.lua: what `init_options` takes, for the Lua language server."""
    sections: dict[str, list[str]] = {}
    for row, default in _shown():
        section, _, name = row.key.partition(".")
        said = f"{row.meaning}{_unit(row)}"
        sections.setdefault(section, []).append(f"---@field {name}? {_lua(row.kind.schema())} {said}{_told(default)}")
    head = [
        "-- What `init_options` of the server takes. Made from the table of settings by `make docs`.",
        "",
        "---@meta",
        "",
        "---@class kinos.Options",
        "---@field trusted? boolean whether agents may work in the folders",
        "---@field settings? kinos.Settings",
        "",
        "---@class kinos.Settings",
        *(f"---@field {section}? kinos.settings.{section}" for section in sections),
    ]
    parts = (["", f"---@class kinos.settings.{section}", *fields] for section, fields in sections.items())
    return "\n".join([*head, *(line for part in parts for line in part)]) + "\n"


def lua_defaults() -> str:
    """neovim/lua/kinos/default.lua: each setting with its default, to complete and check what a person sets."""
    sections: dict[str, list[str]] = {}
    for row, default in _shown():
        section, _, name = row.key.partition(".")
        sections.setdefault(section, []).append(f"    {name} = {_lua_value(default)},")
    head = [
        "-- The settings of the server with their defaults; `vim.NIL` is none. Made from the table of settings by `make docs`.",
        "",
        "return {",
    ]
    parts = ([f"  {section} = {{", *fields, "  },"] for section, fields in sections.items())
    return "\n".join([*head, *(line for part in parts for line in part), "}"]) + "\n"


def _properties() -> Iterator[tuple[str, dict[str, Any]]]:
    for row, default in _shown():
        entry = row.kind.schema()
        scope = "resource" if row.scope is Scope.WORKSPACE else "machine"
        told = {} if isinstance(default, Mapping) else _plain(default)
        key = f"{_PREFIX}{row.key}"
        yield key, {**entry, "default": told, "scope": scope, "description": f"%{key}%"}


def _shown() -> Iterator[tuple[Row, Any]]:
    """The table without secrets: an editor's settings are files that people share."""
    return ((row, default) for row, default in defaults() if not (isinstance(row.kind, Text) and row.kind.secret))


def _sentence(row: Row) -> str:
    """The meaning as a sentence. A word that the setting takes stays as it is written there."""
    text = row.meaning
    if text.partition(":")[0] not in row.kind.schema().get("enum", ()):
        text = text[0].upper() + text[1:]
    return f"{text}{_unit(row)}."


def _unit(row: Row) -> str:
    return f" ({row.unit})" if row.unit and row.unit not in row.meaning else ""


def _lua(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "|".join(f"'{word}'" for word in schema["enum"])
    if not isinstance(schema["type"], str):
        return "number"
    inner = schema.get("items", {}).get("type", "table")
    return _LUA[schema["type"]].format(_LUA.get(inner, "table"))


def _lua_value(value: Any) -> str:
    if value is None:
        return "vim.NIL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, Sequence):
        return f"{{ {', '.join(map(_lua_value, value))} }}" if value else "{}"
    return "{}" if isinstance(value, Mapping) else str(_plain(value))


def _told(default: Any) -> str:
    if default in (None, "", ()) or isinstance(default, Mapping):
        return ""
    shown = " ".join(map(str, default)) if isinstance(default, Sequence) and not isinstance(default, str) else default
    return f"; default: {_plain(shown)}"


def _plain(value: Any) -> Any:
    """A value as JSON has it: a list, and a whole number without a point."""
    if isinstance(value, tuple):
        return list(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
