"""Diagnostics of an editor that asks for them, from the real server over stdio."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import CAPABILITIES, Editor, ResponseError, server
from e2e.lsp.profile import profile

SETTINGS = {"settings": {"tokens": {"warn": 100, "error": 1000}}}
LONG = "word " * 120
PULLS: Mapping[str, Any] = {
    **CAPABILITIES,
    "textDocument": {**CAPABILITIES["textDocument"], "diagnostic": {}},
    "workspace": {**CAPABILITIES["workspace"], "diagnostics": {"refreshSupport": True}},
}


async def asked(editor: Editor, uri: str, previous: str | None = None) -> dict[str, Any]:
    params: dict[str, Any] = {"textDocument": {"uri": uri}}
    report: dict[str, Any] = await editor.request(
        "textDocument/diagnostic", params if previous is None else {**params, "previousResultId": previous}
    )
    return report


async def streamed(editor: Editor, uri: str, fits: Any = lambda item: True) -> dict[str, Any]:
    """The last that was streamed of a document, once it fits."""

    def look() -> dict[str, Any] | None:
        items = [item for params in editor.said("$/progress") for item in params["value"]["items"]]
        last = [item for item in items if item["uri"] == uri][-1:]
        return last[0] if last and fits(last[0]) else None

    return await editor.until(look)


async def test_who_can_ask_for_diagnostics_is_offered_it_and_nothing_is_pushed(tmp_path: Path) -> None:
    (tmp_path / "closed.md").write_text(LONG)
    async with server() as running:
        editor = running.editor
        offered = (await editor.initialize(tmp_path, options=SETTINGS, capabilities=PULLS))["capabilities"]
        assert offered["diagnosticProvider"] == {
            "interFileDependencies": False, "workspaceDiagnostics": True, "identifier": "kinos",
        }  # fmt: skip
        await editor.status()
        document = editor.open(tmp_path / "a.md", LONG)
        report = await asked(editor, document.uri)
        assert (report["kind"], [each["code"] for each in report["items"]]) == ("full", ["document-long"])
        editor.type(document, (0, 0, "x"))
        editor.close(document)
        await editor.status(lambda status: status["documents"]["count"] == 1)
        assert editor.said("textDocument/publishDiagnostics") == []


@pytest.mark.parametrize(
    "capabilities",
    [
        CAPABILITIES,
        {**PULLS, "workspace": CAPABILITIES["workspace"]},
        {**PULLS, "textDocument": CAPABILITIES["textDocument"]},
        profile("neovim-0.11").capabilities,
        profile("emacs-eglot-1.24").capabilities,
        profile("helix-25.07").capabilities,
    ],
)
async def test_all_others_are_pushed_to_and_offered_nothing(tmp_path: Path, capabilities: Mapping[str, Any]) -> None:
    (tmp_path / "closed.md").write_text(LONG)
    async with server() as running:
        offered = await running.editor.initialize(tmp_path, options=SETTINGS, capabilities=capabilities)
        assert "diagnosticProvider" not in offered["capabilities"]
        assert len((await running.editor.published((tmp_path / "closed.md").as_uri()))["diagnostics"]) == 1
        for method in ("textDocument/diagnostic", "workspace/diagnostic"):
            params = {"textDocument": {"uri": "file:///a.md"}, "previousResultIds": []}
            with pytest.raises(ResponseError) as refused:
                await running.editor.request(method, params)
            assert refused.value.code == -32601


async def test_an_answer_is_for_the_text_as_it_is_when_asked(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS, capabilities=PULLS)
        document = editor.open(tmp_path / "a.md", "short")
        clean = await asked(editor, document.uri)
        assert (clean["kind"], clean["items"]) == ("full", [])
        for _ in range(5):
            editor.type(document, (0, 0, LONG))
            long = await asked(editor, document.uri, clean["resultId"])
            assert [each["code"] for each in long["items"]] == ["document-long"]
            same = await asked(editor, document.uri, long["resultId"])
            assert same == {"kind": "unchanged", "resultId": long["resultId"]}
            editor.type(document, (0, len(LONG), ""))
            clean = await asked(editor, document.uri, long["resultId"])
            assert (clean["kind"], clean["items"]) == ("full", [])


async def test_the_stream_follows_the_disk_and_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(LONG)
    (tmp_path / "short.md").write_text("short")
    uri, other = (tmp_path / "a.md").as_uri(), (tmp_path / "b.md").as_uri()
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS, capabilities=PULLS)
        params = {"previousResultIds": [], "partialResultToken": "all"}
        waiting = editor.ask("workspace/diagnostic", params)
        first = await streamed(editor, uri)
        assert (first["kind"], first["version"], len(first["items"])) == ("full", None, 1)
        (tmp_path / "a.md").rename(tmp_path / "b.md")
        await streamed(editor, other)
        assert (await streamed(editor, uri, lambda item: not item["items"]))["resultId"] != first["resultId"]
        told = [item["uri"] for sent in editor.said("$/progress") for item in sent["value"]["items"]]
        assert sorted(told) == sorted([uri, other, uri])
        assert not waiting.done()
        editor.cancel(waiting)
        with pytest.raises(ResponseError) as ended:
            await waiting
        assert ended.value.code == -32800


async def test_a_stream_is_answered_before_the_server_ends(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS, capabilities=PULLS)
        waiting = editor.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": 1})
        await editor.status()
        await editor.request("shutdown")
        assert await waiting == {"items": []}


async def test_vscode_asks_and_hears_when_to_ask_again(tmp_path: Path) -> None:
    text = "# Title\n\n## One\n\nword\n\n## Two\n\n" + "word " * 120 + "\n"
    async with server() as running:
        editor = running.editor
        offered = await editor.initialize(tmp_path, options=SETTINGS, capabilities=profile("vscode-1.100").capabilities)
        assert offered["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"] is True
        document = editor.open(tmp_path / "a.md", text)
        before = await asked(editor, document.uri)
        # Where it is too large is worked out meanwhile.
        await editor.until(lambda: "workspace/diagnostic/refresh" in [each["method"] for each in editor.asked])
        after = await asked(editor, document.uri, before["resultId"])
        places = [each["location"]["range"]["start"]["line"] for each in after["items"][0]["relatedInformation"]]
        assert places == [8, 6, 2]
        assert editor.said("textDocument/publishDiagnostics") == []
