"""Which paths agents may touch: pure rules on workspace-relative POSIX paths. What the disk says comes in the adapter."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePosixPath

from kinos.domain.errors import PolicyError
from kinos.domain.printable import UNPRINTABLE
from kinos.domain.project_map import MAP_NAME

REQUESTS = ("demande.md", "request.md", ".aider.mission.md")
_READ_ONLY = frozenset(name.casefold() for name in (*REQUESTS, MAP_NAME))
"""The person's request, in the order in which it is looked for."""

CONFIG = ".kinos/config.toml"
"""The workspace's settings."""

IGNORE_FILES = (".gitignore", ".kinosignore")
"""What they list is no document."""

MARKDOWN = (".md", ".markdown")

_SECRET = re.compile(
    r"(^|/)(\.env(\..*)?|.*\.env|id_(rsa|dsa|ecdsa|ed25519)(_sk)?(\..*)?|.*\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|tfvars|tfstate)|"
    r"[._]?(netrc|npmrc|pypirc|htpasswd)|kubeconfig|credentials(\..*)?|(.*secrets?|passwords?)\.(json|ya?ml|toml|txt|csv|env)|"
    r"service[-_]account.*\.json)$"
)

_RESERVED = re.compile(
    r"(^|/)((con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.[^/]*)?|git~\d+)\s*(/|$)", re.IGNORECASE
)
"""Devices of Windows, whatever their suffix, and the short name of `.git` there: a repository goes to all kinds of machines."""

_CONFIGURING = re.compile(
    r"\.config\.[cm]?[jt]s$|\.(instructions|prompt|chatmode)\.md$|^dockerfile\.|\.(mk|gradle|gradle\.kts)$"
)
"""The same of files that are known by the end of their name."""

_INSTRUCTING = frozenset(
    {
        "makefile", "gnumakefile", "justfile", "rakefile", "dockerfile", "vagrantfile", "jenkinsfile", "procfile",
        "package.json", "conftest.py", "setup.py", "setup.cfg", "pyproject.toml", "tox.ini", "noxfile.py", "sitecustomize.py",
        "usercustomize.py", "agents.md", "claude.md", "gemini.md", "copilot-instructions.md", "cargo.toml", "build.rs",
        "build.gradle", "pom.xml", "cmakelists.txt", "gulpfile.js", "gruntfile.js", "build.xml", "pytest.ini", "skill.md",
        "taskfile.yml", "taskfile.yaml", "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml",
        "containerfile", "fabfile.py", "hatch_build.py", "meson.build", "sconstruct", "gemfile", "composer.json", "deno.json",
        "binding.gyp", "build.zig",
    }
)  # fmt: skip
"""Files that run or instruct by themselves, folded: a change of one always waits for review."""

_TEXT = frozenset(
    """
    .adoc .asciidoc .bib .c .cc .cfg .clj .cpp .cs .css .csv .dart .diff .el .erl .ex .exs .fs .go .graphql .h .hpp .hs
    .html .htm .ini .java .jl .js .json .jsx .kt .less .lisp .lua .m .markdown .md .mdx .ml .mjs .nim .org .php .pl .proto
    .ps1 .py .pyi .r .rb .rs .rst .sass .scala .scss .sh .sql .svelte .swift .tcl .tex .toml .ts .tsv .tsx .txt .vue .xml
    .yaml .yml .zig
    """.split()  # noqa: SIM905
)


def is_markdown(path: str) -> bool:
    """Whether `path` names a Markdown document."""
    return path.lower().endswith(MARKDOWN)


def is_document(path: str) -> bool:
    """Whether `path` is counted: Markdown, but never the map itself."""
    return is_markdown(path) and path != MAP_NAME


def is_source(path: str, extra: Iterable[str] = ()) -> bool:
    """Whether `path` is text other than Markdown, which agents may be shown: neither hidden nor a secret by its name.

    `extra` are globs the user counts as text too.
    """
    try:
        return not is_markdown(path) and checked(path, extra) == path
    except PolicyError:
        return False


def checked(path: str, extra: Iterable[str] = ()) -> str:
    """`path` in its one spelling (NFC, no `./`), if an agent may edit it. `extra` are globs the user allows besides text.

    Raises PolicyError with the reason otherwise.
    """
    clean = normal(path)
    folded = _folded(clean)
    if folded in _READ_ONLY:
        raise PolicyError(f"{clean} is read by agents and never edited by them.")
    if any(part.startswith(".") for part in folded.split("/")):
        raise PolicyError(f"{clean} is hidden or in a hidden folder: agents stay out of those.")
    if is_secret(clean):
        raise PolicyError(f"{clean} looks like a secret: agents never touch those.")
    if PurePosixPath(folded).suffix not in _TEXT and not instructs(clean) and not matches(clean, extra):
        raise PolicyError(
            f"{clean} is not text as KinOS knows it. Allow it with the setting landing.edit if agents may edit it."
        )
    return clean


def is_secret(path: str) -> bool:
    """Whether it looks like a secret by its name, which is then neither edited by agents nor shown to them."""
    return bool(_SECRET.search(_folded(path)))


def normal(path: str) -> str:
    """The one spelling of a workspace-relative path. Raises PolicyError when it leaves the workspace or is no plain path."""
    text = unicodedata.normalize("NFC", path)
    if not text or UNPRINTABLE.search(text) or len(text) > 1024:
        raise PolicyError(f"{path!r} is not a usable path.")
    parts = [part for part in text.split("/") if part != "."]
    if "\\" in text or ":" in text or text.startswith("/") or (parts and parts[0].startswith("~")):
        raise PolicyError(f"{path} is not a path relative to the workspace, with / between folders.")
    if _RESERVED.search(text):
        raise PolicyError(f"{path} is a name that some systems keep for themselves.")
    if ".." in parts or "" in parts or not parts or any(part != part.rstrip(". ") for part in parts):
        raise PolicyError(f"{path} is not a plain path inside the workspace.")
    return "/".join(parts)


def _folded(path: str) -> str:
    """`path` as the most forgiving file system compares it: HFS+ overlooks joiners, too."""
    return path.casefold().replace("\u200c", "").replace("\u200d", "")


def instructs(path: str) -> bool:
    """Whether the file runs or instructs by itself, so that a change of it waits for review whatever the mode."""
    name = PurePosixPath(_folded(path)).name
    return name in _INSTRUCTING or bool(_CONFIGURING.search(name))


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether `path` matches one of `globs`; `**/` also matches no folder at all."""
    return any(_compiled(glob).match(path) for glob in globs)


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return re.compile("".join(_WILD.get(piece, re.escape(piece)) for piece in pieces) + r"\Z")


_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
