"""What each editor is told so that it starts KinOS: `kin setup` and the pages in `docs/editors/` have it from here."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """How KinOS is started: the words of the `command`, and `plugin`, the folder with its Neovim client."""

    command: tuple[str, ...] = ("kin", "lsp")
    plugin: str = "/path/to/kinos/neovim"


@dataclass(frozen=True, slots=True)
class Part:
    """One file's worth: `into` says where it belongs, `language` what it is written in."""

    into: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class EditorKind:
    """An editor that KinOS can be set up in: `title` is what people call it, `page` what describes it, from `docs/` on."""

    name: str
    title: str
    page: str
    parts: Callable[[Start], Sequence[Part]]


def _neovim(start: Start) -> Sequence[Part]:
    lines = ["-- KinOS: `kin setup neovim` wrote this file.", f"local kinos = {_lua(start.plugin)}"]
    if start.command != Start().command:
        words = ", ".join(map(_lua, start.command))
        lines += ["if vim.lsp.config then", f"  vim.lsp.config('kinos', {{ cmd = {{ {words} }} }})", "end"]
    lines += ["vim.opt.runtimepath:prepend(kinos)", "vim.cmd.source(kinos .. '/plugin/kinos.lua')"]
    return [Part("plugin/kinos.lua in Neovim's configuration", "lua", _text(lines))]


HELIX_SERVERS = ("marksman", "markdown-oxide")
"""What Helix itself starts for Markdown where it is installed: a list of one's own takes the place of this one."""
HELIX_SERVER = "kinos"


def helix_server(start: Start) -> str:
    """The language server's table."""
    program, *arguments = start.command
    return _text([
        f"[language-server.{HELIX_SERVER}]",
        f"command = {_quoted(program)}",
        f"args = [{', '.join(map(_quoted, arguments))}]",
    ])  # fmt: skip


def helix_list() -> str:
    """The servers of Markdown, for somebody who has no list yet."""
    return f"language-servers = [{', '.join(map(_quoted, (*HELIX_SERVERS, HELIX_SERVER)))}]"


def helix_language() -> str:
    """The table of the language Markdown, for somebody who has none yet."""
    return _text(["[[language]]", 'name = "markdown"', helix_list()])


def _helix(start: Start) -> Sequence[Part]:
    text = f"{helix_server(start)}\n{helix_language()}"
    return [Part("languages.toml in Helix' configuration", "toml", text)]


def _eglot(start: Start) -> Sequence[Part]:
    return [Part("Emacs' init file", "elisp", _text([
        "(with-eval-after-load 'eglot",
        "  (add-to-list 'eglot-server-programs",
        f"               '((markdown-mode gfm-mode markdown-ts-mode) . ({_words(start.command)}))))",
        "(add-hook 'markdown-mode-hook #'eglot-ensure)",
        "(add-hook 'markdown-ts-mode-hook #'eglot-ensure)",
    ]))]  # fmt: skip


def _lsp_mode(start: Start) -> Sequence[Part]:
    return [Part("Emacs' init file", "elisp", _text([
        "(with-eval-after-load 'lsp-mode",
        "  (lsp-register-client",
        f"   (make-lsp-client :new-connection (lsp-stdio-connection '({_words(start.command)}))",
        '                    :activation-fn (lsp-activate-on "markdown")',
        "                    :add-on? t",
        "                    :server-id 'kinos)))",
        "(add-hook 'markdown-mode-hook #'lsp-deferred)",
    ]))]  # fmt: skip


def _zed(start: Start) -> Sequence[Part]:
    program, *arguments = start.command
    given = ", ".join(f"{_quoted(word)}.to_string()" for word in arguments)
    found = (
        f'worktree.which({_quoted(program)}).ok_or("There is no `{program}` on the PATH.")?'
        if program == Start().command[0]
        else f"{_quoted(program)}.to_string()"
    )
    return [
        Part("kinos/extension.toml", "toml", _text([
            'id = "kinos"',
            'name = "KinOS"',
            'version = "0.1.0"',
            "schema_version = 1",
            'authors = ["The KinOS authors"]',
            'description = "A team of agents in the editor, and the exact size of every document in tokens"',
            "",
            "[language_servers.kinos]",
            'name = "KinOS"',
            'language = "Markdown"',
        ])),
        Part("kinos/Cargo.toml", "toml", _text([
            "[package]",
            'name = "kinos"',
            'version = "0.1.0"',
            'edition = "2021"',
            "",
            "[lib]",
            'crate-type = ["cdylib"]',
            "",
            "[dependencies]",
            'zed_extension_api = "0.7"',
        ])),
        Part("kinos/src/lib.rs", "rust", _text([
            "use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};",
            "",
            "struct Kinos;",
            "",
            "impl zed::Extension for Kinos {",
            "    fn new() -> Self {",
            "        Kinos",
            "    }",
            "",
            "    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {",
            "        Ok(Command {",
            f"            command: {found},",
            f"            args: vec![{given}],",
            "            env: worktree.shell_env(),",
            "        })",
            "    }",
            "}",
            "",
            "zed::register_extension!(Kinos);",
        ])),
    ]  # fmt: skip


def _sublime(start: Start) -> Sequence[Part]:
    client = {"enabled": True, "command": [*start.command], "selector": "text.html.markdown"}
    text = json.dumps({"kinos": client}, indent=2, ensure_ascii=False)
    return [Part("LanguageServers.sublime-settings in Packages/User", "json", f"{text}\n")]


def _jetbrains(start: Start) -> Sequence[Part]:
    markdown = {"fileType": {"name": "Markdown", "patterns": ["*.md", "*.markdown"]}, "languageId": "markdown"}
    program = " ".join(f'"{word}"' if " " in word else word for word in start.command)
    template = {"id": "kinos", "name": "KinOS", "programArgs": {"default": program}, "fileTypeMappings": [markdown]}
    text = json.dumps(template, indent=2, ensure_ascii=False)
    return [Part("template.json in a folder of its own", "json", f"{text}\n")]


def _none(start: Start) -> Sequence[Part]:
    """VS Code is given an extension, no snippet."""
    return []


def _lua(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted(text: str) -> str:
    """For TOML, Emacs Lisp and Rust, which agree on these escapes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(command: Sequence[str]) -> str:
    return " ".join(map(_quoted, command))


def _text(lines: Sequence[str]) -> str:
    return "\n".join([*lines, ""])


EDITORS: Mapping[str, EditorKind] = {
    kind.name: kind
    for kind in (
        EditorKind("neovim", "Neovim", "editors/neovim.md", _neovim),
        EditorKind("vscode", "VS Code", "editors/vscode.md", _none),
        EditorKind("helix", "Helix", "editors/helix.md", _helix),
        EditorKind("emacs", "Emacs with Eglot", "editors/emacs.md", _eglot),
        EditorKind("lsp-mode", "Emacs with lsp-mode", "editors/emacs.md", _lsp_mode),
        EditorKind("zed", "Zed", "editors/zed.md", _zed),
        EditorKind("sublime", "Sublime Text", "editors/sublime.md", _sublime),
        EditorKind("jetbrains", "JetBrains IDEs with LSP4IJ", "editors/jetbrains.md", _jetbrains),
    )
}
"""The editors by the name that `kin setup` takes."""
