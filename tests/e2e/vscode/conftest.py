"""What tests in a real VS Code share: the packed extension, a VS Code of each test's own, its folder and its window."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from e2e.vscode.vscode_host import Host, packed, prepare, run
from e2e.vscode.vscode_process import KIN, VSCode, vscode
from e2e.vscode.vscode_window import Window


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    """Takes the name of what was measured, with its unit, and the figures, which the run's end shows."""
    return lambda name, value: record_property("figures", f"{name}: {value}")


@pytest.fixture(scope="session")
def host() -> Host:
    return prepare()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run of the tests share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def vsix(run_folder: Path) -> Path:
    """The extension, built and packed with its own scripts, once in a run."""
    target = run_folder / "kinos.vsix"
    with (run_folder / "kinos.vsix.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            packed(run_folder / "packing.vsix").rename(target)
    return target


@pytest.fixture(scope="session")
def extensions(host: Host, vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of extensions with the packed one installed."""
    home = tmp_path_factory.mktemp("installing")
    folder = tmp_path_factory.mktemp("extensions")
    folders = ["--extensions-dir", str(folder), "--user-data-dir", str(home / "data")]
    run([*host.code_server, "--install-extension", str(vsix), *folders], environment={"HOME": str(home)})
    return folder


@pytest.fixture
def settings() -> dict[str, object]:
    """The workspace's settings; a test that needs some parametrizes this."""
    return {}


@pytest.fixture
def machine_settings() -> dict[str, object]:
    """The person's settings of machine scope, which a folder cannot bring; a test that needs some parametrizes this."""
    return {}


@pytest.fixture
def trusting() -> bool:
    """Whether every folder is trusted; where not, the person is asked. A test parametrizes this."""
    return True


@pytest.fixture
def home(tmp_path: Path, machine_settings: dict[str, object]) -> Path:
    """A home folder of the test's own."""
    home = tmp_path / "home"
    (home / "data/Machine").mkdir(parents=True)
    (home / "data/Machine/settings.json").write_text(json.dumps(machine_settings), encoding="utf-8")
    return home


@pytest.fixture
def editor(host: Host, home: Path, extensions: Path, trusting: bool) -> Iterator[VSCode]:
    """VS Code, which finds `kin` on its PATH where the interpreter of these tests has it. Nothing of ours throws in there."""
    path = os.pathsep.join([str(KIN.parent), os.environ["PATH"]])
    with vscode(host, home, path, extensions=extensions, trusting=trusting) as started:
        yield started
        assert started.thrown() == []


@pytest.fixture
def folder(tmp_path: Path, settings: dict[str, object]) -> Path:
    """A workspace with a request, a short document, one above 6,000 tokens and one above 12,000."""
    folder = tmp_path / "gateway"
    for name in ("docs", ".vscode"):
        (folder / name).mkdir(parents=True)
    for name, text in {
        "README.md": "# Gateway\n\nIt passes messages on. See [the queue](docs/queue.md).\n",
        "demande.md": "Describe the gateway for its operators, in documents short enough to read.\n",
        "docs/queue.md": chapters("Queue", 10),
        "docs/operation.md": chapters("Operation", 20),
        ".vscode/settings.json": json.dumps(settings),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def chapters(title: str, count: int) -> str:
    """About 900 tokens a chapter."""
    rules = range(1, 31)
    return f"# {title}\n\n" + "".join(
        f"## {title} {number}\n\n"
        + "".join(
            f"Rule {number}.{rule}: tenant {rule} keeps a message until it has confirmed it.\n\n" for rule in rules
        )
        for number in range(1, count + 1)
    )


@pytest.fixture
def screenshots(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Where the window's pictures go: a folder named as the test in `$KINOS_SCREENSHOTS`, else in the test's own folder."""
    chosen = Path(os.environ.get("KINOS_SCREENSHOTS") or tmp_path / "screenshots")
    folder = chosen / request.function.__name__.removeprefix("test_")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def window(host: Host, editor: VSCode, folder: Path, screenshots: Path) -> Iterator[Window]:
    """VS Code's window on the workspace, with its README open."""
    with Window.opened(host, editor, folder, screenshots) as opened:
        yield opened
