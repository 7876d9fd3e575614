"""Code actions and the commands about one document, from the real server, with clients that can more and less."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.applying import EDITS, LITERALS, RESOLVING, capabilities, make, take
from e2e.lsp.editor import Document, Editor, ResponseError, drop_edit, server
from kinos.adapters.share import shared

SETTINGS = {"settings": {"tokens": {"warn": 300, "error": 1000}}}
BODY = "The harbour 🌊 measures its tide. " * 12
GUIDE = f"# Führer\r\n\r\nSee [用途](#用途).\r\n\r\n## Setup\r\n\r\n{BODY}\r\n\r\n## 用途\r\n\r\n{BODY}\r\n"
OTHER = "[there](guide.md#用途)\n"


async def begin(editor: Editor, folder: Path, declared: Mapping[str, Any], documents: int = 2) -> Document:
    """A folder with a document that is too large, which is open, and one that links into it."""
    (folder / "guide.md").write_bytes(GUIDE.encode())
    (folder / "other.md").write_text(OTHER)
    editor.takes = take
    await editor.initialize(folder, options=SETTINGS, capabilities=declared)
    await editor.status(lambda status: status["documents"]["count"] == documents)
    return editor.open(folder / "guide.md", GUIDE)


async def ask(editor: Editor, document: Document, line: int = 0, only: list[str] | None = None) -> list[dict[str, Any]]:
    """The code actions at a line, with the diagnostics there."""
    place = {"line": line, "character": 0}
    shown = (await editor.published(document.uri))["diagnostics"] if line == 0 else []
    context = {"diagnostics": shown} | ({} if only is None else {"only": only})
    params = {
        "textDocument": {"uri": document.uri}, "range": {"start": place, "end": place}, "context": context,
    }  # fmt: skip
    found: list[dict[str, Any]] = await editor.request("textDocument/codeAction", params)
    return found


def named(actions: list[dict[str, Any]], title: str) -> dict[str, Any]:
    (found,) = [action for action in actions if action["title"] == title]
    return found


async def test_a_large_document_is_split_by_a_quick_fix_that_is_worked_out_when_chosen(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(RESOLVING, EDITS))
        split = named(await ask(editor, document, only=["quickfix"]), "Split at headings")
        assert (split["kind"], split["isPreferred"], "edit" in split) == ("quickfix", True, False)
        assert [each["code"] for each in split["diagnostics"]] == ["document-long"]
        resolved = await editor.request("codeAction/resolve", split)
        assert make(editor, resolved["edit"])
        assert "## 用途\r\n\r\nSee [用途](guide-part-1.md).\r\n" in document.text
        assert "See [用途](guide-part-1.md#%E7%94%A8%E9%80%94).\r\n" in document.text
        made = (tmp_path / "guide-part-1.md").read_bytes().decode()
        assert made.startswith("# 用途\r\n\r\nPart of [Führer](guide.md).\r\n\r\nThe harbour 🌊")
        assert (tmp_path / "other.md").read_text() == "[there](guide-part-1.md#%E7%94%A8%E9%80%94)\n"
        shown = await editor.published(document.uri, lambda params: params.get("version") == document.version)
        assert shown["diagnostics"] == []


async def test_a_client_that_does_not_resolve_is_given_the_whole_action(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(LITERALS, EDITS))
        actions = await ask(editor, document)
        assert all(action.keys() & {"edit", "command", "disabled"} for action in actions)
        assert not any("data" in action for action in actions)
        assert make(editor, named(actions, "Split at headings")["edit"])
        assert "See [用途](guide-part-1.md).\r\n" in document.text


async def test_a_preview_asks_to_be_confirmed(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(RESOLVING, EDITS))
        preview = named(await ask(editor, document), "Split at headings (preview)")
        edit = (await editor.request("codeAction/resolve", preview))["edit"]
        assert edit["changeAnnotations"] == {"kinos": {"label": "Split guide.md", "needsConfirmation": True}}
        used = [each.get("annotationId") for each in edit["documentChanges"] if "kind" in each]
        used += [one["annotationId"] for each in edit["documentChanges"] for one in each.get("edits", ())]
        assert set(used) == {"kinos"}


async def test_what_a_client_did_not_declare_it_is_not_offered(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        declared = capabilities({**RESOLVING, "disabledSupport": False}, {"documentChanges": True})
        document = await begin(editor, tmp_path, declared)
        actions = await ask(editor, document)
        assert [action["title"] for action in actions if action["kind"] == "quickfix"] == [
            "Ignore the size of this document",
            *[action["title"] for action in actions if "consolidate" in action["title"]],
        ]
        with pytest.raises(ResponseError, match="creates no files"):
            await editor.command("splitDocument", uri=document.uri, headings=["Setup"])
        assert sorted(path.name for path in tmp_path.glob("*.md")) == ["guide.md", "other.md"]


async def test_actions_are_declared_as_the_client_can_take_them(tmp_path: Path) -> None:
    answers = {}
    for name, action in (("none", None), ("commands", {}), ("literals", LITERALS), ("resolving", RESOLVING)):
        async with server() as running:
            declared = capabilities(action or {}, EDITS)
            if action is None:
                del declared["textDocument"]["codeAction"]
            answer = await running.editor.initialize(tmp_path, capabilities=declared)
            answers[name] = answer["capabilities"].get("codeActionProvider")
    assert (answers["none"], answers["commands"]) == (None, True)
    assert [answers[name].get("resolveProvider", False) for name in ("literals", "resolving")] == [False, True]
    assert "source.kinos.updateMap" in answers["resolving"]["codeActionKinds"]


async def test_where_offers_can_be_registered_they_are_for_every_file(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=capabilities({**RESOLVING, "dynamicRegistration": True}, EDITS))

        def options() -> dict[str, Any] | None:
            made = [
                each for m in editor.asked if "registrations" in m["params"] for each in m["params"]["registrations"]
            ]
            return next((each["registerOptions"] for each in made if each["method"] == "textDocument/codeAction"), None)

        registered = await editor.until(options)
        assert (registered["documentSelector"], registered["resolveProvider"]) == ([{"scheme": "file"}], True)


async def test_a_document_that_was_edited_since_is_not_changed(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(RESOLVING, EDITS))
        actions = await ask(editor, document)
        resolved = await editor.request("codeAction/resolve", named(actions, "Split at headings"))
        editor.type(document, (0, 0, "x"))
        assert not make(editor, resolved["edit"])
        with pytest.raises(ResponseError) as error:
            await editor.request("codeAction/resolve", named(actions, "Split at headings"))
        assert error.value.code == -32801


async def test_the_section_at_the_cursor_moves_to_a_new_document(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(RESOLVING, EDITS))
        move = named(await ask(editor, document, 6, ["refactor"]), "Move “Setup” to a new document")
        assert make(editor, (await editor.request("codeAction/resolve", move))["edit"])
        assert "See [Setup](guide-setup.md).\r\n\r\n## 用途\r\n" in document.text


async def test_a_passage_is_folded_into_the_one_it_repeats(tmp_path: Path) -> None:
    (tmp_path / "levels.md").write_text(f"# Levels\n\n{BODY}\n")
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(RESOLVING, EDITS), documents=3)
        title = "Fold this passage into “Levels” (levels.md)"
        fold = named(await ask(editor, document, 6), title)
        assert make(editor, (await editor.request("codeAction/resolve", fold))["edit"])
        assert "## Setup\r\n\r\nSee [Levels](levels.md).\r\n\r\n## 用途\r\n" in document.text
        place = {"line": 10, "character": 0}
        context = {"diagnostics": [], "triggerKind": 2}
        params = {"textDocument": {"uri": document.uri}, "range": {"start": place, "end": place}, "context": context}
        assert title not in [each["title"] for each in await editor.request("textDocument/codeAction", params)]


async def test_the_size_is_ignored_from_then_on(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(RESOLVING, {"documentChanges": True}))
        ignore = named(await ask(editor, document), "Ignore the size of this document")
        assert make(editor, (await editor.request("codeAction/resolve", ignore))["edit"])
        assert document.text.startswith("<!-- kinos: ignore-size -->\r\n# F")
        shown = await editor.published(document.uri, lambda params: params.get("version") == document.version)
        assert shown["diagnostics"] == []


async def test_the_command_splits_and_says_what_it_did(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(RESOLVING, EDITS))
        answer = await editor.command("splitDocument", uri=document.uri, headings=["用途"])
        (created,) = answer["created"]
        assert (created["uri"], created["title"], created["headings"]) == (
            f"{tmp_path.as_uri()}/guide-part-1.md", "用途", ["用途"],
        )  # fmt: skip
        assert created["tokens"] > 50
        assert answer["changed"] == [document.uri, (tmp_path / "other.md").as_uri()]
        assert "See [用途](guide-part-1.md).\r\n" in document.text
        with pytest.raises(ResponseError, match="no heading 'Nowhere'"):
            await editor.command("splitDocument", uri=document.uri, headings=["Nowhere"])
        with pytest.raises(ResponseError, match="no file in a folder"):
            await editor.command("splitDocument", uri="untitled:a.md")
        with pytest.raises(ResponseError, match="does not take heading"):
            await editor.command("splitDocument", uri=document.uri, heading="x")


async def test_a_closed_document_is_split_too(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(RESOLVING, EDITS))
        editor.close(document)
        await editor.command("splitDocument", uri=document.uri, headings=["Setup"])
        assert b"See [Setup](guide-setup.md).\r\n" in (tmp_path / "guide.md").read_bytes()


async def test_an_editor_that_only_says_so_is_not_believed(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        document = await begin(editor, tmp_path, capabilities(RESOLVING, EDITS))
        editor.takes = drop_edit
        with pytest.raises(ResponseError, match="was not split: The editor said"):
            await editor.command("splitDocument", uri=document.uri, headings=["Setup"])


@pytest.mark.agents
async def test_a_rehearsed_team_does_first_what_it_was_asked_to_consolidate(tmp_path: Path) -> None:
    """Of two documents above the limit the smaller one, which would have its turn later; asked for while no team ran."""
    for name, times in (("large", 30), ("small", 14)):
        parts = "\n\n".join(f"## Part {n} of {name}\n\n" + f"{name} words number {n} " * 20 for n in range(times))
        (tmp_path / f"{name}.md").write_text(f"# {name}\n\n{parts}\n")
    settings = {"settings": {"tokens": {"warn": 1000, "error": 9000}, "landing": {"mode": "auto"}}}
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=settings)
        await editor.status(lambda status: status["documents"]["long"] == 2)
        answer = await editor.command("consolidate", uri=(tmp_path / "small.md").as_uri())
        assert (answer["path"], answer["running"], "kept" in answer["message"]) == ("small.md", False, True)
        assert (await editor.status(lambda status: status["asked"]))["asked"] == ["small.md"]
        await editor.command("startAgent", agent="documentaliste", rehearse=True)
        await editor.status(lambda status: not status["asked"] and status["documents"]["count"] > 2)
        changes = await editor.command("history")
        assert changes[0]["title"].startswith("Split small.md into")
        assert changes[0]["state"] == "landed"
        await editor.command("stopTeam")


async def test_a_shipped_prompt_is_copied_and_opened_from_a_team_file(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        declared = capabilities(RESOLVING, EDITS, window={"showDocument": {"support": True}})
        await begin(editor, tmp_path, declared)
        team = 'name = "mine"\nsummary = "x"\n\n[[agents]]\nname = "management"\nexpansion = 1\n'
        document = editor.open(tmp_path / ".kinos" / "teams" / "mine.toml", team, "toml")
        edit = named(await ask(editor, document, 5), "Edit the prompt of management")
        assert await ask(editor, document, 1) == []
        answer = await editor.request("workspace/executeCommand", edit["command"])
        own = tmp_path / ".kinos" / "prompts" / "management.md"
        assert answer == {"agent": "management", "uri": own.as_uri(), "created": True}
        assert own.read_text().startswith("+++")
        shown = [message for message in editor.asked if message["method"] == "window/showDocument"]
        assert [message["params"] for message in shown] == [{"uri": own.as_uri(), "takeFocus": True}]


async def test_a_shipped_prompt_leads_to_a_copy_and_nothing_is_opened_by_who_cannot(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await begin(editor, tmp_path, capabilities(RESOLVING, EDITS))
        shipped = editor.open(shared() / "prompts" / "redacteur.md", "+++\nrole = 'x'\n+++\nx\n")
        (edit,) = await ask(editor, shipped, 1)
        assert edit["title"] == f"Edit the prompt of redacteur in {tmp_path}"
        await editor.request("workspace/executeCommand", edit["command"])
        again = await editor.command("editPrompt", agent="redacteur")
        assert (again["created"], (tmp_path / ".kinos/prompts/redacteur.md").exists()) == (False, True)
        assert not [message for message in editor.asked if message["method"] == "window/showDocument"]


@pytest.mark.agents
async def test_a_waiting_change_is_accepted_from_the_document_it_is_about(tmp_path: Path) -> None:
    parts = "\n\n".join(f"## Part {n}\n\n" + f"words number {n} " * 20 for n in range(30))
    (tmp_path / "large.md").write_text(f"# Large\n\n{parts}\n")
    settings = {"settings": {"tokens": {"warn": 1000, "error": 9000}}}
    async with server() as running:
        editor = running.editor
        editor.takes = take
        await editor.initialize(tmp_path, options=settings, capabilities=capabilities(RESOLVING, EDITS))
        await editor.status(lambda status: status["documents"]["long"] == 1)
        await editor.command("startAgent", agent="documentaliste", rehearse=True)
        await editor.status(lambda status: status["waiting"])
        await editor.command("stopTeam")
        document = editor.open(tmp_path / "large.md", (tmp_path / "large.md").read_text())
        actions = await ask(editor, document, 4, ["refactor.rewrite"])
        (change,) = [each for each in await editor.command("history") if each["state"] == "proposed"]
        titles = [f"{verb} “{change['title']}” (documentaliste)" for verb in ("Accept", "Reject")]
        assert [each["title"] for each in actions] == titles
        assert all("tags" not in each for each in actions)
        request = editor.open(tmp_path / "demande.md", "# Request\n")
        there = await ask(editor, request, 0, ["refactor.rewrite"])
        assert [each["title"] for each in there] == titles
        assert [each["title"] for each in await ask(editor, request, 0, ["source.kinos.team"])] == [
            "Start the team", "Rehearse with the team",
        ]  # fmt: skip
        assert await editor.request("workspace/executeCommand", actions[0]["command"]) is None
        await editor.until(lambda: "See [Part" in document.text or None)
        await editor.status(lambda status: not status["waiting"])
        assert await ask(editor, document, 4, ["refactor.rewrite"]) == []
        (undo,) = await ask(editor, request, 0, ["source.kinos.undo"])
        assert undo["title"] == f"Undo “{change['title']}” (documentaliste)"
        assert await editor.request("workspace/executeCommand", undo["command"]) is None
        await editor.until(lambda: "See [Part" not in document.text or None)


async def test_a_command_that_nobody_waits_for_is_answered_first_and_says_later_what_went_wrong(tmp_path: Path) -> None:
    (tmp_path / "demande.md").write_text("# Request\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options={"trusted": False})
        await editor.status()
        with pytest.raises(ResponseError, match="background must be true or false"):
            await editor.command("startTeam", background="yes")
        assert await editor.command("startTeam", background=True) is None
        told = await editor.until(lambda: editor.said("window/showMessage"))
        assert "trusted" in told[0]["message"]
        assert await editor.command("accept", change="none", background=True) is None
        await editor.until(lambda: "no change" in editor.said("window/showMessage")[-1]["message"])
