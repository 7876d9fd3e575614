"""What a person reads about KinOS in Neovim: the help, the health check, the README."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.neovim.nvim import Neovim, neovim, program

NEOVIM = Path(__file__).parents[3] / "neovim"
HELP = (NEOVIM / "doc" / "kinos.txt").read_text(encoding="utf-8")
README = (NEOVIM / "README.md").read_text(encoding="utf-8")


def place(tmp_path: Path) -> tuple[Path, Path]:
    """A home for the editor, and a document in a folder."""
    home, folder = tmp_path / "home", tmp_path / "mission"
    home.mkdir()
    folder.mkdir()
    (folder / "a.md").write_text("# Tide\n")
    return home, folder / "a.md"


def test_the_tags_of_the_help_are_those_that_neovim_makes(tmp_path: Path) -> None:
    (tmp_path / "kinos.txt").write_text(HELP, encoding="utf-8")
    command = [program(), "--clean", "--headless", "-c", f"helptags {tmp_path}", "-c", "q"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert (tmp_path / "tags").read_text() == (NEOVIM / "doc" / "tags").read_text()


def test_no_line_of_the_help_is_wider_than_help_is() -> None:
    assert [line for line in HELP.splitlines() if len(line) > 79] == []


def test_every_subcommand_and_option_is_in_the_help_and_no_other(tmp_path: Path) -> None:
    home, document = place(tmp_path)
    with neovim(home, document) as editor:
        editor.ready()
        known = editor.run("""
          local named = vim.tbl_map(function(each) return each.form or '' end, require('kinos.command').subcommands)
          return { commands = named, options = vim.tbl_keys(require('kinos.config').defaults) }
        """)
        shown = dict(re.findall(r"^:Kinos (\w+) ?(.*?)(?:  .*)?$", HELP, re.MULTILINE))
        assert shown == known["commands"]
        assert set(re.findall(r"^\s+\*:Kinos-(\w+)\*$", HELP, re.MULTILINE)) == set(known["commands"])
        assert set(re.findall(r"^\s+\*kinos-(\w+)\*$", HELP, re.MULTILINE)) >= set(known["options"])
        assert set(re.findall(r"`:Kinos (\w+)", README)) == set(known["commands"])
        editor.command("help kinos")
        assert editor.lines()[0].startswith("*kinos.txt*")


def keys_of(section: str) -> list[set[str]]:
    """The keys in each table of a section of the help."""
    text = HELP.split(f"*kinos-{section}*")[1].split("======")[0]
    tables = [table.split("\n\n")[0] for table in text.split("does ~\n")[1:]]
    return [set(re.findall(r"^    (\S+)(?: +.*)?$", table, re.MULTILINE)) for table in tables]


MAPPED = """
  local keys = vim.tbl_filter(function(each) return (each.desc or ''):find('^KinOS: ') end, vim.api.nvim_buf_get_keymap(0, 'n'))
  return vim.tbl_map(function(each) return each.lhs end, keys)
"""


@pytest.mark.agents
def test_every_key_of_every_view_is_in_the_help_and_no_other(home: Path, mission: Path) -> None:
    with neovim(home, mission / "todolist.md") as editor:
        editor.ready()
        editor.rehearse_alone("management")
        editor.wait("require('kinos.status').get().waiting == 1")

        def mapped(command: str, there: str) -> set[str]:
            editor.command(command)
            editor.wait(there)
            return set(editor.run(MAPPED))

        def view(name: str) -> set[str]:
            return mapped(
                f"Kinos {name}", f"vim.fn.bufname():find('^kinos://{name}') ~= nil and vim.fn.getline(1) ~= ''"
            )

        every, to_read = keys_of("views")
        of_changes = every - {"s", "x", "p"}
        assert view("status") == every
        assert view("history") == of_changes
        assert mapped("Kinos review", "vim.bo.buftype == 'quickfix'") == of_changes
        assert view("map") == to_read
        without_links = to_read - {"gf", "<CR>"}
        assert view("doctor") == view("diff") == without_links
        (of_review,) = keys_of("review")
        (change,) = editor.lua("vim.fn.getcompletion('Kinos accept ', 'cmdline')")
        edited = mapped(f"Kinos review {change}", "vim.wo.diff")
        assert edited == {key.replace("<LocalLeader>", "\\") for key in of_review}


def health(editor: Neovim) -> str:
    editor.command("checkhealth kinos")
    editor.wait("vim.bo.filetype == 'checkhealth' and vim.fn.search('kinos') > 0")
    return "\n".join(editor.lines())


def test_the_health_check_says_what_is_there_and_what_is_missing(tmp_path: Path) -> None:
    home, document = place(tmp_path)
    with neovim(home, document) as editor:
        editor.ready()
        found = health(editor)
        assert "OK vim.g.kinos is sound" in found
        assert f"it runs for {document.parent}, with 1 buffer\n" in found
        assert "OK python: Python 3.12" in found
        editor.run("vim.g.kinos = { sve = false, settings = { tokens = { warn = 'many', wran = 1 } } } return true")
        editor.command("bwipeout")
        found = health(editor)
        for mistake in ("kinos.sve is not known", "warn must be a number, not a string", "wran is not known"):
            assert mistake in found
        editor.run("vim.lsp.config('kinos', { cmd = { 'nowhere', 'lsp' } }) return true")
        editor.command("bwipeout")
        found = health(editor)
        assert "there is no `nowhere` on the PATH" in found
        assert "pipx install" in found


def test_an_older_neovim_is_told_so_and_nothing_else_happens(tmp_path: Path) -> None:
    home, document = place(tmp_path)
    older = "lua local has = vim.fn.has; vim.fn.has = function(what) return what == 'nvim-0.11' and 0 or has(what) end"
    command = [program(), "--clean", "--headless", "--cmd", older, "--cmd", f"set rtp^={NEOVIM}", document]
    command += ["-c", "echo exists(':Kinos')", "-c", "qa!"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=home)
    said = done.stdout + done.stderr
    assert "KinOS needs Neovim 0.11 or later" in said
    assert said.strip().endswith("0")


def test_settings_given_in_neovim_count_and_others_are_taken_while_it_runs(tmp_path: Path) -> None:
    home, document = place(tmp_path)
    document.write_text("word " * 800)
    before = "lua vim.g.kinos = { settings = { tokens = { warn = 700 } } }"
    with neovim(
        home, document, options={}, before=[before], command=(sys.executable, "-P", "-m", "kinos", "lsp")
    ) as editor:
        editor.wait("#vim.diagnostic.get(0) == 1")
        editor.run("require('kinos').setup({ settings = { tokens = { warn = 900 } } }) return true")
        editor.wait("#vim.diagnostic.get(0) == 0")
