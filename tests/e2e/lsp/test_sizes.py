"""Sizes of documents as an editor sees them, from the real server over stdio."""

import random
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import CAPABILITIES, Document, aider_website, server
from kinos.tokens.counter import counter_for

SETTINGS = {"settings": {"tokens": {"warn": 100, "error": 1000}}}
ODD = ("\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\r", "\r\n", "\n", "🌊", "é", "e\u0301", "word ", "# ")
"""What other programs split lines at, what LSP splits lines at, and what has several units."""


def tokens(text: str) -> int:
    """The size of a text."""
    return counter_for("claude-v4.8").count(text).tokens


async def test_typing_across_the_limit_shows_and_takes_away_the_diagnostic(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS)
        document = editor.open(tmp_path / "a.md", "short\n")
        first = await editor.published(document.uri)
        assert (first["version"], first["diagnostics"]) == (1, [])
        editor.type(document, (0, 0, "word " * 120))
        shown = await editor.published(document.uri, lambda params: params["version"] == 2)
        (diagnostic,) = shown["diagnostics"]
        assert (diagnostic["code"], diagnostic["source"], diagnostic["severity"]) == ("document-long", "kinos", 2)
        assert f"{tokens(document.text)} tokens, above 100 (claude-v4.8)" in diagnostic["message"]
        assert diagnostic["range"] == {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 605}}
        editor.type(document, (0, 600, ""))
        assert (await editor.published(document.uri, lambda params: params["version"] == 3))["diagnostics"] == []


async def test_closed_documents_have_theirs_after_the_scan_without_a_version(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "very long.md").write_text("word " * 2000)
    (tmp_path / "short.md").write_text("word")
    (tmp_path / "ignored.md").write_text("word " * 2000)
    (tmp_path / ".kinosignore").write_text("ignored.md\n")
    async with server() as running:
        await running.editor.initialize(tmp_path, options=SETTINGS)
        shown = await running.editor.published(f"{tmp_path.as_uri()}/docs/very%20long.md")
        assert "version" not in shown
        assert [each["code"] for each in shown["diagnostics"]] == ["document-too-long"]
        status = await running.editor.status()
        assert status["documents"] == {"count": 2, "long": 0, "tooLong": 1}
        assert len(running.editor.said("textDocument/publishDiagnostics")) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_our_text_stays_in_step_whatever_is_typed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path)
        document = editor.open(tmp_path / "a.md", "".join(chance.choices(ODD, k=60)))
        for _ in range(25):
            editor.changed(document, [_replace(chance, document) for _ in range(chance.randint(1, 4))])
            state = await editor.request("kinos/state")
            assert state["tokens"]["total"] == tokens(document.text)


def _replace(chance: random.Random, document: Document) -> dict[str, Any]:
    start = chance.randint(0, len(document.text))
    end = min(len(document.text), start + chance.choice((0, 0, 1, 3)))
    # An editor has no place between a carriage return and its line feed.
    start, end = (place - (document.text[place - 1 : place + 1] == "\r\n") for place in (start, end))
    return document.replace(start, end, "".join(chance.choices(ODD, k=chance.randint(0, 4))))


async def test_a_flood_of_keystrokes_is_followed_to_its_end(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS)
        document = editor.open(tmp_path / "a.md", "word " * 200 + "\n")
        for number in range(500):
            editor.type(document, (number, number, "x"))
        last = await editor.published(document.uri, lambda params: params.get("version") == 501)
        assert f" {tokens(document.text)} tokens" in last["diagnostics"][0]["message"]
        versions = [params["version"] for params in editor.said("textDocument/publishDiagnostics")]
        assert versions == sorted(versions)


@pytest.mark.agents
async def test_real_documents_are_counted_as_claude_does(tmp_path: Path) -> None:
    """The Markdown inside the installed aider: 85 documents."""
    website = aider_website(tmp_path)
    async with server() as running:
        await running.editor.initialize(website)
        status = await running.editor.status(lambda status: status["documents"]["count"])
        assert (status["documents"]["count"], status["tokens"]["total"]) == (85, 142_615)
        assert status["phase"]["name"] == "CONVERGENCE"
        uri = (website / "docs" / "config" / "adv-model-settings.md").as_uri()
        shown = (await running.editor.published(uri))["diagnostics"]
        assert "37536 tokens, above 12000" in shown[0]["message"]
        over = [path for path in website.rglob("*.md") if tokens(path.read_text(encoding="utf-8")) > 6000]
        assert len(over) == status["documents"]["long"] + status["documents"]["tooLong"]
        for path in over:
            assert len((await running.editor.published(path.as_uri()))["diagnostics"]) == 1


async def test_closing_brings_back_what_is_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("word " * 120)
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS)
        document = editor.open(tmp_path / "a.md", "short")
        await editor.published(document.uri, lambda params: params.get("version") == 1)
        editor.close(document)
        shown = await editor.published(document.uri, lambda params: "version" not in params)
        assert len(shown["diagnostics"]) == 1
        # Closed and opened again in one breath: the text that is open counts.
        for _ in range(3):
            document = editor.open(tmp_path / "a.md", "other words")
            editor.close(document)
        document = editor.open(tmp_path / "a.md", "these words")
        assert (await editor.request("kinos/state"))["tokens"]["total"] == tokens("these words")


async def test_changes_on_the_disk_are_followed_where_the_editor_watches(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("word " * 120)
    async with server() as running:
        editor = running.editor
        watching = {**CAPABILITIES["workspace"], "didChangeWatchedFiles": {"dynamicRegistration": True}}
        await editor.initialize(tmp_path, options=SETTINGS, capabilities={**CAPABILITIES, "workspace": watching})
        await editor.published((tmp_path / "docs" / "a.md").as_uri())
        (asked,) = [each for each in editor.asked if each["method"] == "client/registerCapability"]
        (registration,) = asked["params"]["registrations"]
        assert registration["method"] == "workspace/didChangeWatchedFiles"
        (tmp_path / "docs" / "a.md").rename(tmp_path / "b.md")
        (tmp_path / "docs").rmdir()
        changes = [{"uri": (tmp_path / "docs").as_uri(), "type": 3}, {"uri": (tmp_path / "b.md").as_uri(), "type": 1}]
        editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        assert len((await editor.published((tmp_path / "b.md").as_uri()))["diagnostics"]) == 1
        await editor.published((tmp_path / "docs" / "a.md").as_uri(), lambda params: params["diagnostics"] == [])


async def test_an_editor_that_does_not_watch_is_not_asked_to(tmp_path: Path) -> None:
    async with server() as running:
        await running.editor.initialize(tmp_path, capabilities={})
        await running.editor.status()
        assert running.editor.asked == []


async def test_the_deepest_of_several_folders_shows_a_document(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "a.md").write_text("word " * 120)
    uri = (inner / "a.md").as_uri()
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS)
        await editor.published(uri)
        event = {"added": [{"uri": inner.as_uri(), "name": "inner"}], "removed": []}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        await editor.status(lambda status: status["folder"] == str(inner))
        await editor.published(uri, lambda params: len(params["diagnostics"]) == 1)
        assert (await editor.request("kinos/state", {"folder": inner.as_uri()}))["documents"]["count"] == 1
        event = {
            "added": [],
            "removed": [{"uri": inner.as_uri(), "name": "inner"}, {"uri": tmp_path.as_uri(), "name": ""}],
        }
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        await editor.published(uri, lambda params: params["diagnostics"] == [])


async def test_an_older_editor_counts_in_utf_16(tmp_path: Path) -> None:
    async with server() as running:
        assert (await running.editor.initialize(tmp_path, capabilities={}))["capabilities"][
            "positionEncoding"
        ] == "utf-16"
        document = running.editor.open(tmp_path / "a.md", "🌊🌊 end")
        running.editor.type(document, (2, 2, "middle"))
        assert (await running.editor.request("kinos/state"))["tokens"]["total"] == tokens("🌊🌊middle end")


async def test_the_editors_first_choice_of_what_a_column_counts_is_taken(tmp_path: Path) -> None:
    wanted = {**CAPABILITIES, "general": {"positionEncodings": ["utf-8", "utf-16"]}}
    async with server() as running:
        answer = await running.editor.initialize(tmp_path, capabilities=wanted)
        assert answer["capabilities"]["positionEncoding"] == "utf-8"
        document = running.editor.open(tmp_path / "a.md", "🌊 end")
        place = {"line": 0, "character": 4}
        change = {"range": {"start": place, "end": place}, "text": "middle"}
        identifier = {"uri": document.uri, "version": 2}
        running.editor.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})
        assert (await running.editor.request("kinos/state"))["tokens"]["total"] == tokens("🌊middle end")


async def test_what_another_program_writes_shows_though_the_editor_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("short\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS)
        await editor.status()
        uri = (tmp_path / "new.md").as_uri()
        (tmp_path / "new.md").write_text("word " * 120)
        (diagnostic,) = (await editor.published(uri))["diagnostics"]
        assert diagnostic["code"] == "document-long"
        (tmp_path / "new.md").unlink()
        assert (await editor.published(uri, lambda params: not params["diagnostics"]))["diagnostics"] == []


async def test_a_map_that_is_there_follows_the_disk_without_a_team_and_brings_suggestions(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("short\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options={"settings": {"tokens": {"warn": 250, "error": 1000}}})
        await editor.command("updateMap")
        written = tmp_path / "map (readonly).md"
        sections = "".join(f"## Part {number}\n\n{'word ' * 60}\n\n" for number in range(6))
        (tmp_path / "long.md").write_text(f"# Long\n\n{sections}")
        await editor.published((tmp_path / "long.md").as_uri())
        shown = await editor.command("showMap")
        assert "- long.md: split out “Part " in shown
        assert written.read_text(encoding="utf-8").split("\n", 2)[2] == shown.split("\n", 2)[2]


async def test_an_editor_that_shows_more_is_led_to_the_guide_and_to_the_heaviest_sections(tmp_path: Path) -> None:
    shows = {"relatedInformation": True, "codeDescriptionSupport": True, "dataSupport": True}
    wanted = {**CAPABILITIES, "textDocument": {**CAPABILITIES["textDocument"], "publishDiagnostics": shows}}
    text = "# Title\n\n## One\n\nword\n\n## Two\n\n" + "word " * 120 + "\n"
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS, capabilities=wanted)
        document = editor.open(tmp_path / "a.md", text)
        shown = await editor.published(document.uri, lambda params: params["diagnostics"][0]["relatedInformation"])
        (diagnostic,) = shown["diagnostics"]
        assert diagnostic["data"] == {"tokens": tokens(text), "limit": 100}
        guide, anchor = diagnostic["codeDescription"]["href"].removeprefix("file://").split("#")
        assert f"\n## {anchor}\n" in Path(guide).read_text(encoding="utf-8")
        places = [
            (each["location"]["range"]["start"]["line"], each["message"]) for each in diagnostic["relatedInformation"]
        ]
        assert places[0] == (8, "With this line it has more than 100 tokens.")
        assert [line for line, _ in places[1:]] == [6, 2]


async def test_an_editor_that_does_not_say_so_is_told_no_more_than_the_diagnostic(tmp_path: Path) -> None:
    async with server() as running:
        await running.editor.initialize(tmp_path, options=SETTINGS)
        document = running.editor.open(tmp_path / "a.md", "word " * 120)
        (diagnostic,) = (await running.editor.published(document.uri))["diagnostics"]
        assert set(diagnostic) == {"range", "message", "severity", "code", "source"}


async def test_an_open_document_that_becomes_ignored_loses_its_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("word " * 120)
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS)
        document = editor.open(tmp_path / "a.md", "word " * 120)
        await editor.published(document.uri, lambda params: params.get("version") == 1)
        await editor.status(lambda status: status["documents"]["count"] == 1)
        (tmp_path / ".gitignore").write_text("a.md\n")
        await editor.published(document.uri, lambda params: not params["diagnostics"])
        (tmp_path / ".gitignore").write_text("b.md\n")
        await editor.published(document.uri, lambda params: len(params["diagnostics"]) == 1)
