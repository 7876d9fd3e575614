"""`docs/protocol.md` and what the real server sends agree, field by field and both ways.

That nothing is sent which the page does not document is looked at in every test with a real server (`page.Live`). Here one
editor does all there is to do, and what the page documents has to be seen.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from e2e.lsp import scenario
from e2e.lsp.editor import Editor, server
from e2e.lsp.page import documented, examples, fields, sections
from e2e.lsp.profile import profile
from kinos.lsp.feature import last_edit, map_document, person, prompt
from kinos.lsp.feature.command import COMMANDS
from kinos.lsp.feature.document_command import KEYS
from kinos.lsp.protocol import PREFIX

pytestmark = [pytest.mark.agents, pytest.mark.timeout(300)]

MESSAGES = [title for title in sections() if "/" in title or title.startswith(PREFIX) or title == "Errors"]

SEEN_ELSEWHERE = {
    "workspace/applyEdit": {"edit.changes"},  # for editors older than the four; tests/lsp/test_editor.py
    "textDocument/codeAction": {"[].edit"},  # comes when it is resolved
    "codeAction/resolve": {"command", "disabled.reason"},  # such an action is not resolved
}
"""What this editor is not sent, and why."""


async def work(editor: Editor, folder: Path) -> None:
    """A person's work with all that KinOS has."""
    document = await scenario.sizes_appear_and_clear(editor, folder)
    await scenario.heavy_places_are_told(editor, document)
    await scenario.all_documents_are_asked_about(editor)
    await scenario.a_document_is_split_by_a_command(editor, folder)
    shown = await scenario.what_is_shown(editor, document)
    await scenario.the_team_is_asked_to_consolidate(editor, document)
    await scenario.the_document_is_split(editor, profile("vscode-1.100"), document, shown["textDocument/codeAction"])
    waiting = await scenario.a_team_works_and_waits(editor)
    await scenario.a_change_lands_in_an_open_document(editor, folder, scenario.by("management", waiting))
    await scenario.a_change_is_edited_before_it_lands(editor, folder, scenario.by("evaluation", waiting))
    await scenario.a_change_is_rejected(editor, scenario.by("testeur", waiting))
    await scenario.what_cannot_be_done_is_said(editor)
    await editor.status(lambda status: status["check"])
    await scenario.a_cap_is_reached_and_raised(editor)
    await scenario.one_agent_is_stopped_and_started(editor)
    await scenario.the_team_stops(editor)
    await scenario.what_the_person_changed_since_is_left_alone(editor, folder)
    await scenario.the_rest_is_asked(editor, folder)
    await scenario.a_document_is_renamed(editor, folder)
    await scenario.a_prompt_is_opened(editor, folder)
    await scenario.a_team_file_is_opened(editor, folder)
    await scenario.teams_and_agents_are_listed(editor, folder)
    await scenario.a_mission_is_made(editor, folder)
    await scenario.what_a_folder_brings_is_approved(editor, folder)
    await scenario.the_size_of_a_document_is_asked(editor, document)
    await scenario.the_sample_is_copied(editor, folder)
    await scenario.a_wrong_setting_is_told(editor)


async def reading(editor: Editor, folder: Path) -> None:
    """What an editor shows that is told of sizes by notifications."""
    document = await scenario.sizes_appear_and_clear(editor, folder)
    await scenario.heavy_places_are_told(editor, document)


@pytest.fixture
async def seen(tmp_path: Path) -> dict[str, set[str]]:
    """The fields of each message that an editor was sent which knows everything, and one that is not asked to ask again."""
    every = profile("vscode-1.100")
    workspace = {name: each for name, each in every.capabilities["workspace"].items() if name != "diagnostics"}
    pushed = replace(every, capabilities=every.capabilities | {"workspace": workspace})
    fields: dict[str, set[str]] = {}
    for known, step in ((every, work), (pushed, reading)):
        folder = scenario.mission(tmp_path / step.__name__)
        async with server() as running:
            await scenario.begin(running.editor, known, folder)
            await step(running.editor, folder)
        for name, more in running.editor.live.seen.items():
            fields.setdefault(name, set()).update(more)
    return fields


async def test_all_that_the_page_documents_is_sent(seen: dict[str, set[str]]) -> None:
    sent = {name: seen.get(name, set()) | SEEN_ELSEWHERE.get(name, set()) for name in MESSAGES}
    missing = {name: sorted(set(documented(name)) - sent[name]) for name in MESSAGES}
    assert {name: each for name, each in missing.items() if each} == {}


def test_every_command_has_its_answer_documented() -> None:
    assert {
        PREFIX + name for name in (*COMMANDS, *KEYS, *prompt.KEYS, *person.KEYS, *last_edit.KEYS, *map_document.KEYS)
    } - set(sections()) == set()


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_has_an_example_with_documented_fields_alone(name: str) -> None:
    known = documented(name)
    made = [json.loads(example) for example in examples(name)]
    assert made
    assert {field for each in made for field in fields(each, known)} - set(known) == set()
