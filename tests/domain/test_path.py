"""Which paths agents may touch: pure rules, tried by people who want out."""

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kinos.domain.errors import PolicyError
from kinos.domain.path import REQUESTS, checked, instructs, is_document, is_markdown, is_source, matches, normal
from kinos.domain.project_map import MAP_NAME

PART = st.sampled_from(
    ["..", ".", "", "a", "docs", ".git", ".env", "B.md", "c.py", "~", " ", "a ", "a.", "\\", "C:", "\u202e", "x\x00y"]
)
PATHS = st.lists(PART, min_size=1, max_size=5).map("/".join) | st.text(max_size=30)


@given(PATHS)
def test_what_is_let_through_is_a_plain_visible_path_inside(path: str) -> None:
    try:
        clean = checked(path, ["**/*", "*"])
    except PolicyError:
        return
    parts = clean.split("/")
    assert not clean.startswith(("/", "~"))
    assert "\\" not in clean
    assert ":" not in clean
    assert all(part and part not in (".", "..") and not part.startswith(".") for part in parts)
    assert all(part == part.rstrip(". ") for part in parts)
    assert clean.isprintable() or not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in clean)
    assert unicodedata.is_normalized("NFC", clean)
    assert checked(clean, ["**/*", "*"]) == clean, "one spelling stays that spelling"


@st.composite
def spelled(draw: st.DrawFn, names: list[str]) -> str:
    """One of `names` in some case and some form of its accents, with useless dots before it."""
    name = draw(st.sampled_from(names))
    name = "".join(draw(st.sampled_from([c.lower(), c.upper(), c])) for c in name)
    form = draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
    return draw(st.sampled_from(["", "./", "././"])) + unicodedata.normalize(form, name)  # type: ignore[arg-type]


@given(spelled([*REQUESTS, MAP_NAME]))
def test_the_request_and_the_map_are_never_edited_however_they_are_spelled(path: str) -> None:
    with pytest.raises(PolicyError, match="never edited"):
        checked(path, ["**/*"])


@pytest.mark.parametrize("path", ["docs/demande.md", "requests.md", "map.md", "docs/map (readonly).md"])
def test_files_that_only_look_like_them_may_be(path: str) -> None:
    assert checked(path) == path


SECRETS = [
    ".env", "prod.env", "config/.env.local", "id_rsa", "keys/id_ed25519.pub", "server.pem", "tls.key", "store.p12", "vault.kdbx",
    ".npmrc", "pypirc", ".netrc", "credentials.json", "aws/credentials", "client_secret.json", "my-secrets.yaml", "secrets.toml",
    "service-account-1.json", "service_account.json", ".htpasswd", "kubeconfig", "passwords.txt", "prod.tfvars",
    "id_ed25519_sk", "_netrc",
]  # fmt: skip


@given(
    st.sampled_from(SECRETS), st.sampled_from(["", "docs/", "a/b/"]), st.sampled_from([str.lower, str.upper, str.title])
)
def test_secrets_are_never_touched(name: str, folder: str, case: object) -> None:
    with pytest.raises(PolicyError, match=r"secret|hidden"):
        checked(folder + case(name), ["**/*"])  # type: ignore[operator]


@pytest.mark.parametrize("path", ["docs/keys.md", "environment.md", "keyboard.txt", "secretary.md", "src/token.py"])
def test_words_that_only_sound_secret_may_be_written_about(path: str) -> None:
    assert checked(path) == path


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "not a usable path"),
        ("a\nb.md", "not a usable path"),
        ("a\udcff.md", "not a usable path"),
        ("a\u2028.md", "not a usable path"),
        ("a" * 1030 + ".md", "not a usable path"),
        ("/etc/passwd", "not a path relative"),
        ("~/x.md", "not a path relative"),
        ("C:/x.md", "not a path relative"),
        ("a\\b.md", "not a path relative"),
        ("../x.md", "not a plain path"),
        ("a/../../x.md", "not a plain path"),
        ("a//b.md", "not a plain path"),
        ("a/", "not a plain path"),
        (".", "not a plain path"),
        ("a.md ", "not a plain path"),
        ("a.md.", "not a plain path"),
        (".git/hooks/pre-commit", "hidden"),
        ("docs/.obsidian/x.md", "hidden"),
        (".github/workflows/ci.yml", "hidden"),
        (".VSCODE/settings.json", "hidden"),
        ("photo.png", "landing.edit"),
        ("no-suffix", "landing.edit"),
        ("a.exe", "landing.edit"),
        ("archive.tar.gz", "landing.edit"),
        ("folder /x.md", "not a plain path"),
        ("x\0.md", "not a usable path"),
        ("a\u202edm.exe", "not a usable path"),
        ("a\u200b.md", "not a usable path"),
        ("\ufeffa.md", "not a usable path"),
        ("\u200d.git/x.md", "hidden"),
        (".g\u200cit/x.md", "hidden"),
        ("\u200cid_rsa", "secret"),
        ("demande\u200d.md", "never edited"),
        ("a:b.md", "not a path relative"),
        ("notes.md::$DATA", "not a path relative"),
        ("nul", "keep for themselves"),
        ("docs/CON.md", "keep for themselves"),
        ("com1.txt.md", "keep for themselves"),
        ("aux/x.md", "keep for themselves"),
        ("GIT~1/hooks/x.md", "keep for themselves"),
    ],
)
def test_a_refusal_says_why(path: str, why: str) -> None:
    with pytest.raises(PolicyError, match=why):
        checked(path)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "src/main.py",
        "a b/ü.markdown",
        "x.TXT",
        "Makefile",
        "./docs/./a.md",
        "data.csv",
        "console.md",
        "null.md",
        "auxiliary/x.md",
        "git~x/a.md",
        "\U0001f469\u200d\U0001f4bb.md",
    ],
)
def test_text_outside_dot_folders_may_be_edited(path: str) -> None:
    assert checked(path) == normal(path)


def test_the_user_may_allow_more_than_text_but_nothing_hidden_or_secret() -> None:
    assert checked("art/logo.svg", ["art/*.svg"]) == "art/logo.svg"
    with pytest.raises(PolicyError, match=r"landing\.edit"):
        checked("art/deep/logo.svg", ["art/*.svg"])
    for path in (".git/x.svg", "id_rsa", "../x.svg"):
        with pytest.raises(PolicyError):
            checked(path, ["**/*", "*"])


@given(st.text(min_size=1, max_size=20))
def test_accents_have_one_spelling(text: str) -> None:
    path = f"{text}.md"
    try:
        composed = normal(unicodedata.normalize("NFC", path))
    except PolicyError:
        assume(False)
    assert normal(unicodedata.normalize("NFD", path)) == composed


@pytest.mark.parametrize(
    "path",
    [
        "Makefile",
        "sub/MAKEFILE",
        "package.json",
        "CONFTEST.py",
        "AGENTS.md",
        "docs/claude.MD",
        "confte\u017ft.py",
        "vite.config.ts",
        "x.prompt.md",
        "rules.MK",
        "conf\u200dtest.py",
    ],
)
def test_what_runs_or_instructs_by_itself_is_known_in_any_case(path: str) -> None:
    assert instructs(path)
    assert not instructs(f"{path}x/{PurePosixPath(path).name}y")
    assert instructs("Dockerfile.dev")


def test_documents_are_markdown_but_never_the_map_itself() -> None:
    assert is_markdown("a.MD")
    assert is_markdown("b/c.markdown")
    assert not is_markdown("a.mdx")
    assert is_document("map.md")
    assert not is_document(MAP_NAME)
    assert is_document(f"docs/{MAP_NAME}")


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("**/*.md", ["a.md", "d/a.md", "d/e/a.md"], ["a.mdx", "amd"]),
        ("*.md", ["a.md"], ["d/a.md"]),
        ("docs/**", ["docs/a", "docs/b/c.md"], ["docs", "xdocs/a"]),
        ("docs/*/a?.md", ["docs/x/ab.md"], ["docs/ab.md", "docs/x/a/.md", "docs/x/y/ab.md"]),
        ("a+b(1).md", ["a+b(1).md"], ["aab1.md"]),
    ],
)
def test_globs(glob: str, yes: list[str], no: list[str]) -> None:
    assert all(matches(path, [glob]) for path in yes)
    assert not any(matches(path, [glob]) for path in no)
    assert not matches("a.md", [])


@pytest.mark.parametrize("path", ["a.py", "src/b.ts", "Makefile", "pyproject.toml"])
def test_text_other_than_markdown_is_source(path: str) -> None:
    assert is_source(path)


@pytest.mark.parametrize(
    "path", ["a.md", "a.png", ".env", ".github/a.yml", "key.pem", "secrets.json", "a\nb.py", "e\u0301.py"]
)
def test_documents_binaries_secrets_and_what_is_hidden_are_no_source(path: str) -> None:
    assert not is_source(path)
