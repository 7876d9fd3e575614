"""Which code actions there are at a place, and how each client is told of them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lsprotocol import types

from kinos.domain.change import Change, FileChange
from kinos.domain.state import TeamState
from kinos.engine.folding import Twin
from kinos.engine.lens import EDIT, REJECT
from kinos.lsp.ability import Abilities, abilities
from kinos.lsp.action import TEAM, UNDO, Choice, Deed, Scene, code_action, deed, offers
from kinos.lsp.protocol import _converter
from kinos.tokens.document import OpenText

HALF = "# A\n\n## B\n\n<details>\n\n## C\n\n</details>\n"
GUIDE = "# Guide\n\n## Setup\n\nInstall.\n\n## Usage\n\nUse.\n"
ABLE = Abilities(
    literals=True, resolves=True, prefers=True, disables=True, tags=True, versioned=True, creates=True, annotates=True
)
SCENE = Scene("file:///w/guide.md", "guide.md", "file:///w", OpenText(GUIDE, 5), 4, 4, able=ABLE)
SIZE = types.Diagnostic(
    types.Range(types.Position(0, 0), types.Position(0, 7)), "long", code="document-long", source="kinos"
)
WAITS = Change("c1", "y", "s", "ann", "Fold  two sections", "w", (FileChange("guide.md", "x", "y"),), datetime.now(UTC))

ASK = "Ask the team to consolidate this document"


def titles(scene: Scene, *only: str) -> list[str]:
    return [offer.title for offer in offers(scene, only or None)]


def test_a_document_in_order_can_have_a_section_moved_and_the_map_updated() -> None:
    assert titles(SCENE) == ["Move “Setup” to a new document", ASK, "Update the map"]


def test_one_that_is_too_large_can_be_split_at_once_or_after_a_look() -> None:
    found = offers(replace(SCENE, over=True))
    assert [(offer.title, offer.kind, offer.deed and offer.deed.preview) for offer in found[:2]] == [
        ("Split at headings", "refactor.extract", False),
        ("Split at headings (preview)", "refactor.extract", True),
    ]


def test_beside_the_diagnostic_these_are_quick_fixes_of_it_and_the_split_is_preferred() -> None:
    found = offers(replace(SCENE, over=True, fixes=[SIZE]), ["quickfix"])
    assert [(offer.title, offer.preferred) for offer in found] == [
        ("Split at headings", True),
        ("Split at headings (preview)", False),
        ("Ignore the size of this document", False),
        (ASK, False),
    ]
    assert all(offer.fixes == [SIZE] for offer in found)


def test_there_is_no_preview_where_edits_cannot_ask() -> None:
    assert "Split at headings (preview)" not in titles(replace(SCENE, over=True, able=replace(ABLE, annotates=False)))


def test_a_passage_that_stands_elsewhere_can_be_folded_into_that_place() -> None:
    twins = [Twin("docs/b.md", 7, "Levels", exact=True), Twin("guide.md", 2, "Guide", exact=False)]
    found = offers(replace(SCENE, twins=twins), ["refactor.rewrite"])
    assert [(offer.title, offer.deed) for offer in found] == [
        ("Fold this passage into “Levels” (docs/b.md)", Deed("fold", SCENE.uri, 5, 4, 7, place="docs/b.md")),
        ("Fold this passage into nearly the same in “Guide”", Deed("fold", SCENE.uri, 5, 4, 2, place="guide.md")),
    ]


def test_a_waiting_change_can_be_accepted_and_rejected() -> None:
    found = offers(replace(SCENE, counted=False, waiting=[WAITS]))
    assert [(offer.title, offer.command and offer.command[0]) for offer in found] == [
        ("Accept “Fold two sections” (ann)", "kinos.server.accept"),
        ("Reject “Fold two sections” (ann)", "kinos.server.reject"),
    ]
    given = {"folder": "file:///w", "change": "c1", "background": True}
    assert all(offer.command and offer.command[1] == given for offer in found)


def test_a_client_with_commands_of_its_own_is_given_those() -> None:
    able = replace(ABLE, commands=frozenset({REJECT, EDIT}))
    found = offers(replace(SCENE, counted=False, waiting=[WAITS], able=able))
    assert [(offer.title, offer.command and offer.command[0]) for offer in found] == [
        ("Accept “Fold two sections” (ann)", "kinos.server.accept"),
        ("Reject “Fold two sections” (ann) …", REJECT),
        ("Edit “Fold two sections” (ann) …", EDIT),
    ]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, []),
        (
            TeamState.STOPPED,
            [("Start the team", "startTeam", {}), ("Rehearse with the team", "startTeam", {"rehearse": True})],
        ),
        (TeamState.STARTING, [("Stop the team", "stopTeam", {})]),
        (TeamState.RUNNING, [("Stop the team", "stopTeam", {}), ("Pause the team", "pauseTeam", {})]),
        (TeamState.PAUSED, [("Stop the team", "stopTeam", {}), ("Resume the team", "resumeTeam", {})]),
        (TeamState.STOPPING, []),
    ],
)
@pytest.mark.parametrize("path", ["guide.md", "demande.md"])
def test_the_team_is_led_from_every_document_the_request_too(
    path: str, state: TeamState | None, expected: list[tuple[str, str, dict[str, bool]]]
) -> None:
    found = offers(replace(SCENE, path=path, counted=path == "guide.md", team=state), [TEAM])
    assert [(each.title, each.command) for each in found] == [
        (title, (f"kinos.server.{name}", {"folder": "file:///w", "background": True, **more}))
        for title, name, more in expected
    ]


def test_the_team_is_not_led_from_other_files() -> None:
    assert offers(replace(SCENE, path="tool.py", counted=False, team=TeamState.STOPPED, landed=WAITS)) == []


def test_the_last_change_that_landed_can_be_undone() -> None:
    found = offers(replace(SCENE, landed=WAITS), [UNDO])
    assert [(each.title, each.command) for each in found] == [
        (
            "Undo “Fold two sections” (ann)",
            ("kinos.server.undo", {"folder": "file:///w", "background": True, "change": "c1"}),
        )
    ]


def test_what_a_model_wrote_is_marked_and_what_was_rehearsed_is_not() -> None:
    made, rehearsed = (
        offers(replace(SCENE, counted=False, waiting=[replace(WAITS, rehearsal=rehearsal)]))[0]
        for rehearsal in (False, True)
    )
    shown = [code_action(offer, ABLE, None) for offer in (made, rehearsed)]
    assert [action.tags for action in shown if isinstance(action, types.CodeAction)] == [[1], None]
    untagged = code_action(made, replace(ABLE, tags=False), None)
    assert isinstance(untagged, types.CodeAction)
    assert untagged.tags is None


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("refactor", ["Move “Setup” to a new document"]),
        ("refactor.move", ["Move “Setup” to a new document"]),
        ("refactor.mov", []),
        ("source", [ASK, "Update the map"]),
        ("source.kinos.updateMap", ["Update the map"]),
        ("", ["Move “Setup” to a new document", ASK, "Update the map"]),
        ("quickfix", []),
        (types.CodeActionKind.Refactor, ["Move “Setup” to a new document"]),
    ],
)
def test_only_the_kinds_asked_for_are_answered(only: str, expected: list[str]) -> None:
    assert titles(SCENE, only) == expected


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        (replace(SCENE, able=replace(ABLE, creates=False)), "this editor creates no files for a server"),
        (replace(SCENE, document=OpenText("# All\n\nof it\n", 5), first=1, last=1), "it is the whole document"),
        (
            replace(SCENE, document=OpenText("# A\n\n## B\n\n<details>\n\n## C\n\n</details>\n", 5), first=2, last=2),
            "holds one half",
        ),
    ],
)
def test_what_cannot_be_done_is_shown_with_the_reason_or_not_at_all(scene: Scene, reason: str) -> None:
    found = offers(scene, ["refactor.move"])
    action = code_action(found[0], scene.able, None)
    assert isinstance(action, types.CodeAction)
    assert action.disabled
    assert reason in action.disabled.reason
    assert action.data is None
    assert offers(replace(scene, able=replace(scene.able, disables=False)), ["refactor.move"]) == []


def test_a_text_without_headings_cannot_be_split() -> None:
    (split,) = offers(replace(SCENE, document=OpenText("words\n", 5), over=True), ["refactor.extract"])
    assert split.reason == "it has no headings at which it could be split"


def test_who_takes_only_commands_is_given_those_that_are_commands() -> None:
    plain = replace(ABLE, literals=False)
    commands = [code_action(offer, plain, None) for offer in offers(replace(SCENE, over=True, able=plain))]
    assert all(isinstance(each, types.Command) for each in commands)
    assert [(each.title, each.command) for each in commands] == [
        ("Split at headings", "kinos.server.splitDocument"),
        (ASK, "kinos.server.consolidate"),
        ("Update the map", "kinos.server.updateMap"),
    ]


def test_the_deed_comes_back_as_it_was_given() -> None:
    given = Deed("move", "file:///w/guide.md", 5, 1, 2)
    action = code_action(Choice("x", "refactor", given), ABLE, None)
    wire = _converter().unstructure(action)
    assert deed(_converter().structure(wire, types.CodeAction).data) == given


@pytest.mark.parametrize(
    "data",
    [
        None,
        5,
        {},
        {"name": "split"},
        {**Deed("move", "u", 1).wire(), "version": "1"},
        {**Deed("m", "u", 1).wire(), "x": 1},
    ],
)
def test_data_that_is_not_ours_is_no_deed(data: object) -> None:
    assert deed(data) is None


def test_a_preference_is_told_to_who_knows_it() -> None:
    offer = Choice("x", "quickfix", Deed("split", "u", 1), preferred=True)
    known, unknown = (code_action(offer, replace(ABLE, prefers=prefers), None) for prefers in (True, False))
    assert isinstance(known, types.CodeAction)
    assert isinstance(unknown, types.CodeAction)
    assert (known.is_preferred, unknown.is_preferred) == (True, None)


def test_only_what_a_client_declared_counts() -> None:
    assert abilities(types.ClientCapabilities()) == Abilities()
    declared = {
        "textDocument": {
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
                "dataSupport": True,
                "resolveSupport": {"properties": ["edit"]},
                "isPreferredSupport": True,
                "disabledSupport": True,
                "honorsChangeAnnotations": True,
                "tagSupport": {"valueSet": [1]},
            }
        },
        "workspace": {
            "workspaceEdit": {
                "documentChanges": True, "resourceOperations": ["create"], "changeAnnotationSupport": {},
            }
        },
        "window": {"showDocument": {"support": True}},
        "experimental": {"commands": {"commands": [REJECT, 5]}},
    }  # fmt: skip
    client = _converter().structure(declared, types.ClientCapabilities)
    assert abilities(client) == replace(ABLE, shows=True, commands=frozenset({REJECT}))


def test_without_versions_a_client_creates_and_confirms_nothing() -> None:
    declared = {"workspace": {"workspaceEdit": {"resourceOperations": ["create"], "changeAnnotationSupport": {}}}}
    assert abilities(_converter().structure(declared, types.ClientCapabilities)) == Abilities()


def test_annotations_that_actions_do_not_honour_are_no_preview() -> None:
    declared = {"workspace": {"workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}}}}
    assert not abilities(_converter().structure(declared, types.ClientCapabilities)).annotates
