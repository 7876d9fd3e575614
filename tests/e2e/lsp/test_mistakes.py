"""What is wrong with team, prompt and settings files, from the real server over stdio."""

from pathlib import Path

from e2e.lsp.editor import server
from e2e.lsp.test_pull import PULLS, asked, streamed

TEAM = 'summary = "s"\n\n[[agents]]\nname = "managment"\n'


def written(root: Path, path: str, text: str) -> Path:
    file = root / ".kinos" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


async def test_a_team_is_checked_as_it_is_typed_and_forgotten_when_it_is_closed_unsaved(tmp_path: Path) -> None:
    good = TEAM.replace("managment", "management")
    file = written(tmp_path, "teams/mine.toml", good)
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path)
        document = editor.open(file, good, "toml")
        at = good.index("management")
        editor.type(document, (at, at + len("management"), "managment"))
        shown = await editor.published(document.uri, lambda params: params["diagnostics"])
        (diagnostic,) = shown["diagnostics"]
        assert shown["version"] == 2
        assert (diagnostic["code"], diagnostic["severity"], diagnostic["range"]["start"]["line"]) == (
            "unknown-agent",
            2,
            3,
        )
        assert "there is 'management'" in diagnostic["message"]
        editor.close(document)
        await editor.published(document.uri, lambda params: not params["diagnostics"])


async def test_saved_mistakes_of_closed_files_are_told_until_they_are_mended(tmp_path: Path) -> None:
    config = written(tmp_path, "config.toml", "[tokens]\n\nwarm = 5\n")
    prompt = written(tmp_path, "prompts/ann.md", "+++\nrole = 3\n+++\nx\n")
    former = written(
        tmp_path, "../teams/old/config.json", '{"id": "old",\n "agents": ["management", "manager"]}'
    ).resolve()
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path)
        (diagnostic,) = (await editor.published(config.as_uri()))["diagnostics"]
        assert (diagnostic["code"], diagnostic["range"]["start"]["line"]) == ("unknown-setting", 2)
        assert "version" not in await editor.published(prompt.as_uri())
        (diagnostic,) = (await editor.published(former.as_uri()))["diagnostics"]
        assert (diagnostic["code"], diagnostic["range"]["start"]["line"]) == ("legacy-team", 1)
        assert diagnostic["message"] == "There is no prompt for 'manager': it is left out"
        prompt.unlink()
        former.with_name("manager.md").write_text("Manage.")
        config.write_text("[tokens]\nwarn = 50\n")
        for file in (config, prompt, former):
            await editor.published(file.as_uri(), lambda params: not params["diagnostics"])


async def test_an_editor_that_pulls_is_told_when_it_asks(tmp_path: Path) -> None:
    file = written(tmp_path, "teams/mine.toml", TEAM)
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=PULLS)
        editor.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "all"})
        assert [each["code"] for each in (await streamed(editor, file.as_uri()))["items"]] == ["unknown-agent"]
        document = editor.open(file, TEAM, "toml")
        at = TEAM.index("managment")
        editor.type(document, (at, at + len("managment"), "management"))
        assert (await asked(editor, document.uri))["items"] == []
        editor.type(document, (0, 0, "x"))
        assert [each["code"] for each in (await asked(editor, document.uri))["items"]] == ["unknown-key", "missing-key"]
        assert editor.said("textDocument/publishDiagnostics") == []
