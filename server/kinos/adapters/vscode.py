"""VS Code's own command line, which installs our packed extension."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

from kinos.domain.errors import SetupError
from kinos.domain.setup import Done, Proposal, Standing

PROGRAMS = ("code", "code-insiders", "codium", "code-oss", "cursor", "code-server")
"""Editors that take our extension by the same options, the first one found is meant."""
_SECONDS = 120.0
"""For VS Code to list or install an extension."""
_HOW = "Build it in a checkout of KinOS: make vsix"


class VSCode:
    """The editor that `environment` has on its PATH, and the extension packed in `folder`."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = environment
        self._folder = folder

    @property
    def program(self) -> str | None:
        """The command line of the editor."""
        path = self._environment.get("PATH", "")
        return next((found for name in PROGRAMS if (found := shutil.which(name, path=path))), None)

    def proposed(self) -> Proposal:
        """To install the extension, unless this version is there. Raises SetupError when it or the editor is missing."""
        package = self._package()
        program = self.program
        if package is None:
            raise self._unpacked(program)
        if program is None:
            raise SetupError(
                f"None of {', '.join(PROGRAMS)} is on the PATH.",
                f"Install {package} from VS Code's view Extensions: … → Install from VSIX.",
            )
        name, version = _identity(package)
        installed = self._installed(program, name)
        command = [program, "--install-extension", str(package), "--force"]
        if installed == version:
            remark = f"{name} {version} is installed."
            return Proposal("vscode", Standing.THERE, command=command, remark=remark)
        if installed:
            remark = f"{name} {installed} is installed; {version} takes its place."
            return Proposal("vscode", Standing.OTHER, command=command, remark=remark)
        return Proposal("vscode", Standing.NEW, command=command)

    def carry_out(self, proposal: Proposal) -> Done:
        """Install it. Raises SetupError with what the editor said when it fails."""
        return Done(said=self._run([*proposal.command]).strip())

    def _unpacked(self, program: str | None) -> SetupError:
        if self._folder.is_dir():
            return SetupError(f"There is no packed extension in {self._folder}.", _HOW)
        # An installed wheel: the extension, which brings a kin of its own, is not in it.
        install = f"{Path(program or PROGRAMS[0]).name} --install-extension FILE"
        return SetupError(
            "The extension is a file of its own, kinos-VERSION.vsix, and does not come with an installed kin.",
            f"Take it from where your kin is from, or build it in a checkout of KinOS: make vsix. Then: {install}",
        )

    def _package(self) -> Path | None:
        """The newest one there."""
        found = sorted(self._folder.glob("*.vsix"), key=lambda file: file.stat().st_mtime)
        return found[-1] if found else None

    def _installed(self, program: str, name: str) -> str:
        """The version that is there; empty when none is."""
        said = self._run([program, "--list-extensions", "--show-versions"])
        found = re.search(rf"^{re.escape(name)}@(\S+)$", said, re.MULTILINE | re.IGNORECASE)
        return found[1] if found else ""

    def _run(self, command: list[str]) -> str:
        remedy = "Install the extension from VS Code's view Extensions: … → Install from VSIX."
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
                timeout=_SECONDS, env=dict(self._environment),
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SetupError(f"{command[0]} did not answer: {error}.", remedy) from error
        if done.returncode:
            said = (done.stderr or done.stdout).strip().rpartition("\n")[2]
            raise SetupError(f"{command[0]} ended with {done.returncode}: {said}", remedy)
        return done.stdout


def _identity(package: Path) -> tuple[str, str]:
    """The extension's identifier and version, from what is packed."""
    try:
        with zipfile.ZipFile(package) as archive:
            manifest = json.loads(archive.read("extension/package.json"))
        return f"{manifest['publisher']}.{manifest['name']}", str(manifest["version"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise SetupError(f"{package} is no packed extension.", _HOW) from error
