"""What an agent may see beside documents."""

import pytest

from fakes.catalog import agent
from fakes.disk import MemoryDisk
from kinos.adapters.catalog import FileCatalog
from kinos.domain.team import Agent
from kinos.engine.source import LISTED, listing, named, sources

FILES = {
    "README.md": "# R\n",
    "src/temps/convert.py": "def celsius(f): ...\n",
    "tests/test_convert.py": "def test_it(): ...\n",
    "pyproject.toml": "[project]\n",
    "logo.png": b"\x89PNG",
    ".env": "KEY=1\n",
    "deploy/prod.env": "KEY=1\n",
    "deploy/secrets.yaml": "key: 1\n",
    ".github/workflows/test.yml": "on: push\n",
    "build/out.js": "x\n",
}
CODE = ["pyproject.toml", "src/temps/convert.py", "tests/test_convert.py"]


def found(who: Agent, **files: str) -> list[str]:
    disk = MemoryDisk(FILES | files)
    disk.hidden = {"build/out.js"}
    return list(sources(who, disk))


def test_who_edits_everything_sees_text_that_is_neither_hidden_ignored_nor_secret() -> None:
    assert found(FileCatalog(None).agent("production")) == CODE


def test_who_tests_sees_the_code_it_watches_and_the_tests_it_edits() -> None:
    assert found(FileCatalog(None).agent("testeur")) == CODE[1:]


@pytest.mark.parametrize("name", ["specifications", "documentaliste", "duplication", "validation"])
def test_who_works_on_markdown_alone_sees_no_other_files(name: str) -> None:
    assert found(FileCatalog(None).agent(name)) == []


def test_what_the_person_allows_to_be_edited_is_seen() -> None:
    disk = MemoryDisk({"main.tf": "x\n", "b.bin": "x\n"})
    everywhere = Agent("ann", "r", "p", edits=("**/*",))
    assert list(sources(everywhere, disk)) == []
    assert sources(everywhere, disk, ["**/*.tf"]) == {"main.tf": 2}
    assert sources(agent("ann"), disk, ["**/*.tf"]) == {}


def test_a_long_list_names_what_is_near_the_root_and_counts_the_rest() -> None:
    files = {f"deep/below/{number}.py": 1 for number in range(LISTED)} | {"main.py": 7}
    made = listing(files)
    assert ("main.py", 7) in made.files
    assert (len(made.files), made.more) == (LISTED, 1)
    assert made.render().split("\n")[-2:] == ["- main.py (7 bytes)", "- … and 1 more"]
    assert listing({}).render() == ""


def test_a_text_names_files_by_path_or_by_the_end_of_one() -> None:
    files = ["src/temps/convert.py", "src/temps/__init__.py", "tests/test_convert.py", "Makefile", "src/vert.py"]
    text = "Mend `temps/convert.py`, ./tests/test_convert.py. Look at the Makefile, not at other.py or convert."
    assert named(text, files) == ["src/temps/convert.py", "tests/test_convert.py", "Makefile"]
