"""What a client declared about code actions and workspace edits."""

from collections.abc import Iterable
from dataclasses import dataclass

from lsprotocol import types
from pygls.capabilities import get_capability


@dataclass(frozen=True, slots=True)
class Abilities:
    """`literals`: it takes code actions and not only commands; `resolves`: it asks for the edit of the one that was chosen;
    `versioned`: edits may name versions; `creates`: they may create files; `annotates`: those of actions may ask to be confirmed;
    `tags`: an action may be marked as made by a model; `commands` are those of its own that actions may give it.
    """

    literals: bool = False
    resolves: bool = False
    prefers: bool = False
    disables: bool = False
    tags: bool = False
    versioned: bool = False
    creates: bool = False
    annotates: bool = False
    shows: bool = False
    commands: frozenset[str] = frozenset()


def abilities(client: types.ClientCapabilities) -> Abilities:
    """What the client declared, and nothing else."""

    def can(path: str) -> bool:
        return bool(get_capability(client, path))

    def among(path: str) -> Iterable[object]:
        return get_capability(client, path) or ()

    action = "text_document.code_action"
    versioned = can("workspace.workspace_edit.document_changes")
    return Abilities(
        literals=can(f"{action}.code_action_literal_support"),
        resolves=can(f"{action}.data_support") and "edit" in among(f"{action}.resolve_support.properties"),
        prefers=can(f"{action}.is_preferred_support"),
        disables=can(f"{action}.disabled_support"),
        tags=types.CodeActionTag.LlmGenerated in among(f"{action}.tag_support.value_set"),
        versioned=versioned,
        creates=versioned
        and types.ResourceOperationKind.Create in among("workspace.workspace_edit.resource_operations"),
        annotates=versioned
        and can("workspace.workspace_edit.change_annotation_support")
        and can(f"{action}.honors_change_annotations"),
        shows=can("window.show_document.support"),
        commands=_commands(client.experimental),
    )


def _commands(experimental: object) -> frozenset[str]:
    """`experimental.commands.commands`, as other servers have it."""
    listed = _field(_field(experimental, "commands"), "commands")
    return (
        frozenset(name for name in listed if isinstance(name, str)) if isinstance(listed, list | tuple) else frozenset()
    )


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)
