"""`kin tokens` and `kin check`."""

import io
import json
import subprocess
import sys
from pathlib import Path

import ctok
import pytest

from kinos.app import App
from kinos.cli.main import run


def kin(*arguments: object) -> int:
    return run([str(argument) for argument in arguments], App())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# A\n\nSome words of a document.\n", encoding="utf-8")
    (tmp_path / "long.md").write_text("# Long\n\n" + "One more sentence that says little. " * 900, encoding="utf-8")
    (tmp_path / "huge.md").write_text("# Huge\n\n" + "One more sentence that says little. " * 1900, encoding="utf-8")
    (tmp_path / "code.py").write_text("print('no document')\n", encoding="utf-8")
    return tmp_path


def test_tokens_of_a_folder_are_those_of_its_markdown_and_exact(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kin("tokens", folder, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert {file["path"]: file["level"] for file in report["files"]} == {
        "docs/a.md": "ok",
        "huge.md": "too-long",
        "long.md": "long",
    }
    for file in report["files"]:
        assert file["tokens"] == ctok.token_count((folder / file["path"]).read_text(encoding="utf-8"), "4.8") - 6
        assert file["counted"] == "exact"
    assert report["total"] == sum(file["tokens"] for file in report["files"])
    assert report["tokenizer"] == "claude-v4.8"


def test_a_named_file_is_counted_whatever_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("tokens", folder / "code.py", "--json") == 0
    assert [file["path"] for file in json.loads(capsys.readouterr().out)["files"]] == ["code.py"]


def test_stdin_is_a_dash(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("# Été\n".encode())))
    assert kin("tokens", "-", "--json") == 0
    file = json.loads(capsys.readouterr().out)["files"][0]
    assert (file["path"], file["tokens"]) == ("-", ctok.token_count("# Été\n", "4.8") - 6)


def test_what_is_not_utf8_is_an_error_entry_and_no_guess(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin.md").write_bytes(b"caf\xe9\n")
    (tmp_path / "good.md").write_text("good\n", encoding="utf-8")
    assert kin("tokens", tmp_path, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert [file["path"] for file in report["files"]] == ["good.md"]
    assert report["errors"][0]["path"] == "latin.md"
    assert "UTF-8" in report["errors"][0]["message"]


def test_a_file_over_the_byte_limit_is_named_and_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "big.md").open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    assert kin("tokens", tmp_path, "--json") == 1
    assert "maxBytes" in json.loads(capsys.readouterr().out)["errors"][0]["message"]


def test_an_unknown_tokenizer_is_refused_with_the_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("tokens", folder, "--tokenizer", "claude-9") == 2
    assert "claude-v4.8" in capsys.readouterr().err


def test_check_names_what_is_too_long_and_exits_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("check", folder) == 1
    out = capsys.readouterr().out
    assert "huge.md" in out
    assert "long.md" not in out
    (folder / "huge.md").unlink()
    assert kin("check", folder) == 0


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("tokens", tmp_path / "nowhere") == 2
    assert "no file or folder" in capsys.readouterr().err


def test_a_folder_without_documents_is_answered_alike_in_every_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kin("tokens", tmp_path) == 0
    assert capsys.readouterr().out.startswith("0 tokens in 0 documents, claude-v4.8 ")
    assert kin("tokens", tmp_path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == 0
    assert kin("check", tmp_path) == 0


def test_sections_stand_with_their_tokens_and_where_a_limit_is_crossed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "# Guide\n\nabout\n\n## One\n\n" + "A sentence that says little.\n" * 1200 + "\n## Two\n\nend\n"
    (folder / "guide.md").write_text(text, encoding="utf-8")
    assert kin("tokens", folder / "guide.md", "--sections", "--json") == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    guide, one, two = file["sections"]
    assert (guide["title"], guide["level"], guide["line"]) == ("Guide", 1, 1)
    assert guide["tokens"] == file["tokens"] > one["tokens"] > 6000 > two["tokens"]
    assert 7 < file["longAt"] < 1207
    assert file["tooLongAt"] is None
    assert kin("tokens", folder / "guide.md", "--sections") == 0
    said = capsys.readouterr().out
    assert f"{one['tokens']:,}    One  (line 5)" in said
    assert f"long from line {file['longAt']} on" in said


def test_a_commit_hook_waits_for_neither_the_protocol_nor_the_sdk(folder: Path) -> None:
    code = (
        "import sys; from kinos.__main__ import main; sys.argv = ['kin', 'check', 'docs']; main(); "
        "heavy = 'pygls lsprotocol anthropic aider litellm rich asyncio ctok regex watchfiles'.split(); "
        "sys.exit(', '.join(name for name in heavy if name in sys.modules) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
