"""What is made from the table of settings: the page in docs/, the JSON schema of `config.toml`, and what editors take."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from kinos.domain.kind import Text
from kinos.domain.setting import defaults
from kinos.domain.setting_editor import english, french, lua_defaults, lua_types, manifest
from kinos.domain.setting_row import Row
from kinos.domain.usage import PRICES_DATE

_HEAD = """\
# Settings

This page is made from the table in `server/kinos/domain/setting.py` by `make docs`.

Values come from, later ones winning: the built-in default, the user's `config.toml` (in `kinos/` of the user's
configuration folder), the workspace's `.kinos/config.toml`, the environment, the editor, the command line. A workspace can
only tighten settings of scope `tighten`, and cannot set those of scope `user`, unless `kin trust` approved that exact value for
that folder; those of scope `person` it never sets. A value that cannot be taken is named with what is allowed, and the value of
the source before it is used.

| key | default | takes | unit | scope | a change counts | environment | meaning |
|---|---|---|---|---|---|---|---|
"""

_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "config.toml of KinOS",
    "description": "Made from the table in server/kinos/domain/setting.py by `make docs`.",
}


def page() -> str:
    """docs/settings.md."""
    lines = [_line(row, default) for row, default in defaults()]
    return _HEAD + "\n".join(lines) + "\n"


def schema() -> dict[str, Any]:
    """The JSON schema of config.toml, nested as the file is."""
    root: dict[str, Any] = {**_SCHEMA, "type": "object", "properties": {}, "additionalProperties": False}
    for row, default in defaults():
        section, _, name = row.key.partition(".")
        part = root["properties"].setdefault(
            section, {"type": "object", "properties": {}, "additionalProperties": False}
        )
        entry = {**row.kind.schema(), "description": row.meaning}
        if not isinstance(default, Mapping):
            entry["default"] = list(default) if isinstance(default, tuple) else default
        part["properties"][name] = entry
    return root


PAGES: Mapping[str, Callable[[str], str]] = {
    "docs/settings.md": lambda _: page(),
    "docs/config.schema.json": lambda _: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
    "vscode-extension/package.json": manifest,
    "vscode-extension/package.nls.json": english,
    "vscode-extension/package.nls.fr.json": french,
    "neovim/lua/kinos/types.lua": lambda _: lua_types(),
    "neovim/lua/kinos/default.lua": lambda _: lua_defaults(),
}
"""What `make docs` writes: a file's path from the root of the repository, and what it is made of what is in it."""


def _line(row: Row, default: Any) -> str:
    takes = row.kind.schema()
    words = takes.get("enum") or takes.get("items", {}).get("enum")
    if words:
        some = "" if "enum" in takes else "some of "
        allowed = some + ", ".join(f"`{word}`" if word else "empty" for word in words)
    else:
        allowed = takes["type"] if isinstance(takes["type"], str) else "number or unset"
        allowed += _range(takes)
    environment = ", ".join(f"`{name}`" for name in row.environment)
    cells = (
        f"`{row.key}`",
        _shown(row, default),
        allowed,
        row.unit,
        row.scope.value,
        row.taken,
        environment,
        row.meaning,
    )
    return "| " + " | ".join(cell or "–" for cell in cells) + " |"


def _range(takes: Mapping[str, Any]) -> str:
    least, most = takes.get("minimum"), takes.get("maximum")
    if least is None:
        return ""
    return f" ≥ {least:.12g}" if most is None else f" {least:.12g} to {most:.12g}"


def _shown(row: Row, default: Any) -> str:
    if isinstance(default, Mapping):
        return f"the built-in list, of {PRICES_DATE}"
    if isinstance(row.kind, Text) and row.kind.secret:
        return "–"
    if isinstance(default, tuple):
        return f"`{' '.join(str(item) for item in default)}`" if default else "`[]`"
    if default is None:
        return "unset"
    return f"`{default}`" if default != "" else "empty"
