"""The hooks, run by the real pre-commit on a real repository: it installs KinOS from this one, as it does anywhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONG = "A line of a document that nobody wants to read to its end.\n" * 1200

pytestmark = pytest.mark.timeout(900)


class Repository:
    """A repository with both hooks."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        folder.mkdir()
        cache = {"PRE_COMMIT_HOME": str(home / "hooks"), "XDG_CACHE_HOME": str(home / "cache")}
        self._environment = os.environ | cache | {"HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull}
        self.git("init", "-q")
        revision = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
        ).stdout.strip()
        self.put(
            ".pre-commit-config.yaml",
            f"repos:\n- repo: {ROOT}\n  rev: {revision}\n  hooks:\n  - id: kinos-check\n  - id: kinos-map\n",
        )

    def put(self, path: str, text: str) -> None:
        """Write a file and stage it."""
        (self.folder / path).write_text(text, encoding="utf-8")
        self.git("add", path)

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(self.folder), *arguments], check=True, env=self._environment)

    def hooks(self) -> tuple[int, str]:
        """Run all hooks on what is staged: the exit code and what was said."""
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run"],
            cwd=self.folder, env=self._environment, check=False, capture_output=True, text=True,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


def test_the_hooks_stop_a_document_that_is_too_long_and_keep_the_map(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    repository = Repository(tmp_path / "repository", home)
    repository.put("short.md", "# Short\n")
    repository.put("long.md", LONG)
    code, said = repository.hooks()
    assert code == 1, said
    assert "long.md: " in said
    assert "above the limit of 12,000 (claude-v4.8)" in said
    written = repository.folder / "map (readonly).md"
    assert "🔴 long.md needs consolidation" in written.read_text(encoding="utf-8")

    repository.put("long.md", "# No longer\n")
    repository.put("map (readonly).md", written.read_text(encoding="utf-8"))
    code, said = repository.hooks()
    assert code == 1, "the map was changed by its hook"
    assert "files were modified by this hook" in said
    repository.git("add", "--all")
    code, said = repository.hooks()
    assert code == 0, said
    assert "No document is over a limit." in written.read_text(encoding="utf-8")
