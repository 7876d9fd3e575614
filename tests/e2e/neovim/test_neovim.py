"""KinOS in a real Neovim: diagnostics, commands, agents' edits in buffers, and nothing left when it goes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.lsp.editor import aider_website
from e2e.neovim.nvim import Neovim, neovim
from process_tree import alive, descendants, wait_for_end

EXAMPLES = Path(__file__).parents[3] / "examples" / "workspace"
LONG = "word " * 7000 + "\n"
ATTACHED = "#vim.lsp.get_clients({ name = 'kinos', bufnr = 0 }) == 1"


@pytest.fixture
def folder(mission: Path) -> Path:
    """A mission: a request, a long document, a list, and a program."""
    (mission / "long.md").write_text(LONG)
    (mission / "tool.py").write_text("print()\n")
    return mission


@pytest.fixture
def editor(home: Path, folder: Path) -> Iterator[Neovim]:
    """Neovim with the long document open."""
    with neovim(home, folder / "long.md") as started:
        started.wait(ATTACHED)
        yield started


def test_a_long_document_has_its_diagnostic_and_loses_it_with_its_text(editor: Neovim) -> None:
    editor.wait("#vim.diagnostic.get(0) == 1")
    shown = editor.lua("vim.diagnostic.get(0)[1]")
    assert (shown["code"], shown["source"], shown["lnum"]) == ("document-long", "kinos", 0)
    assert "7001 tokens, above 6000" in shown["message"]
    editor.command("%d")
    editor.wait("#vim.diagnostic.get(0) == 0")
    editor.keys("u")
    editor.wait("#vim.diagnostic.get(0) == 1")


@pytest.mark.agents
def test_a_real_document_that_is_too_long_shows_its_exact_size(home: Path, tmp_path: Path) -> None:
    website = aider_website(tmp_path)
    with neovim(home, website / "docs" / "config" / "adv-model-settings.md", root=website) as editor:
        editor.wait("#vim.diagnostic.get(0) == 1")
        assert "37536 tokens, above 12000" in editor.lua("vim.diagnostic.get(0)[1].message")
        editor.wait("(require('kinos.status').get() or { tokens = {} }).tokens.total == 142615")


def test_the_command_completes_what_it_knows(editor: Neovim) -> None:
    assert editor.lua("vim.fn.getcompletion('Kinos st', 'cmdline')") == ["start", "status", "stop"]
    assert editor.lua("vim.fn.getcompletion('Kinos start b', 'cmdline')") == ["book-writing"]
    assert editor.lua("vim.fn.getcompletion('Kinos stop ', 'cmdline')") == []


def test_the_map_and_the_state_are_shown(editor: Neovim) -> None:
    editor.wait("require('kinos.status').statusline():find('EXPANSION') ~= nil")
    editor.command("Kinos map")
    editor.wait("vim.bo.buftype == 'nofile'")
    assert editor.lines()[0] == "# Project Map"
    assert any("long.md (7.0k tokens) ⚠️" in line for line in editor.lines())
    assert not editor.lua("vim.bo.modifiable")


def test_what_cannot_be_done_is_said(editor: Neovim) -> None:
    editor.command("Kinos start")
    editor.hear("ANTHROPIC_API_KEY")
    editor.command("Kinos dance")
    assert "there is no dance" in editor.messages()


@pytest.mark.parametrize("subcommand", ["status", "stop", "map", "undo"])
def test_a_command_for_a_file_of_no_folder_says_that_no_folder_is_open(
    home: Path, tmp_path: Path, subcommand: str
) -> None:
    alone = tmp_path / "alone.md"
    alone.write_text("words\n")
    with neovim(home, alone, root=home) as editor:
        editor.wait(ATTACHED)
        editor.command(f"Kinos {subcommand}")
        editor.hear("No folder is open.")


def test_every_open_file_of_the_folder_is_synchronised_and_no_other(
    editor: Neovim, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside.py").write_text("print()\n")
    editor.command(f"edit {tmp_path / 'outside.py'}")
    editor.command(f"edit {folder / 'tool.py'}")
    editor.wait(ATTACHED)
    editor.command("set filetype=text")
    editor.wait("vim.bo.filetype == 'text'")
    editor.wait(ATTACHED)
    editor.command(f"edit {tmp_path / 'outside.py'}")
    assert not editor.lua(ATTACHED)


def test_files_that_were_open_before_are_synchronised_too(home: Path, folder: Path) -> None:
    with neovim(home, folder / "tool.py", folder / "long.md") as editor:
        editor.command(f"edit {folder / 'long.md'}")
        editor.wait(ATTACHED)
        editor.command(f"edit {folder / 'tool.py'}")
        editor.wait(ATTACHED)


def test_quitting_ends_the_server(editor: Neovim) -> None:
    processes = descendants(editor.pid)
    assert processes
    editor.quit()
    assert wait_for_end(processes, 2) == []


def test_an_edit_for_a_text_that_has_changed_is_refused_for_every_document(editor: Neovim, folder: Path) -> None:
    change = """
      local function change(name, version)
        local document = { uri = vim.uri_from_fname(name), version = version }
        local place = { line = 0, character = 0 }
        return { textDocument = document, edits = { { range = { start = place, ['end'] = place }, newText = 'x' } } }
      end
      vim.cmd.edit('%s')
      local client = vim.lsp.get_clients({ name = 'kinos' })[1]
      local edit = { documentChanges = { change('%s', 0), change('%s', %d) } }
      return require('kinos.edit').apply(nil, { edit = edit }, { client_id = client.id })
    """
    first, second = folder / "long.md", folder / "todolist.md"
    editor.command(f"edit {second}")
    editor.wait(ATTACHED)
    version = editor.lua("vim.lsp.util.buf_versions[vim.fn.bufnr('todolist.md')]")
    refused = editor.run(change % (second, first, second, version + 1))
    assert refused["applied"] is False
    assert editor.lines() == ["# To do", "", "Nothing yet."]
    assert editor.run(change % (second, first, second, version))["applied"]
    assert editor.lines()[0] == "x# To do"


@pytest.mark.agents
def test_a_team_is_started_watched_and_stopped(home: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLES, tmp_path / "workspace"))
    with neovim(home, folder / "README.md") as editor:
        editor.wait(ATTACHED)
        editor.run("""
          _G.states = {}
          vim.api.nvim_create_autocmd('User', { pattern = 'KinosStatus', callback = function(event)
            if _G.states[#_G.states] ~= event.data.team.state then table.insert(_G.states, event.data.team.state) end
          end }) return true
        """)
        editor.command("Kinos rehearse default")
        editor.hear("team default started a rehearsal")
        editor.wait("require('kinos.status').statusline():find('agents %(rehearsal%)') ~= nil")
        editor.wait("vim.iter(require('kinos.status').get().agents):any(function(agent) return agent.cycles > 0 end)")
        team = editor.team()
        assert team
        editor.command("Kinos stop")
        editor.hear("processes ended")
        assert alive(team) == editor.team() == []
        editor.wait("_G.states[#_G.states] == 'stopped'")
        states = editor.lua("_G.states")
        # What lasts less than a quarter of a second, like stopping, may not be told.
        assert [state for state in states[-4:] if state != "stopping"][-3:] == ["starting", "running", "stopped"]


def test_lenses_hints_hovers_and_the_outline_are_shown(home: Path, folder: Path) -> None:
    (folder / "long.md").write_text("# Tide 🌊 潮汐\n\n" + "word " * 7000 + "\n\n## Below\n\nmore\n")
    with neovim(home, folder / "long.md") as editor:
        editor.wait(ATTACHED)
        editor.wait("#vim.lsp.codelens.get(0) > 0")
        titles = editor.lua("vim.tbl_map(function(lens) return lens.command.title end, vim.lsp.codelens.get(0))")
        assert "⚠️ 7.0k tokens, above 6k" in titles
        editor.wait("#vim.lsp.inlay_hint.get({ bufnr = 0 }) == 2")
        hint = editor.lua("vim.lsp.inlay_hint.get({ bufnr = 0 })[1].inlay_hint")
        assert (hint["label"], hint["position"]) == (
            "7.0k tokens",
            {"line": 0, "character": len("# Tide 🌊 潮汐".encode())},
        )
        editor.run("vim.lsp.buf.hover() return true")
        editor.wait("#vim.api.nvim_list_wins() == 2")
        editor.wait(
            "vim.iter(vim.api.nvim_list_wins()):any(function(win) return table.concat(vim.api.nvim_buf_get_lines("
            "vim.api.nvim_win_get_buf(win), 0, -1, false)):find('Section: 7.0k tokens', 1, true) ~= nil end)"
        )
        params = "{ textDocument = vim.lsp.util.make_text_document_params() }"
        asked = f"vim.lsp.buf_request_sync(0, 'textDocument/documentSymbol', {params}, 20000)"
        (answer,) = editor.lua(f"vim.tbl_values({asked})")
        assert [each["name"] for each in answer["result"][0]["children"]] == ["Below"]


@pytest.mark.agents
def test_the_lens_of_a_waiting_change_shows_it_and_what_is_written_there_waits_in_its_place(
    home: Path, folder: Path
) -> None:
    with neovim(home, folder / "todolist.md") as editor:
        editor.wait(ATTACHED)
        editor.command("Kinos rehearse default")
        editor.wait(
            "vim.iter((require('kinos.status').get() or { agents = {} }).agents):any(function(agent)"
            " return agent.name == 'management' and agent.waiting > 0 end)"
        )
        editor.command("Kinos stop")
        editor.hear("processes ended")
        lens = "vim.iter(vim.lsp.codelens.get(0)):find(function(lens) return lens.command.title:find('^Review') ~= nil end)"
        editor.run("vim.lsp.codelens.refresh({ bufnr = 0 }) return true")
        editor.wait(f"{lens} ~= nil")
        editor.run(
            f"local lens = {lens} local client = vim.lsp.get_clients({{ name = 'kinos', bufnr = 0 }})[1]"
            " client:exec_cmd(lens.command, { bufnr = vim.api.nvim_get_current_buf() }) return true"
        )
        editor.wait("vim.fn.bufname():find('^kinos://') ~= nil")
        assert editor.lines() != (folder / "todolist.md").read_text().splitlines()
        assert editor.lua("vim.wo.diff and vim.bo.filetype") == "markdown"
        for words in ("My own words 🌊.", "And more."):
            editor.keys(f"Go{words}<Esc>")
            editor.wait(f"vim.fn.mode() == 'n' and vim.fn.getline('$') == '{words}'")
            editor.command("write")
            assert not editor.lua("vim.bo.modified"), editor.messages()
        assert editor.messages().count("your version waits as") == 2
        ask = "{ title = '', command = 'kinos.server.history', arguments = {} }"
        changes = "function(_, changes) _G.changes = changes end"
        editor.run(f"vim.lsp.get_clients({{ name = 'kinos' }})[1]:exec_cmd({ask}, {{}}, {changes}) return true")
        editor.wait("_G.changes ~= nil")
        (mine,) = [
            each
            for each in editor.lua("_G.changes")
            if each["state"] == "proposed" and [file["path"] for file in each["files"]] == ["todolist.md"]
        ]
        accept = f"{{ title = '', command = 'kinos.server.accept', arguments = {{ {{ change = '{mine['id']}' }} }} }}"
        editor.run(f"vim.lsp.get_clients({{ name = 'kinos' }})[1]:exec_cmd({accept}) return true")
        editor.wait(
            f"vim.api.nvim_buf_get_lines(vim.fn.bufnr('{folder}/todolist.md'), -2, -1, false)[1] == 'And more.'"
        )
        assert mine["editOf"]


@pytest.mark.agents
def test_quitting_while_a_team_works_leaves_no_process(home: Path, folder: Path) -> None:
    with neovim(home, folder / "todolist.md") as editor:
        editor.wait(ATTACHED)
        editor.command("Kinos rehearse")
        editor.wait("require('kinos.status').statusline():find('agents') ~= nil")
        processes = descendants(editor.pid)
        assert len(processes) > 3
        editor.quit()
        assert wait_for_end(processes, 2.5) == []


REHEARSE_ALONE = """
  local client = vim.lsp.get_clients({ name = 'kinos' })[1]
  local argument = { agent = 'management', rehearse = true }
  client:exec_cmd({ title = '', command = 'kinos.server.startAgent', arguments = { argument } }, nil, function() end)
  return true
"""


@pytest.mark.agents
def test_an_agents_edit_is_an_undo_step_of_its_own_and_what_was_typed_stays(home: Path, folder: Path) -> None:
    with neovim(home, folder / "todolist.md", options={"settings": {"landing.mode": "auto"}}) as editor:
        editor.wait(ATTACHED)
        # Still in insert mode, as somebody who stopped to think.
        editor.keys("OMy own words.")
        editor.run(REHEARSE_ALONE)
        editor.wait("vim.fn.search('harbour', 'nw') > 0")
        assert editor.lines()[0] == "My own words."
        assert editor.lua("vim.bo.modified")
        assert "harbour" not in (folder / "todolist.md").read_text()
        marks = (
            "vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace('kinos.trace'), 0, -1, { details = true })"
        )
        editor.wait(f"#{marks} > 0")
        assert editor.lua(f"{marks}[1][4].virt_text[1][1]").startswith("  management: ")
        editor.keys("<Esc>u")
        editor.wait("vim.fn.search('harbour', 'nw') == 0")
        assert editor.lines()[0] == "My own words."


@pytest.mark.agents
def test_a_buffer_without_unsaved_words_is_saved_after_an_agents_edit(home: Path, folder: Path) -> None:
    with neovim(home, folder / "todolist.md", options={"settings": {"landing.mode": "auto"}}) as editor:
        editor.wait(ATTACHED)
        editor.run(REHEARSE_ALONE)
        editor.wait("vim.fn.search('harbour', 'nw') > 0 and not vim.bo.modified")
        assert editor.lines()[-1] != ""
        assert "harbour" in (folder / "todolist.md").read_text()
        editor.command("Kinos stop")
        editor.hear("processes ended")
        editor.command("Kinos undo")
        editor.wait("vim.fn.search('harbour', 'nw') == 0")


def test_the_lens_that_splits_a_document_makes_the_new_ones_and_edits_those_that_link_to_it(
    home: Path, folder: Path
) -> None:
    part = "The harbour measures its tide 🌊. " * 30
    (folder / "guide.md").write_text(f"# Guide\n\n## Setup\n\n{part}\n\n## 用途\n\n{part}\n")
    (folder / "todolist.md").write_text("# To do\n\nRead [it](guide.md#用途).\n")
    settings = {"trusted": True, "settings": {"tokens": {"warn": 500}}}
    with neovim(home, folder / "guide.md", options=settings) as editor:
        editor.wait("(require('kinos.status').get() or { documents = {} }).documents.count == 4")
        editor.run("vim.lsp.codelens.refresh({ bufnr = 0 }) return true")
        lens = (
            "vim.iter(vim.lsp.codelens.get(0)):find(function(lens) return lens.command.title:find('^Split') ~= nil end)"
        )
        editor.wait(f"{lens} ~= nil")
        editor.run(
            f"vim.lsp.get_clients({{ name = 'kinos' }})[1]:exec_cmd({lens}.command, {{ bufnr = 0 }}) return true"
        )
        editor.wait(
            "vim.fn.filereadable('guide-part-1.md') == 1 and not vim.bo.modified and #vim.diagnostic.get(0) == 0"
        )
        assert editor.lines()[-1] == "See [用途](guide-part-1.md)."
        editor.wait("table.concat(vim.fn.readfile('todolist.md')):find('guide%-part%-1') ~= nil")
        editor.wait("table.concat(vim.fn.readfile('guide-part-1.md')):find('harbour') ~= nil")


def test_a_long_document_is_split_by_its_code_action_and_one_undo_takes_it_back(home: Path, folder: Path) -> None:
    part = "The harbour measures its tide 🌊. " * 30
    text = f"# Guide\n\n## Setup\n\n{part}\n\n## 用途\n\n{part}\n"
    (folder / "guide.md").write_text(text)
    settings = {"trusted": True, "settings": {"tokens": {"warn": 500}}}
    with neovim(home, folder / "guide.md", options=settings) as editor:
        editor.wait("#vim.diagnostic.get(0) == 1")
        chosen = "filter = function(action) return action.title == 'Split at headings' end, apply = true"
        editor.run(f"vim.lsp.buf.code_action({{ {chosen} }}) return true")
        editor.wait("vim.fn.bufexists('guide-part-1.md') == 1 and #vim.diagnostic.get(0) == 0")
        assert editor.lines()[-1] == "See [用途](guide-part-1.md)."
        editor.command("wall")
        made = (folder / "guide-part-1.md").read_text()
        # Neovim keeps the line of a new buffer as an empty last one.
        assert made.rstrip("\n") == f"# 用途\n\nPart of [Guide](guide.md).\n\n{part}"
        editor.keys("u")
        editor.wait("#vim.diagnostic.get(0) == 1")
        assert editor.lines() == text.removesuffix("\n").split("\n")


@pytest.mark.agents
def test_a_waiting_change_is_rejected_with_a_reason_from_its_document(home: Path, folder: Path) -> None:
    with neovim(home, folder / "todolist.md") as editor:
        editor.wait(ATTACHED)
        editor.wait("require('kinos.status').get() ~= nil")
        start = "{ title = 'x', command = 'kinos.server.startAgent', arguments = { { agent = 'management', rehearse = true } } }"
        editor.run(f"vim.lsp.get_clients({{ name = 'kinos' }})[1]:exec_cmd({start}) return true")
        editor.wait("require('kinos.status').get().waiting == 1")
        editor.run("vim.ui.input = function(options, done) done('not my list') end return true")
        chosen = "filter = function(action) return action.title:find('^Reject') ~= nil end, apply = true"
        editor.run(f"vim.lsp.buf.code_action({{ {chosen} }}) return true")
        editor.wait("require('kinos.status').get().waiting == 0")
        editor.hear("rejected; the reason reaches the agents")
        history = "{ command = 'kinos.server.history' }"
        editor.run(
            "vim.lsp.get_clients({ name = 'kinos' })[1]:request('workspace/executeCommand', "
            f"{history}, function(_, changes) _G.changes = changes end) return true"
        )
        editor.wait("_G.changes ~= nil")
        assert "not my list" in [change["reason"] for change in editor.lua("_G.changes")]
