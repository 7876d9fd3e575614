"""Configuration files: the user's and the workspace's `config.toml`."""

from pathlib import Path

import platformdirs

from kinos.adapters.regular import SMALL, read
from kinos.domain.layer import Layer, Source, flattened
from kinos.domain.mistake import Mistake
from kinos.domain.path import CONFIG


def user_file() -> Path:
    """Where the user's settings are."""
    return Path(platformdirs.user_config_dir("kinos")) / "config.toml"


def workspace_file(root: Path) -> Path:
    """Where a workspace's settings are."""
    return root / CONFIG


def layer(file: Path, source: Source) -> tuple[Layer, tuple[str, ...]]:
    """The values of `file` and a sentence for each thing that is wrong with it; a file that is not there has none."""
    try:
        text = read(file, SMALL).decode("utf-8-sig")
    except FileNotFoundError:
        return Layer(source, {}), ()
    except UnicodeDecodeError as error:
        return Layer(source, {}), (f"{file}: not valid TOML ({error}); the file is left aside.",)
    except OSError as error:
        return Layer(source, {}), (f"{file} cannot be read: {error.strerror}; it is left aside.",)
    found, mistake = read_layer(text, str(file), source)
    if mistake is None:
        return found, ()
    return found, (f"{file}:{mistake.line}: {mistake.message}; the file is left aside.",)


def read_layer(text: str, where: str, source: Source) -> tuple[Layer, Mistake | None]:
    """The values in the `text` of a file, and what is wrong with it as TOML; then it has none."""
    from kinos.domain.toml import parsed  # most folders have no such file
    from kinos.domain.toml_line import key_lines

    found: list[Mistake] = []
    table = parsed(text, found)
    if table is None:
        return Layer(source, {}), found[0]
    return Layer(source, flattened(table), where, key_lines(text)), None
