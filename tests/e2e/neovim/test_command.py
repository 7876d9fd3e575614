"""`:Kinos`: what can follow, what each subcommand leads to, and that it works from any window."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.neovim.nvim import ROOT, Neovim, neovim


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a team of its own, which would like to edit programs too."""
    folder = tmp_path / "mission"
    (folder / ".kinos" / "teams").mkdir(parents=True)
    (folder / ".kinos" / "config.toml").write_text('[landing]\nedit = ["tools/**"]\n')
    (folder / ".kinos" / "teams" / "night.toml").write_text('summary = "At night"\n\n[[agents]]\nname = "management"\n')
    (folder / "a.md").write_text("# Tide\n")
    return folder


@pytest.fixture
def editor(home: Path, folder: Path) -> Iterator[Neovim]:
    """Neovim with a document of the folder, where `yes` is the answer to every question."""
    with neovim(home, folder / "a.md") as started:
        started.ready()
        started.run("vim.ui.input = function(options, done) _G.asked = options.prompt; done('yes') end return true")
        yield started


def completed(editor: Neovim, line: str) -> list[str]:
    return list(editor.lua(f"vim.fn.getcompletion('{line}', 'cmdline')"))


def test_names_are_completed_as_the_server_knows_them(editor: Neovim) -> None:
    assert completed(editor, "Kinos st") == ["start", "status", "stop"]
    assert completed(editor, "Kinos start n") == ["night"]
    assert "default" in completed(editor, "Kinos rehearse ")
    assert completed(editor, "Kinos agent ") == ["start", "stop"]
    assert completed(editor, "Kinos agent start man") == ["management"]
    assert completed(editor, "Kinos prompt man") == ["management"]
    assert completed(editor, "Kinos phase con") == ["convergence"]
    assert completed(editor, "Kinos budget ru") == ["runs"]
    assert completed(editor, "Kinos budget runs 100 us") == ["usd", "usdPerDay"]
    assert completed(editor, "Kinos budget runs ") == completed(editor, "Kinos stop ") == []
    assert completed(editor, "Kinos undo ") == completed(editor, "silent Kinos nothing x") == []


def test_the_phase_and_the_caps_are_said_and_set_and_what_cannot_be_done_is_said(editor: Neovim) -> None:
    editor.command("Kinos phase")
    editor.hear("KinOS: EXPANSION: ")
    editor.command("Kinos phase convergence")
    editor.hear("KinOS: CONVERGENCE: ")
    editor.command("Kinos phase night")
    editor.hear("'night'")
    editor.command("Kinos budget usd 7 runs 11")
    editor.hear("spent $0.00 of $7.00, 0 tokens of 2000000, 0 runs of 11")
    editor.command("Kinos budget much")
    editor.hear("say for example :Kinos budget usd 5 runs 100")

    editor.command("Kinos strt")
    assert "there is no strt: did you mean start?" in editor.messages()
    editor.command("Kinos pause")
    editor.hear("No team")
    editor.command("Kinos agent start nobody")
    editor.hear("nobody")
    editor.command("Kinos agent dance")
    editor.hear("say :Kinos agent start NAME")
    editor.command("Kinos prompt")
    editor.hear("name the agent")
    editor.command("Kinos accept")
    editor.hear("no change waits for review")
    editor.command("Kinos accept c000000000")
    editor.hear("c000000000")


def test_what_the_folder_brings_counts_once_a_person_has_seen_and_approved_it(editor: Neovim, folder: Path) -> None:
    editor.command("Kinos trust")
    editor.hear("approved, and it counts from now on")
    assert 'landing.edit = ["tools/**"]' in "\n".join(editor.lines())
    assert str(folder) in editor.lua("_G.asked")
    editor.command("Kinos trust")
    editor.wait("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false)):find('%(approved%)') ~= nil")
    editor.command("Kinos trust revoke")
    editor.hear("every approval of this folder was taken back")
    editor.run("vim.ui.input = function(_, done) done('no') end return true")
    editor.command("Kinos trust")
    editor.hear("nothing was approved")


def test_files_are_opened_and_the_doctor_says_what_is_missing_and_what_mends_it(editor: Neovim, folder: Path) -> None:
    def opened(file: Path) -> None:
        editor.wait(f"vim.api.nvim_buf_get_name(0) == '{file}'")

    editor.command("Kinos prompt management")
    opened(folder / ".kinos" / "prompts" / "management.md")
    editor.hear("is a copy of the shipped one")
    editor.command("Kinos team night")
    opened(folder / ".kinos" / "teams" / "night.toml")
    editor.command(f"Kinos new {folder}/har")
    opened(folder / "har" / "demande.md")
    assert editor.lines()[0] == "# Request"
    editor.command(f"Kinos new {folder}/har")
    editor.hear("there already")
    editor.command("Kinos log")
    editor.wait(
        "vim.api.nvim_buf_get_name(0):find('kinos.log$') ~= nil or table.concat(_G.told):find('nothing is logged')"
    )

    editor.command("Kinos doctor")
    editor.wait("vim.api.nvim_buf_get_name(0):find('^kinos://doctor') ~= nil")
    found = "\n".join(editor.lines())
    assert "✓ python" in found
    assert "→ Set ANTHROPIC_API_KEY" in found


def test_a_command_in_any_window_starts_the_server_of_its_folder(home: Path, folder: Path) -> None:
    (folder / "tool.py").write_text("print()\n")
    with neovim(home, folder / "tool.py") as editor:
        assert editor.lua("#vim.lsp.get_clients()") == 0
        editor.command("Kinos phase")
        editor.hear("KinOS: EXPANSION")
        editor.wait("#vim.lsp.get_clients({ name = 'kinos', bufnr = 0 }) == 1")


def test_a_server_that_cannot_be_started_is_told(home: Path, folder: Path) -> None:
    with neovim(home, folder / "a.md", command=["/nowhere/kin", "lsp"]) as editor:
        editor.command("Kinos start")
        editor.hear(":checkhealth kinos")


def test_lualine_shows_the_parts_that_are_asked_for(editor: Neovim, tmp_path: Path) -> None:
    for name, text in LUALINE.items():
        file = tmp_path / "lualine" / "lua" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    editor.command(f"set runtimepath+={tmp_path / 'lualine'}")
    editor.run("_G.component = require('lualine.components.kinos')({ parts = { 'size', 'phase' } }) return true")
    editor.wait("_G.component:update_status() == '4 ✓ · EXPANSION 0%%'")
    editor.command("Kinos phase convergence")
    editor.wait("_G.refreshed == true and _G.component:update_status() == '4 ✓ · CONVERGENCE 0%%'")
    assert (ROOT / "neovim" / "lua" / "lualine" / "components" / "kinos.lua").exists()


LUALINE = {
    "lualine.lua": "return { refresh = function() _G.refreshed = true end }\n",
    "lualine/component.lua": """
local Component = {}
function Component:extend()
  local class = setmetatable({ super = self }, { __index = self })
  class.__index = class
  return setmetatable(class, {
    __index = self,
    __call = function(made, options)
      local each = setmetatable({}, made)
      each:init(options)
      return each
    end,
  })
end
function Component:init(options) self.options = options end
return Component
""",
}
"""What a component of lualine builds on, in the form that lualine has."""
