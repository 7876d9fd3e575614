"""Configuration files: the user's and the workspace's `config.toml`."""

from collections.abc import Mapping
from pathlib import Path

import platformdirs

from kinos.adapters.regular import SMALL, read
from kinos.domain.layer import Layer, Source, flattened


def user_file() -> Path:
    """Where the user's settings are."""
    return Path(platformdirs.user_config_dir("kinos")) / "config.toml"


def workspace_file(root: Path) -> Path:
    """Where a workspace's settings are."""
    return root / ".kinos" / "config.toml"


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
    return _read(file, text, source)


def _read(file: Path, text: str, source: Source) -> tuple[Layer, tuple[str, ...]]:
    import re
    import tomllib  # most folders have no such file

    try:
        table: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        where = f"{file}:{found[1]}" if found else str(file)
        return Layer(source, {}), (f"{where}: not valid TOML ({error}); the file is left aside.",)
    return Layer(source, flattened(table), str(file)), ()
