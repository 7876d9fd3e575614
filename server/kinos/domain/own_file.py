"""The files that people write for KinOS, below `.kinos/` and the teams of 2024: which paths they have."""

from enum import StrEnum

HOME = ".kinos"


class Kind(StrEnum):
    """What such a file is."""

    TEAM = "team"
    PROMPT = "prompt"
    CONFIG = "config"
    LEGACY = "team of 2024"


_PLACES = {("teams", ".toml"): Kind.TEAM, ("prompts", ".md"): Kind.PROMPT}


def kind_of(path: str) -> Kind | None:
    """What the file at `path`, relative to the workspace, is; None for any other file."""
    match path.split("/"):
        case [home, "config.toml"] if home == HOME:
            return Kind.CONFIG
        case ["teams", _, "config.json"]:
            return Kind.LEGACY
        case [home, "teams", _, "config.json"] if home == HOME:
            return Kind.LEGACY
        case [home, folder, name] if home == HOME:
            stem, dot, suffix = name.rpartition(".")
            return _PLACES.get((folder, dot + suffix)) if stem else None
    return None


def stem_of(path: str) -> str:
    """The name of a team or agent that a file is."""
    return path.rpartition("/")[2].rpartition(".")[0]
