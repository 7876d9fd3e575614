"""Text in Neovim and text in the server stay in step; nobody's words are lost, whoever else writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.neovim.nvim import Neovim, neovim

PIECES = [
    "\u2028",
    "\u2029",
    "\u0085",
    "\f",
    "\v",
    "\x1c",
    "🌊",
    "é",
    "潮汐",
    "# ",
    "word ",
    "",
    "a\nb",
    "\n",
    "## x\n\n",
]
"""What other programs take for the end of a line, and what takes more than a byte, a code unit or a line."""

EDITS = """
  local pieces, count, seed = vim.json.decode(%s), %d, 7
  local function pick(below)
    seed = (seed * 1103515245 + 12345) %% 2147483648
    return math.floor(seed / 65536) %% below
  end
  local function place()
    local row = pick(vim.api.nvim_buf_line_count(0))
    local line = vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1]
    local starts = vim.str_utf_pos(line)
    table.insert(starts, #line + 1)
    return row, starts[pick(#starts) + 1] - 1
  end
  for _ = 1, count do
    local row, column = place()
    local last, ending = row, column
    if pick(3) == 0 then
      local other, there = place()
      if other == row then column, ending = math.min(column, there), math.max(column, there) end
      if other == row + 1 then last, ending = other, there end
    end
    vim.api.nvim_buf_set_text(0, row, column, last, ending, vim.split(pieces[pick(#pieces) + 1], '\\n'))
  end
  return true
"""

TOLD = """
  local client = vim.lsp.get_clients({ name = 'kinos' })[1]
  local document = { textDocument = vim.lsp.util.make_text_document_params() }
  local function ask(method, params) return client:request_sync(method, params, 60000).result end
  local all = ask('workspace/executeCommand', { command = 'kinos.server.documents', arguments = { vim.empty_dict() } })
  local mine = vim.iter(all.documents):find(function(each) return each.path == 'long.md' end)
  return { outline = ask('textDocument/documentSymbol', document), tokens = mine.tokens }
"""


@pytest.fixture
def folder(mission: Path) -> Path:
    """A mission with a plan that is still to be made, and a document of many lines."""
    (mission / "long.md").write_text("".join(f"# Part {number}\n\nThe tide 🌊 comes.\n" for number in range(60)))
    return mission


def told(editor: Neovim) -> Any:
    """What the server makes of the text it has: every heading with its place and size, and the size of all."""
    return editor.run(TOLD)


def told_anew(editor: Neovim) -> Any:
    """The same once it has been given the whole text again."""
    editor.command("write!")
    editor.run(
        "local client = vim.lsp.get_clients({ name = 'kinos' })[1]"
        " vim.lsp.buf_detach_client(0, client.id) vim.lsp.buf_attach_client(0, client.id) return true"
    )
    return told(editor)


@pytest.mark.parametrize(
    ("extra", "fileformat"),
    [([], "unix"), ([], "dos"), (["a\rb", "\r"], "unix")],
    ids=["unix", "dos", "carriage returns inside of lines"],
)
def test_a_thousand_quick_edits_leave_the_server_with_the_text_of_the_buffer(
    home: Path, folder: Path, extra: list[str], fileformat: str
) -> None:
    with neovim(home, folder / "long.md") as editor:
        editor.ready()
        editor.command(f"set fileformat={fileformat} noautoread")
        told_anew(editor)
        pieces = json.dumps(json.dumps([*PIECES, *extra]))
        editor.run(EDITS % (f"[==[{json.loads(pieces)}]==]", 1000))
        assert told(editor) == told_anew(editor)


def test_an_edit_of_a_text_whose_lines_are_counted_otherwise_is_refused(home: Path, folder: Path) -> None:
    with neovim(home, folder / "todolist.md") as editor:
        editor.ready()
        editor.run("vim.api.nvim_buf_set_lines(0, 0, 1, false, { 'a\\rb' }) return true")
        answer = apply(editor, folder / "todolist.md", 1, "x")
        assert "carriage returns" in answer["failureReason"]
        assert editor.lines() == ["a\rb", "", "Nothing yet."]


def apply(editor: Neovim, file: Path, line: int, text: str) -> Any:
    """What comes of an agent's edit that the server asks for."""
    return editor.run(f"""
      local buffer = vim.fn.bufnr('{file}')
      local place = {{ line = {line}, character = 0 }}
      local edits = {{ {{ range = {{ start = place, ['end'] = place }}, newText = '{text}' }} }}
      local document = {{ uri = vim.uri_from_fname('{file}'), version = vim.lsp.util.buf_versions[buffer] }}
      local edit = {{ documentChanges = {{ {{ textDocument = document, edits = edits }} }} }}
      local client = vim.lsp.get_clients({{ name = 'kinos' }})[1]
      return require('kinos.edit').apply(nil, {{ edit = edit }}, {{ client_id = client.id }})
    """)


def test_each_undo_takes_back_the_agents_edit_or_ones_own_words_and_never_both(home: Path, folder: Path) -> None:
    with neovim(home, folder / "todolist.md") as editor:
        editor.ready()
        editor.keys("GoMine.")
        editor.wait("vim.fn.getline('$') == 'Mine.'")
        assert apply(editor, folder / "todolist.md", 0, "Theirs.\\n")["applied"]
        assert editor.lua("vim.fn.mode()") == "i"
        editor.keys(" And more.")
        editor.wait("vim.fn.getline('$') == 'Mine. And more.'")
        states = [["# To do", "", "Nothing yet.", *end] for end in ([], ["Mine."])]
        states += [["Theirs.", *states[1]], ["Theirs.", *states[1][:-1], "Mine. And more."]]
        editor.keys("<Esc>")
        for state in reversed(states[:-1]):
            editor.keys("u")
            editor.wait(
                f"vim.deep_equal(vim.api.nvim_buf_get_lines(0, 0, -1, false), vim.json.decode([==[{json.dumps(state)}]==]))"
            )
        for state in states[1:]:
            editor.keys("<C-r>")
            editor.wait(
                f"vim.deep_equal(vim.api.nvim_buf_get_lines(0, 0, -1, false), vim.json.decode([==[{json.dumps(state)}]==]))"
            )
        assert (folder / "todolist.md").read_text() == "# To do\n\nNothing yet.\n"


def test_a_clean_buffer_is_saved_after_an_edit_unless_the_person_wants_it_otherwise(home: Path, folder: Path) -> None:
    file = folder / "todolist.md"
    with neovim(home, file) as editor:
        editor.ready()
        apply(editor, file, 0, "First.\\n")
        editor.wait("not vim.bo.modified")
        assert file.read_text().startswith("First.\n")
        editor.run("vim.g.kinos = { save = false } return true")
        apply(editor, file, 0, "Second.\\n")
        editor.wait("vim.fn.getline(1) == 'Second.' and vim.bo.modified")
        assert file.read_text().startswith("First.\n")


@pytest.mark.agents
@pytest.mark.timeout(300)
def test_a_second_editor_on_the_folder_sees_what_lands_and_keeps_its_own_words(home: Path, folder: Path) -> None:
    (home / "second").mkdir()
    automatic = {"trusted": True, "settings": {"landing.mode": "auto"}}
    with (
        neovim(home, folder / "demande.md", options=automatic) as first,
        neovim(home / "second", folder / "todolist.md") as second,
    ):
        first.ready()
        second.ready()
        second.command(f"split {folder / 'long.md'}")
        second.keys("GoUnsaved.<Esc>")
        second.wait("vim.bo.modified")
        first.rehearse_alone("management")
        second.wait("require('kinos.status').get().team.heldBy ~= ''")
        second.command("Kinos rehearse")
        second.hear("works on")
        todolist = f"vim.api.nvim_buf_get_lines(vim.fn.bufnr('{folder / 'todolist.md'}'), 0, -1, false)"
        second.wait(f"table.concat({todolist}):find('harbour') ~= nil")
        first.command("Kinos stop")
        first.hear("processes ended")
        # Somebody else writes the file that has unsaved words here.
        (folder / "long.md").write_text("# Theirs\n")
        second.command("checktime")
        assert second.lines()[-1] == "Unsaved."
        assert second.lua("vim.bo.modified")
