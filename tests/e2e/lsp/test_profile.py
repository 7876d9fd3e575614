"""The whole work of a person in each editor, over both transports: what each declares is all that it is sent."""

from pathlib import Path

import pytest

from e2e.lsp import scenario
from e2e.lsp.editor import server
from e2e.lsp.profile import NAMES, profile

pytestmark = [pytest.mark.agents, pytest.mark.timeout(300)]


# How an older version of an editor is reached is no news.
WAYS = [(name, way) for name in NAMES for way in ("stdio", "tcp") if (name, way) != ("emacs-eglot-1.9", "tcp")]


@pytest.mark.parametrize(("name", "transport"), WAYS)
async def test_sizes_a_team_review_and_undo_work_in_each_editor(tmp_path: Path, name: str, transport: str) -> None:
    folder = scenario.mission(tmp_path / "mission")
    async with server(tcp=transport == "tcp") as running:
        editor = running.editor
        declared = profile(name)
        await scenario.begin(editor, declared, folder)
        document = await scenario.sizes_appear_and_clear(editor, folder)
        shown = await scenario.what_is_shown(editor, document)
        await scenario.the_document_is_split(editor, declared, document, shown["textDocument/codeAction"])
        waiting = await scenario.a_team_works_and_waits(editor)
        await scenario.a_change_lands_in_an_open_document(editor, folder, scenario.by("management", waiting))
        await scenario.a_change_is_edited_before_it_lands(editor, folder, scenario.by("evaluation", waiting))
        await scenario.a_change_is_rejected(editor, scenario.by("testeur", waiting))
        await scenario.the_team_stops(editor)
        assert await editor.request("shutdown") is None
        editor.notify("exit")
        assert await running.ended() == 0
        assert "Traceback" not in "".join(running.log)
