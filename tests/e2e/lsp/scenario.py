"""What a person does with KinOS from an editor, whichever it is: every step of it over the wire, each with what must come."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import SECONDS, Document, Editor, ResponseError, file_of
from e2e.lsp.profile import Profile
from kinos.tokens.counter import counter_for

CREW = ("management", "evaluation", "testeur")
SETTINGS: dict[str, Any] = {
    "tokens": {"warn": 400, "error": 5000},
    "check.command": [sys.executable, "-c", "raise SystemExit('one test failed')"],
}
LONG = "# 潮の満ち引き 🌊\n\n" + "".join(
    f"## Part {number} 漢字 👩‍👩‍👧\n\n{'The tide 🌊 comes. ' * 12}See [the first](#part-1) and [it](README.md).\n\n"
    for number in range(1, 5)
)
"""A document over the first limit, whose lines hold characters of one, two, three and four bytes."""


def mission(folder: Path) -> Path:
    """A folder in which each of the crew has something to do, and no more than that."""
    team = folder / ".kinos" / "teams" / "crew.toml"
    team.parent.mkdir(parents=True)
    entries = "".join(f'[[agents]]\nname = "{name}"\n' for name in CREW)
    team.write_text(f'summary = "writes"\n{entries}', encoding="utf-8")
    (folder / "demande.md").write_text(
        "# Request\n\n- Write a guide to the harbour.\n- List its opening hours.\n", encoding="utf-8"
    )
    (folder / "todolist.md").write_text("# To do\n\nNothing yet.\n", encoding="utf-8")
    (folder / "README.md").write_text("# Harbour\n\nSee [the tides](tides.md).\n", encoding="utf-8")
    return folder


def tokens(text: str) -> int:
    """The size of a text."""
    return counter_for("claude-v4.8").count(text).tokens


async def begin(editor: Editor, profile: Profile, folder: Path) -> dict[str, Any]:
    """Say hello, as this editor does; what the server can."""
    answer = await editor.initialize(
        folder, capabilities=profile.capabilities, options={"trusted": True, "settings": SETTINGS}
    )
    assert editor.encoding == profile.encodings[0]
    status = await editor.status(lambda status: status["documents"]["count"])
    assert status["team"]["state"] == "stopped"
    capabilities: dict[str, Any] = answer["capabilities"]
    return capabilities


async def sizes_appear_and_clear(editor: Editor, folder: Path) -> Document:
    """A document grows over the limit and shrinks below it while it is typed; it ends long."""
    (folder / "tides.md").write_text("# Tides\n", encoding="utf-8")
    document = editor.open(folder / "tides.md", "# Tides\n")
    for text in (LONG, "", LONG):
        editor.type(document, (0, len(document.text), text))
        shown = await _sizes(editor, document)
        assert [each["code"] for each in shown] == (["document-long"] if text else [])
        for each in shown:
            assert f"{tokens(text)} tokens, above 400" in each["message"]
            assert document.part(each["range"]) == text.split("\n", 1)[0]
    return document


async def _sizes(editor: Editor, document: Document) -> list[dict[str, Any]]:
    """The diagnostics of a document as it is now, pushed or pulled."""
    if "textDocument/diagnostic" in editor.offered:
        report = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": document.uri}})
        pulled: list[dict[str, Any]] = report["items"]
        return pulled
    shown = await editor.published(document.uri, lambda params: params["version"] == document.version)
    pushed: list[dict[str, Any]] = shown["diagnostics"]
    return pushed


async def what_is_shown(editor: Editor, document: Document) -> dict[str, Any]:
    """The answers to all that an editor asks while a person reads a document; each is there where it is offered."""
    place = {"line": 2, "character": 3}
    whole = {"start": {"line": 0, "character": 0}, "end": document.position(len(document.text))}
    named = {"textDocument": {"uri": document.uri}}
    shown = await _sizes(editor, document)
    asked = {
        "textDocument/hover": named | {"position": place},
        "textDocument/documentSymbol": named,
        "textDocument/codeLens": named,
        "textDocument/inlayHint": named | {"range": whole},
        "textDocument/documentLink": named,
        "textDocument/codeAction": named | {"range": shown[0]["range"], "context": {"diagnostics": shown}},
    }
    answers = {}
    for method, params in asked.items():
        if method in editor.offered:
            answers[method] = await editor.request(method, params)
    for lens in answers.get("textDocument/codeLens") or ():
        if "command" not in lens:
            await editor.request("codeLens/resolve", lens)
    for action in answers.get("textDocument/codeAction") or ():
        if "edit" not in action and "data" in action:
            await editor.request("codeAction/resolve", action)
    return answers


async def the_document_is_split(
    editor: Editor, profile: Profile, document: Document, actions: list[dict[str, Any]]
) -> None:
    """By the action that is offered beside its diagnostic: one edit that makes the parts, and brings it to size.

    Nothing of it is offered to an editor that creates no files.
    """
    if not profile.creates_files:
        assert not [action for action in actions if action["title"].startswith("Split")]
        return
    split = next(
        action for action in actions if action["title"].startswith("Split") and "preview" not in action["title"]
    )
    edit = (split if "edit" in split else await editor.request("codeAction/resolve", split))["edit"]
    parts = [change["uri"] for change in edit["documentChanges"] if change.get("kind") == "create"]
    assert editor.takes(editor, {"edit": edit}) == {"applied": True}
    assert await _sizes(editor, document) == []
    assert tokens(document.text) < 400
    assert parts
    for uri in parts:
        assert "The tide 🌊 comes." in editor.documents[uri].text
        editor.save(editor.documents[uri], file_of(uri))
    editor.save(document, file_of(document.uri))


async def a_team_works_and_waits(editor: Editor) -> list[dict[str, Any]]:
    """Start the crew in review, watch it, and look at what waits: each change with its text."""
    started = await editor.command("startTeam", team="crew", rehearse=True, landing="review")
    assert (started["team"], sorted(started["agents"])) == ("crew", sorted(CREW))
    status = await editor.status(lambda status: status["waiting"] >= 3)
    assert (status["team"]["landing"], status["team"]["rehearsal"]) == ("review", True)
    assert (await editor.command("pauseTeam"))["team"]["state"] == "paused"
    waiting = [change for change in await editor.command("history") if change["state"] == "proposed"]
    assert {change["agent"] for change in waiting} == set(CREW)
    for change in waiting:
        assert "+++ " in await editor.command("diff", change=change["id"])
        proposal = await editor.command("proposal", change=change["id"])
        assert [file["path"] for file in proposal["files"]] == [file["path"] for file in change["files"]]
        contents = await editor.command("contents", change=change["id"])
        assert [file["after"] for file in contents["files"]] == [file["text"] for file in proposal["files"]]
    return waiting


def by(agent: str, changes: list[dict[str, Any]]) -> dict[str, Any]:
    """The change of an agent."""
    return next(change for change in changes if change["agent"] == agent)


async def a_change_lands_in_an_open_document(editor: Editor, folder: Path, change: dict[str, Any]) -> None:
    """It goes through the editor, leaves what the person has typed, and has landed once that is saved."""
    path = folder / "todolist.md"
    assert [file["path"] for file in change["files"]] == ["todolist.md"]
    document = editor.open(path, path.read_text(encoding="utf-8"))
    mine = "漢字 🌊 ma note 👩‍👩‍👧\n\n"
    editor.type(document, (0, 0, mine))
    accepted = await editor.command("accept", change=change["id"])
    assert (accepted["state"], accepted["accepted"]) == ("landed, unsaved", True)
    assert document.text.startswith(f"{mine}# To do\n")
    assert "harbour" in document.text
    assert "harbour" not in path.read_text(encoding="utf-8")
    editor.save(document, path)
    history = {each["id"]: each for each in await editor.command("history")}
    assert history[change["id"]]["state"] == "landed"
    last = await editor.command("lastEdit", uri=document.uri)
    assert (last["version"], last["change"]["id"]) == (document.version, change["id"])
    lines = document.text.split("\n")
    assert any("harbour" in lines[at] for each in last["lines"] for at in range(each["first"], each["last"] + 1))
    assert all("ma note" not in lines[each["first"]] for each in last["lines"])
    undone = await editor.command("undo", change=change["id"])
    unsaved = [{"id": change["id"], "paths": [path.name]}]
    assert undone == {"changes": [change["id"]], "setAside": [], "unsaved": unsaved}
    assert document.text == f"{mine}# To do\n\nNothing yet.\n"
    assert (await editor.command("redo", change=change["id"]))["changes"] == [change["id"]]
    assert "harbour" in document.text
    editor.save(document, path)


async def a_change_is_edited_before_it_lands(editor: Editor, folder: Path, change: dict[str, Any]) -> None:
    """What the person made of it lands in its place, in closed documents, and is taken back from there."""
    files = (await editor.command("proposal", change=change["id"]))["files"]
    texts = {file["path"]: f"{file['text']}\nA word of mine.\n" for file in files}
    bases = {file["path"]: file["base"] for file in files if file["base"] is not None}
    edited = await editor.command("editChange", change=change["id"], texts=texts, bases=bases)
    assert (edited["state"], edited["editOf"]) == ("proposed", change["id"])
    assert (await editor.command("accept", change=edited["id"]))["state"] == "landed"
    (path,) = texts
    assert (folder / path).read_text(encoding="utf-8").endswith("A word of mine.\n")
    assert await editor.command("undo", change=edited["id"]) == {
        "changes": [edited["id"]],
        "setAside": [],
        "unsaved": [],
    }
    assert not (folder / path).exists()


async def a_change_is_rejected(editor: Editor, change: dict[str, Any]) -> None:
    """With a reason, which is kept."""
    rejected = await editor.command("reject", change=change["id"], reason="not now")
    assert (rejected["state"], rejected["reason"]) == ("rejected", "not now")


async def the_team_stops(editor: Editor) -> None:
    """One agent, then all of them, and their processes."""
    assert await editor.command("stopAgent", agent="evaluation") == {"agent": "evaluation", "state": "stopped"}
    assert (await editor.command("stopTeam"))["stopped"] > 0
    await editor.status(lambda status: status["team"]["state"] == "stopped")


async def heavy_places_are_told(editor: Editor, document: Document) -> None:
    """Beside the diagnostic, a moment later: where the limit is crossed, and the heaviest sections."""
    related: list[dict[str, Any]] = []
    async with asyncio.timeout(SECONDS):
        while not related:
            await editor.request("kinos/state")  # gives what is told meanwhile its turn
            (diagnostic,) = await _sizes(editor, document)
            related = diagnostic.get("relatedInformation", [])
    for each in related:
        place = each["location"]["range"]
        assert "\n" not in document.part(place).rstrip("\n")
    assert any(document.part(each["location"]["range"]).startswith("## Part ") for each in related)


async def all_documents_are_asked_about(editor: Editor) -> None:
    """Those that there is something to say about: first streamed, which another request ends."""
    streamed = editor.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "all"})
    await editor.until(lambda: "all" in [params["token"] for params in editor.said("$/progress")])
    assert (await editor.request("workspace/diagnostic", {"previousResultIds": []}))["items"]
    assert await streamed == {"items": []}


async def a_document_is_split_by_a_command(editor: Editor, folder: Path) -> None:
    """One that is long and closed."""
    long = folder / "currents.md"
    long.write_text(LONG, encoding="utf-8")
    await editor.command("updateMap")
    done = await editor.command("splitDocument", uri=long.as_uri())
    assert {each["uri"] for each in done["created"]} <= set(editor.documents)
    assert long.as_uri() in done["changed"]
    for uri in (*done["changed"], *(each["uri"] for each in done["created"])):
        editor.save(editor.documents[uri], file_of(uri))


async def the_team_is_asked_to_consolidate(editor: Editor, document: Document) -> None:
    """And asked no more."""
    asked = await editor.command("consolidate", uri=document.uri)
    assert (asked["path"], asked["running"]) == ("tides.md", False)
    await editor.command("consolidate", uri=document.uri, withdraw=True)


async def what_cannot_be_done_is_said(editor: Editor) -> None:
    """With its kind and its remedy."""
    with pytest.raises(ResponseError) as refused:
        await editor.command("undo", change="nothing")
    assert refused.value.data["kind"]


async def what_the_person_changed_since_is_left_alone(editor: Editor, folder: Path) -> None:
    """A change is neither taken back nor put there again where a person has written something else meanwhile."""
    history = {change["state"]: change for change in await editor.command("history")}
    landed, undone = history["landed"], history["undone"]
    document = editor.documents[(folder / "todolist.md").as_uri()]
    editor.type(document, (0, len(document.text), "Something else.\n"))
    editor.save(document, folder / "todolist.md")
    aside = await editor.command("undo", change=landed["id"])
    assert [each["id"] for each in aside["setAside"]] == [landed["id"]]
    (path,) = (file["path"] for file in undone["files"])
    (folder / path).write_text("Something else.\n", encoding="utf-8")
    aside = await editor.command("redo", change=undone["id"])
    assert [each["id"] for each in aside["setAside"]] == [undone["id"]]


async def one_agent_is_stopped_and_started(editor: Editor) -> None:
    """While the others go on, and after a pause."""
    assert (await editor.command("pauseTeam"))["check"]
    await editor.command("resumeTeam")
    assert await editor.command("stopAgent", agent="testeur") == {"agent": "testeur", "state": "stopped"}
    assert (await editor.command("startAgent", agent="testeur", rehearse=True))["agent"] == "testeur"


async def a_cap_is_reached_and_raised(editor: Editor) -> None:
    """The person is asked, and lets the team go on."""
    await editor.command("resumeTeam")
    await editor.command("setBudget", runs=1)
    question = await editor.question()
    raise_it, stop = (action["title"] for action in question["params"]["actions"])
    assert (raise_it, stop) == ("Raise by 50 runs", "Stop the team")
    editor.answer(question, raise_it)
    await editor.status(lambda status: status["team"]["state"] == "running" and status["budget"]["runsCap"] > 50)


async def a_document_is_renamed(editor: Editor, folder: Path) -> None:
    """By a person: the links to it follow, with the document that they are in."""
    linking = folder / "README.md"
    document = editor.documents.get(linking.as_uri()) or editor.open(linking, linking.read_text(encoding="utf-8"))
    names = {"files": [{"oldUri": (folder / "tides.md").as_uri(), "newUri": (folder / "ebb and flow.md").as_uri()}]}
    edit = await editor.request("workspace/willRenameFiles", names)
    assert editor.takes(editor, {"edit": edit}) == {"applied": True}
    assert "tides.md" not in document.text
    assert "ebb" in document.text
    editor.notify("workspace/didRenameFiles", names)


async def the_rest_is_asked(editor: Editor, folder: Path) -> None:
    """What a person may ask at any time."""
    assert "# Project Map" in await editor.command("showMap")
    assert await editor.command("updateMap") == "map (readonly).md"
    shown = await editor.command("mapDocument")
    assert shown["text"].startswith("# Project Map")
    assert (folder / "README.md").as_uri() in {link["target"].partition("#")[0] for link in shown["links"]}
    table = await editor.command("documents", suggest=True)
    sizes = [each["tokens"] for each in table["documents"]]
    assert table["complete"]
    assert sizes == sorted(sizes, reverse=True)
    if "textDocument/documentLink" in editor.offered:
        path = folder / "map (readonly).md"
        shown = editor.open(path, path.read_text(encoding="utf-8"))
        links = await editor.request("textDocument/documentLink", {"textDocument": {"uri": shown.uri}})
        assert (folder / "README.md").as_uri() in {link["target"].partition("#")[0] for link in links}
    assert (await editor.command("setPhase", phase="convergence"))["phase"]["pinned"]
    assert (await editor.command("status"))["phase"]["name"] == "CONVERGENCE"
    course = await editor.command("phaseHistory")
    assert (course["points"][-1]["phase"], course["points"][-1]["pinned"]) == ("CONVERGENCE", True)
    assert course["points"][-1]["total"] == (await editor.request("kinos/state"))["tokens"]["total"]
    done = await editor.command("cycles")
    assert {each["agent"] for each in done["cycles"]} == {each["agent"] for each in await editor.command("figures")}
    assert (await editor.command("doctor"))["findings"]
    assert (await editor.request("kinos/state", {"folder": str(folder)}))["folder"] == str(folder)


async def a_prompt_is_opened(editor: Editor, folder: Path) -> None:
    """A copy of the shipped one, for this workspace."""
    made = await editor.command("editPrompt", agent="management")
    assert (file_of(made["uri"]), made["created"]) == (folder / ".kinos" / "prompts" / "management.md", True)

    def shown() -> bool:
        return made["uri"] in [
            each["params"]["uri"] for each in editor.asked if each["method"] == "window/showDocument"
        ]

    await editor.until(shown)


async def the_size_of_a_document_is_asked(editor: Editor, document: Document) -> None:
    """Right behind what was typed, so that it is the size of just that."""
    before = await editor.request("kinos/size", {"uri": document.uri})
    editor.type(document, (0, 0, "one more word "))
    after = await editor.request("kinos/size", {"uri": document.uri})
    assert after["tokens"] > before["tokens"]
    assert (after["uri"], after["version"]) == (document.uri, document.version)


async def the_sample_is_copied(editor: Editor, folder: Path) -> None:
    """Where it was asked for."""
    made = await editor.command("newSample", into=(folder.parent / "sample").as_uri())
    assert file_of(made["folder"]) == folder.parent / "sample"
    assert (folder.parent / "sample" / "demande.md").exists()


async def teams_and_agents_are_listed(editor: Editor, folder: Path) -> None:
    """With what is wrong in their files."""
    for name in ("teams/night.toml", "prompts/scribe.md"):
        (folder / ".kinos" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / ".kinos" / name).write_text("wrong", encoding="utf-8")
    for command, name in (("teams", "night"), ("agents", "scribe")):
        answer = await editor.command(command)
        assert answer["found"]
        assert [each["name"] for each in answer["errors"]] == [name]


async def a_team_file_is_opened(editor: Editor, folder: Path) -> None:
    """A copy of the shipped one, for this workspace."""
    made = await editor.command("editTeam", team="coding")
    assert (file_of(made["uri"]), made["created"]) == (folder / ".kinos" / "teams" / "coding.toml", True)


async def a_mission_is_made(editor: Editor, folder: Path) -> None:
    """In the folder, with a form to fill in; one that is there is left alone. The log is named, too."""
    made = await editor.command("newMission", into="harbour")
    assert file_of(made["folder"]) == folder / "harbour"
    assert file_of(made["uri"]).read_text(encoding="utf-8").startswith("# Request")
    with pytest.raises(ResponseError, match="there already"):
        await editor.command("newMission", into="harbour")
    log = await editor.command("log")
    assert (file_of(log["uri"]), log["written"]) == (folder / ".kinos" / "state" / "kinos.log", True)


async def what_a_folder_brings_is_approved(editor: Editor, folder: Path) -> None:
    """By a person who has seen it, and then it counts at once."""
    config = folder / ".kinos" / "config.toml"
    config.write_text('[landing]\nedit = ["tools/**"]\nmode = "none"\n', encoding="utf-8")
    shown = await editor.command("trust")
    assert [(each["what"], each["approved"]) for each in shown["found"]] == [("landing.edit", False)]
    done = await editor.command("trust", approve=[shown["found"][0]["mark"]])
    assert [each["approved"] for each in done["found"]] == [True]
    assert done["refused"] == shown["refused"] != []
    config.unlink()


async def a_wrong_setting_is_told(editor: Editor) -> None:
    """To the person, once the editor says that it has it."""
    editor.settings = {"kinos": {"tokens": {"warn": "many"}}}
    editor.notify("workspace/didChangeConfiguration", {"settings": editor.settings})

    def told() -> bool:
        return any("tokens.warn" in each["message"] for each in editor.said("window/showMessage"))

    await editor.until(told)
