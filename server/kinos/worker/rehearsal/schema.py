"""JSON Schema (draft 2020-12) as far as a tool's input is described with it: what is no schema is refused."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")
_KEY = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
_JOINED = ("oneOf", "allOf", "anyOf")


def fault(schema: Mapping[str, Any]) -> str:
    """What the API says of a tool's `input_schema`, which is an object of type "object"; empty when nothing is wrong."""
    if any(key in schema for key in _JOINED):
        return ": input_schema does not support oneOf, allOf, or anyOf at the top level"
    if not is_schema(schema):
        return (
            ": JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12). "
            "Learn more about tool use at https://docs.claude.com/en/docs/tool-use."
        )
    if not all(_KEY.fullmatch(key) for key in schema.get("properties", {})):
        return ".properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'"
    return ""


def is_schema(value: object) -> bool:
    """Whether `value` is a schema: true, false, or an object whose known keys hold what they must. Unknown keys are free."""
    if isinstance(value, bool):
        return True
    return isinstance(value, dict) and all(_KEYS[key](held) for key, held in value.items() if key in _KEYS)


def _is_type(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and len(set(map(str, value))) == len(value) and all(one in _TYPES for one in value)
    return value in _TYPES


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_pattern(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value) and len(set(value)) == len(value)


def _are_schemas(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_schema, value))


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and all(map(is_schema, value.values()))


_KEYS: dict[str, Callable[[object], bool]] = {
    "type": _is_type,
    "enum": _is_list,
    "examples": _is_list,
    "required": _are_names,
    **dict.fromkeys(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), _is_table),
    **dict.fromkeys(
        ("items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else", "unevaluatedItems"),
        is_schema,
    ),
    **dict.fromkeys((*_JOINED, "prefixItems"), _are_schemas),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _is_number),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains"), _is_count
    ),
    **dict.fromkeys(("title", "description", "$ref", "$id", "$schema", "$comment", "format"), _is_text),
    "pattern": _is_pattern,
    "uniqueItems": lambda value: isinstance(value, bool),
}
