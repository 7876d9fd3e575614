"""Code actions: which there are at a place in a document, as a pure function, and how the protocol says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from kinos.domain.change import Change
from kinos.domain.markdown import Heading, plain, scan
from kinos.domain.markdown.obstacle import obstacle
from kinos.domain.markdown.section import Section, below, meant
from kinos.domain.path import is_markdown
from kinos.lsp.ability import Abilities
from kinos.lsp.protocol import PREFIX
from kinos.tokens.document import OpenText

if TYPE_CHECKING:
    from kinos.domain.state import TeamState
    from kinos.engine.folding import Twin

CONSOLIDATE, UPDATE_MAP = "source.kinos.consolidate", "source.kinos.updateMap"
TEAM, UNDO = "source.kinos.team", "source.kinos.undo"
KINDS = (
    types.CodeActionKind.QuickFix,
    types.CodeActionKind.RefactorExtract,
    types.CodeActionKind.RefactorMove,
    types.CodeActionKind.RefactorRewrite,
    CONSOLIDATE,
    UPDATE_MAP,
    TEAM,
    UNDO,
)
_LOOKED_AT = 2000
"""Lines of a section beyond which it is not looked through for what stands in the way of moving it, before that is asked for."""
_TITLE = 40
"""Characters of a heading or a change that are shown."""


@dataclass(frozen=True, slots=True)
class Deed:
    """The edit of an action before it is worked out: what, to which version of which document, at which lines (0-based). For a
    fold `place` is the document where the passage stays, and `last` its line there.
    """

    name: str
    uri: str
    version: int
    first: int = 0
    last: int = 0
    preview: bool = False
    place: str = ""

    def wire(self) -> dict[str, Any]:
        """As `data` of an action."""
        return asdict(self)


def deed(data: object) -> Deed | None:
    """What `Deed.wire` made; None for anything else."""
    kinds = {"name": str, "uri": str, "version": int, "first": int, "last": int, "preview": bool, "place": str}
    if not isinstance(data, Mapping) or data.keys() != {each.name for each in fields(Deed)}:
        return None
    return Deed(**data) if all(type(data[key]) is kind for key, kind in kinds.items()) else None


@dataclass(frozen=True, slots=True)
class Choice:
    """An action: with a `deed`, or a command and its argument. `command` beside a deed is for clients that take only those.

    `reason` says why it cannot be done now.
    """

    title: str
    kind: str
    deed: Deed | None = None
    command: tuple[str, Mapping[str, Any]] | None = None
    reason: str = ""
    preferred: bool = False
    by_model: bool = False
    fixes: Sequence[types.Diagnostic] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Where actions are asked for: lines `first` to `last` of an open document, in the folder of that URI.

    `counted` is whether it is a document that may be taken apart, `over` whether its size is shown as too much; `waiting` are
    changes of it that wait for a person, `fixes` our diagnostics at hand, `twins` other places of the passage at `first`,
    `landed` the last change of it that landed; at the request both are those of the folder. `team` is the team's state, None
    where no team may run.
    """

    uri: str
    path: str
    folder: str
    document: OpenText
    first: int = 0
    last: int = 0
    counted: bool = True
    over: bool = False
    able: Abilities = Abilities()
    waiting: Sequence[Change] = ()
    fixes: Sequence[types.Diagnostic] = field(default=())
    twins: Sequence[Twin] = ()
    team: TeamState | None = None
    landed: Change | None = None


def offers(scene: Scene, only: Sequence[str] | None = None) -> list[Choice]:
    """The actions at `scene`, of the kinds `only` when that is given. What cannot be done is left out, unless the client shows
    such actions with the reason.
    """
    found = [*_about_changes(scene)]
    if scene.counted:
        outermost = scene.document.once("sections", lambda: _sections(scene.document))
        found = [
            *_about_size(scene, outermost),
            *_about_section(scene, outermost),
            *_about_twins(scene),
            *found,
            *_about_folder(scene),
        ]
    if is_markdown(scene.path):
        found += _about_team(scene)
    return [offer for offer in found if asked(offer.kind, only) and _shown(offer, scene.able)]


def asked(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client that asks for the kinds `only` wants an action of this kind."""
    return only is None or any(not each or kind == each or kind.startswith(each + ".") for each in only)


def code_action(offer: Choice, able: Abilities, edit: types.WorkspaceEdit | None) -> types.CodeAction | types.Command:
    """An offer as the client takes it; its `edit`, where that has been worked out, else what `codeAction/resolve` needs."""
    command = None
    if offer.command is not None and (offer.deed is None or not able.literals):
        command = types.Command(offer.title, offer.command[0], arguments=[dict(offer.command[1])])
        if not able.literals:
            return command
    return types.CodeAction(
        title=offer.title,
        kind=offer.kind,
        diagnostics=list(offer.fixes) or None,
        is_preferred=True if offer.preferred and able.prefers else None,
        disabled=types.CodeActionDisabled(offer.reason) if offer.reason else None,
        edit=edit,
        command=command,
        data=offer.deed.wire() if offer.deed is not None and edit is None and not offer.reason else None,
        tags=[types.CodeActionTag.LlmGenerated] if offer.by_model and able.tags else None,
    )


def _about_size(scene: Scene, outermost: Sequence[Section]) -> list[Choice]:
    """What helps a document that is too large."""
    if not scene.over:
        return []
    kind = types.CodeActionKind.QuickFix if scene.fixes else types.CodeActionKind.RefactorExtract
    reason = "" if scene.able.creates else _NO_FILES
    if not reason and not any(section.children or len(outermost) > 1 for section in outermost):
        reason = "it has no headings at which it could be split"
    done = Deed("split", scene.uri, scene.document.version)
    command = (f"{PREFIX}splitDocument", {"uri": scene.uri})
    made = [Choice("Split at headings", kind, done, command, reason, bool(scene.fixes), fixes=scene.fixes)]
    if scene.able.annotates and not reason:
        shown = Deed("split", scene.uri, scene.document.version, preview=True)
        made.append(Choice("Split at headings (preview)", kind, shown, fixes=scene.fixes))
    if scene.fixes:
        ignore = Deed("ignore", scene.uri, scene.document.version)
        made.append(Choice("Ignore the size of this document", kind, ignore, fixes=scene.fixes))
    return made


def _about_section(scene: Scene, outermost: Sequence[Section]) -> list[Choice]:
    """The section at the cursor, or those that are selected."""
    pieces = meant(outermost, scene.first, scene.last)
    if not pieces:
        return []
    reason = "" if scene.able.creates else _NO_FILES
    if not reason and pieces == tuple(outermost):
        reason = "it is the whole document"
    blocked = next((why for piece in pieces if (why := _blocked(scene.document, piece))), "")
    title = f"Move {_names(pieces)} to a new document"
    done = Deed("move", scene.uri, scene.document.version, scene.first, scene.last)
    return [Choice(title, types.CodeActionKind.RefactorMove, done, reason=reason or blocked)]


def _sections(document: OpenText) -> list[Section]:
    """The outermost sections, from the headings that are known already."""
    found = [Heading(title.line, title.end, title.level, title.words, "") for title in document.titles()]
    return below(found, document.line_count)


def _blocked(document: OpenText, section: Section) -> str:
    """What stands in the way of moving a section, as far as that is quick to see."""
    if section.end - section.start > _LOOKED_AT:
        return ""
    return obstacle(scan("\n".join(document.line(number) or "" for number in range(section.start, section.end))))


def _about_twins(scene: Scene) -> list[Choice]:
    """The passage that stands elsewhere too."""
    found = []
    for twin in scene.twins:
        title = f"Fold this passage into {'' if twin.exact else 'nearly the same in '}{_short(twin.title)}"
        where = "" if twin.path == scene.path else f" ({twin.path})"
        done = Deed("fold", scene.uri, scene.document.version, scene.first, twin.line, place=twin.path)
        found.append(Choice(f"{title}{where}", types.CodeActionKind.RefactorRewrite, done))
    return found


def _about_changes(scene: Scene) -> list[Choice]:
    """What a person may do about changes of the document that wait."""
    from kinos.engine.lens import EDIT, REJECT

    kind = types.CodeActionKind.RefactorRewrite
    found = []
    for change in scene.waiting:
        name, about = _short(change.title), {"folder": scene.folder, "change": change.id}
        given = {**about, "background": True}
        model = not change.rehearsal
        found.append(
            Choice(f"Accept {name} ({change.agent})", kind, command=(f"{PREFIX}accept", given), by_model=model)
        )
        asks = REJECT in scene.able.commands
        reject = (REJECT, about) if asks else (f"{PREFIX}reject", given)
        found.append(Choice(f"Reject {name} ({change.agent}){' …' if asks else ''}", kind, command=reject))
        if EDIT in scene.able.commands:
            found.append(Choice(f"Edit {name} ({change.agent}) …", kind, command=(EDIT, about), by_model=model))
    return found


def _about_folder(scene: Scene) -> list[Choice]:
    """What the team or the map is asked for."""
    kind = types.CodeActionKind.QuickFix if scene.fixes and scene.over else CONSOLIDATE
    consolidate = (f"{PREFIX}consolidate", {"uri": scene.uri})
    return [
        Choice("Ask the team to consolidate this document", kind, command=consolidate, fixes=scene.fixes),
        Choice(
            "Update the map", UPDATE_MAP, command=(f"{PREFIX}updateMap", {"folder": scene.folder, "background": True})
        ),
    ]


def _about_team(scene: Scene) -> list[Choice]:
    """The team, and its last change: an editor may have neither lenses nor a way to give commands."""
    from kinos.domain.state import TeamState

    folder: Mapping[str, Any] = {"folder": scene.folder, "background": True}
    start, rehearse = (f"{PREFIX}startTeam", folder), (f"{PREFIX}startTeam", {**folder, "rehearse": True})
    pause, resume, stop = ((f"{PREFIX}{name}Team", folder) for name in ("pause", "resume", "stop"))
    by_state: Mapping[TeamState | None, Sequence[tuple[str, tuple[str, Mapping[str, Any]]]]] = {
        TeamState.STOPPED: [("Start the team", start), ("Rehearse with the team", rehearse)],
        TeamState.STARTING: [("Stop the team", stop)],
        TeamState.RUNNING: [("Stop the team", stop), ("Pause the team", pause)],
        TeamState.PAUSED: [("Stop the team", stop), ("Resume the team", resume)],
    }
    found = [Choice(title, TEAM, command=command) for title, command in by_state.get(scene.team, ())]
    if scene.landed is not None:
        undo = (f"{PREFIX}undo", {**folder, "change": scene.landed.id})
        found.append(Choice(f"Undo {_short(scene.landed.title)} ({scene.landed.agent})", UNDO, command=undo))
    return found


_NO_FILES = "this editor creates no files for a server"


def _shown(offer: Choice, able: Abilities) -> bool:
    """Whether the client can be told: of a reason against it, and of more than a command."""
    return (able.literals or offer.command is not None) and (not offer.reason or (able.literals and able.disables))


def _names(pieces: Sequence[Section]) -> str:
    first = _short(plain(pieces[0].heading.title) or "the section")
    return first if len(pieces) == 1 else f"{first} and {len(pieces) - 1} more"


def _short(title: str) -> str:
    words = " ".join(title.split())
    return f"“{words if len(words) <= _TITLE else words[: _TITLE - 1].rstrip() + '…'}”"
