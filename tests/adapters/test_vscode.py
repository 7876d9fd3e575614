"""The extension, installed by VS Code's own command line: a program that keeps a list of extensions stands for it."""

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

from kinos.adapters.vscode import VSCode
from kinos.domain.errors import SetupError
from kinos.domain.setup import Standing

CODE = """#!{python}
import json, pathlib, sys, zipfile
kept = pathlib.Path({kept!r})
have = json.loads(kept.read_text()) if kept.exists() else {{}}
if sys.argv[1:2] == ["--list-extensions"]:
    print("\\n".join(f"{{name}}@{{version}}" for name, version in have.items()))
elif {broken}:
    sys.exit("Extension is not compatible.")
else:
    manifest = json.loads(zipfile.ZipFile(sys.argv[2]).read("extension/package.json"))
    have[manifest["publisher"] + "." + manifest["name"]] = manifest["version"]
    kept.write_text(json.dumps(have))
    print("was successfully installed")
"""


def code(place: Path, name: str = "code", *, broken: bool = False) -> dict[str, str]:
    """An environment with the program `name` on its PATH."""
    program = place / name
    text = CODE.format(python=sys.executable, kept=str(place / "extensions.json"), broken=broken)
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return {"PATH": os.pathsep.join([str(place), "/usr/bin", "/bin"])}


def package(folder: Path, version: str) -> Path:
    with zipfile.ZipFile(folder / f"kinos-{version}.vsix", "w") as archive:
        manifest = {"publisher": "kinos", "name": "kinos", "version": version}
        archive.writestr("extension/package.json", json.dumps(manifest))
    return folder / f"kinos-{version}.vsix"


def test_the_packed_extension_is_installed_once_and_a_newer_one_in_its_place(tmp_path: Path) -> None:
    file, editor = package(tmp_path, "0.1.0"), VSCode(code(tmp_path), tmp_path)
    proposal = editor.proposed()
    assert proposal.standing is Standing.NEW
    assert proposal.command == [str(tmp_path / "code"), "--install-extension", str(file), "--force"]
    assert "successfully" in editor.carry_out(proposal).said
    assert (editor.proposed().standing, editor.proposed().remark) == (Standing.THERE, "kinos.kinos 0.1.0 is installed.")
    os.utime(file, (0, 0))
    package(tmp_path, "0.2.0")
    newer = editor.proposed()
    assert (newer.standing, newer.remark) == (
        Standing.OTHER,
        "kinos.kinos 0.1.0 is installed; 0.2.0 takes its place.",
    )
    editor.carry_out(newer)
    assert editor.proposed().standing is Standing.THERE


def test_a_kin_of_vs_code_will_do(tmp_path: Path) -> None:
    package(tmp_path, "0.1.0")
    assert VSCode(code(tmp_path, "codium"), tmp_path).proposed().command[0] == str(tmp_path / "codium")


def test_what_is_missing_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no packed extension") as refused:
        VSCode(code(tmp_path), tmp_path).proposed()
    assert "make vsix" in refused.value.remedy
    package(tmp_path, "0.1.0")
    with pytest.raises(SetupError, match="on the PATH") as refused:
        VSCode({"PATH": str(tmp_path / "nowhere")}, tmp_path).proposed()
    assert "Install from VSIX" in refused.value.remedy


def test_who_has_no_checkout_is_told_that_the_extension_comes_apart_and_what_to_do_with_it(tmp_path: Path) -> None:
    for editor in (code(tmp_path, "codium"), {"PATH": str(tmp_path / "nowhere")}):
        with pytest.raises(SetupError, match=r"a file of its own, kinos-VERSION\.vsix") as refused:
            VSCode(editor, tmp_path / "share").proposed()
        assert refused.value.remedy.endswith(("codium --install-extension FILE", "code --install-extension FILE"))


def test_what_vs_code_says_when_it_fails_is_told(tmp_path: Path) -> None:
    package(tmp_path, "0.1.0")
    editor = VSCode(code(tmp_path, broken=True), tmp_path)
    with pytest.raises(SetupError, match=r"ended with 1: Extension is not compatible\."):
        editor.carry_out(editor.proposed())


def test_a_file_that_is_no_package_is_told(tmp_path: Path) -> None:
    (tmp_path / "kinos.vsix").write_bytes(b"nothing")
    with pytest.raises(SetupError, match="is no packed extension"):
        VSCode(code(tmp_path), tmp_path).proposed()
