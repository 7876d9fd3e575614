"""What an editor is told about an open document by the real server: in three encodings, with emoji and CJK."""

from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import Document, Editor, server
from e2e.lsp.profile import profile

TEXT = (
    "# 潮汐 🌊 station\n\nSee demande.md, 漢字.\n\n## Über 🌊🌊\n\n"
    + "more 漢字 words\n" * 40
    + "\nTwo 🌊\n===\n\nlast\n"
)
ENCODINGS = ("utf-8", "utf-16", "utf-32")


def capabilities(encoding: str, **more: Any) -> dict[str, Any]:
    document = {
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "documentLink": {"tooltipSupport": True},
        **more,
    }
    return {"general": {"positionEncodings": [encoding]}, "textDocument": document}


async def about(editor: Editor, method: str, document: Document, **more: Any) -> Any:
    return await editor.request(f"textDocument/{method}", {"textDocument": {"uri": document.uri}, **more})


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_the_outline_has_exact_places(tmp_path: Path, encoding: str) -> None:
    async with server() as running:
        editor = running.editor
        answer = await editor.initialize(tmp_path, capabilities=capabilities(encoding))
        assert answer["capabilities"]["documentSymbolProvider"] == {}
        document = editor.open(tmp_path / "a.md", TEXT)
        station, two = await about(editor, "documentSymbol", document)
        (below,) = station["children"]
        assert document.part(station["selectionRange"]) == "# 潮汐 🌊 station"
        assert document.part(below["selectionRange"]) == "## Über 🌊🌊"
        assert document.part(two["selectionRange"]) == "Two 🌊\n==="
        assert document.part(below["range"]) == "## Über 🌊🌊\n\n" + "more 漢字 words\n" * 40
        assert document.part(two["range"]) == "Two 🌊\n===\n\nlast"
        assert [each["name"] for each in (station, below, two)] == ["潮汐 🌊 station", "Über 🌊🌊", "Two 🌊"]
        assert all(each["detail"].endswith(" tokens") for each in (station, below, two))
        editor.type(document, (0, 0, "text 🌊\n\n"))
        station, _ = await about(editor, "documentSymbol", document)
        assert document.part(station["selectionRange"]) == "# 潮汐 🌊 station"


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_links_have_exact_places(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "潮汐 🌊").mkdir()
    (tmp_path / "潮汐 🌊" / "漢字.md").write_text("word " * 20)
    (tmp_path / "demande.md").write_text("Do it.\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=capabilities(encoding))
        await editor.status()
        document = editor.open(tmp_path / "a.md", TEXT)
        (link,) = await about(editor, "documentLink", document)
        assert document.part(link["range"]) == "demande.md"
        assert (link["target"], link["tooltip"]) == ((tmp_path / "demande.md").as_uri(), "The request")
        shown = editor.open(tmp_path / "map (readonly).md", await editor.command("showMap"))
        found = {shown.part(each["range"]): each["target"] for each in await about(editor, "documentLink", shown)}
        assert found == {
            "漢字.md": (tmp_path / "潮汐 🌊" / "漢字.md").as_uri(),
            "a.md": document.uri,
            "demande.md": (tmp_path / "demande.md").as_uri(),
        }


async def test_an_editor_that_can_is_told_for_which_documents_it_is(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        answer = await editor.initialize(tmp_path, capabilities=profile("vscode-1.100").capabilities)
        assert "documentSymbolProvider" not in answer["capabilities"]
        options = await editor.until(lambda: editor.offered.get("textDocument/documentSymbol"))
        assert options["documentSelector"] == [{"pattern": "**/*.{md,markdown}", "scheme": "file"}]
        assert options["label"] == "KinOS"
        document = editor.open(tmp_path / "a.md", TEXT)
        assert len(await about(editor, "documentSymbol", document)) == 2


async def test_an_editor_that_declared_nothing_is_offered_nothing(tmp_path: Path) -> None:
    async with server() as running:
        answer = await running.editor.initialize(tmp_path, capabilities={})
        assert not [key for key in answer["capabilities"] if "ymbol" in key or "Link" in key]


async def test_requests_at_each_keystroke_are_all_answered_and_the_last_is_of_the_last_text(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=capabilities("utf-16"))
        document = editor.open(tmp_path / "a.md", "# One\n")
        asked = []
        for number in range(50):
            editor.type(document, (5, 5, str(number % 10)))
            asked.append(editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": document.uri}}))
        (last,) = await asked[-1]
        assert last["name"] == document.text[2:].strip()
        for answer in asked[:-1]:
            error = answer.exception() if answer.done() else None
            assert answer.done()
            assert error is None or getattr(error, "code", None) == -32801


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_hints_stand_behind_their_headings(tmp_path: Path, encoding: str) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=capabilities(encoding, inlayHint={}))
        document = editor.open(tmp_path / "a.md", TEXT)
        place = {"start": {"line": 0, "character": 0}, "end": document.position(len(document.text))}
        found = await about(editor, "inlayHint", document, range=place)
        before = [document.text[: document.offset(hint["position"])] for hint in found]
        assert [text.rpartition("\n")[2] for text in before] == ["# 潮汐 🌊 station", "## Über 🌊🌊", "Two 🌊"]
        assert all(hint["label"].endswith(" tokens") for hint in found)
        first = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
        assert len(await about(editor, "inlayHint", document, range=first)) == 1


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_a_hover_is_about_the_heading_that_is_pointed_at(tmp_path: Path, encoding: str) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=capabilities(encoding, hover={"contentFormat": ["markdown"]}))
        document = editor.open(tmp_path / "a.md", TEXT)
        place = document.position(document.text.index("Über") + 6)
        found = await about(editor, "hover", document, position=place)
        assert document.part(found["range"]) == "## Über 🌊🌊"
        assert found["contents"]["value"].startswith("**Über 🌊🌊**\n\n- Section: ")
        team = editor.open(tmp_path / ".kinos" / "teams" / "own.toml", '# 漢字 🌊 "testeur"\n', "toml")
        found = await about(editor, "hover", team, position=team.position(team.text.index("steur")))
        assert team.part(found["range"]) == "testeur"
        assert await about(editor, "hover", document, position=document.position(len(document.text) - 2)) is None


@pytest.mark.agents
async def test_lenses_follow_a_change_that_waits(tmp_path: Path) -> None:
    (tmp_path / "demande.md").write_text("# Request\n\nWrite about the tide.\n")
    (tmp_path / "notes.md").write_text("# Notes\n\nTODO: write.\n")
    more = {"workspace": {"codeLens": {"refreshSupport": True}, "applyEdit": True}}
    async with server(environment={"KINOS_REHEARSE": "1"}) as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=capabilities("utf-16", codeLens={}) | more)
        request = editor.open(tmp_path / "demande.md", (tmp_path / "demande.md").read_text())
        start, rehearse, size = [lens["command"] for lens in await about(editor, "codeLens", request)]
        assert (start["title"], rehearse["title"], size["command"]) == ("▶ Start team", "Rehearse", "")
        await editor.request("workspace/executeCommand", {key: start[key] for key in ("command", "arguments")})
        await editor.until(lambda: _asked(editor, "workspace/codeLens/refresh") != [])
        assert (await about(editor, "codeLens", request))[0]["command"]["title"] == "■ Stop team"
        await editor.status(lambda status: status["waiting"] > 0)
        (change, *_) = [each for each in await editor.command("history") if each["state"] == "proposed"]
        path = change["files"][0]["path"]
        text = (tmp_path / path).read_text() if (tmp_path / path).exists() else ""
        document = editor.open(tmp_path / path, text)
        commands = [lens["command"] for lens in await about(editor, "codeLens", document)]
        review = next(each for each in commands if each["command"] == "kinos.server.diff")
        accept = next(each for each in commands if each["command"] == "kinos.server.accept")
        assert review["arguments"] == accept["arguments"] == [{"folder": tmp_path.as_uri(), "change": change["id"]}]
        stop = (await about(editor, "codeLens", request))[0]["command"]
        await editor.request("workspace/executeCommand", {key: stop[key] for key in ("command", "arguments")})
        before = len(_asked(editor, "workspace/codeLens/refresh"))
        await editor.command("reject", change=change["id"])
        await editor.until(lambda: len(_asked(editor, "workspace/codeLens/refresh")) > before)
        commands = [lens["command"] for lens in await about(editor, "codeLens", document)]
        assert change["id"] not in str(commands)


def _asked(editor: Editor, method: str) -> list[Any]:
    return [each for each in editor.asked if each["method"] == method]


_METHODS = ("codeLens", "inlayHint", "hover", "documentSymbol", "documentLink")


@pytest.mark.parametrize(
    ("name", "static", "dynamic"),
    [
        ("vscode-1.100", set(), set(_METHODS)),
        ("neovim-0.11", {"codeLens", "documentSymbol"}, {"inlayHint", "hover"}),
        ("helix-25.07", {"inlayHint", "hover"}, set()),
        ("emacs-eglot-1.24", {"inlayHint", "hover", "documentSymbol"}, set()),
    ],
)
async def test_each_editor_is_offered_what_it_declared_and_answered_in_its_own_way(
    tmp_path: Path, name: str, static: set[str], dynamic: set[str]
) -> None:
    async with server() as running:
        editor = running.editor
        answer = await editor.initialize(tmp_path, capabilities=profile(name).capabilities)
        assert {each for each in _METHODS if f"{each}Provider" in answer["capabilities"]} == static
        await editor.until(lambda: dynamic <= {method.removeprefix("textDocument/") for method in editor.offered})
        document = editor.open(tmp_path / "a.md", TEXT)
        more = {"inlayHint": {"range": {"start": document.position(0), "end": document.position(len(document.text))}}}
        for method in static | dynamic:
            place = {"position": document.position(TEXT.index("Über"))} if method == "hover" else {}
            assert await about(editor, method, document, **more.get(method, place)) is not None
        if "hover" in static | dynamic:
            found = await about(editor, "hover", document, position=document.position(TEXT.index("Über")))
            assert document.part(found["range"]) == "## Über 🌊🌊"


async def test_what_is_switched_off_is_answered_no_more_and_the_editor_asks_again(tmp_path: Path) -> None:
    more = {"workspace": {"codeLens": {"refreshSupport": True}, "inlayHint": {"refreshSupport": True}}}
    async with server() as running:
        editor = running.editor
        await editor.initialize(
            tmp_path, capabilities=capabilities("utf-16", codeLens={}, inlayHint={}, hover={}) | more
        )
        document = editor.open(tmp_path / "a.md", TEXT)
        top = {"line": 0, "character": 3}
        asked = {"codeLens": {}, "inlayHint": {"range": {"start": top, "end": top}}, "hover": {"position": top}}
        asked |= {"documentSymbol": {}, "documentLink": {}}
        answers = [await about(editor, method, document, **place) for method, place in asked.items()]
        assert None not in answers
        off = dict.fromkeys(("lenses", "hints", "hover", "symbols", "links"), False)
        editor.notify("workspace/didChangeConfiguration", {"settings": {"kinos": {"editor": off}}})
        await editor.until(lambda: _asked(editor, "workspace/codeLens/refresh") != [])
        await editor.until(lambda: _asked(editor, "workspace/inlayHint/refresh") != [])
        assert [await about(editor, method, document, **place) for method, place in asked.items()] == [None] * 5
        editor.notify("workspace/didChangeConfiguration", {"settings": {"kinos": {"editor": {"hints": True}}}})
        await editor.until(lambda: len(_asked(editor, "workspace/inlayHint/refresh")) > 1)
        assert await about(editor, "inlayHint", document, range={"start": top, "end": top})
