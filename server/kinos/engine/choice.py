"""Which team to start when nobody said, and why."""

from collections.abc import Callable, Mapping, Sequence

_CODE = frozenset(
    [
        ".py",
        ".js",
        ".ts",
        ".tsx",
        ".jsx",
        ".rs",
        ".go",
        ".java",
        ".kt",
        ".c",
        ".cc",
        ".cpp",
        ".h",
        ".cs",
        ".rb",
        ".php",
        ".swift",
        ".scala",
        ".lua",
        ".ex",
        ".hs",
    ]
)
_REFERENCES = frozenset({".bib", ".ris", ".nbib"})


def chosen_team(
    asked: str, last: str, setting: str, look: Callable[[], Mapping[str, int]], known: Sequence[str]
) -> tuple[str, str]:
    """A team's name and the reason: the one asked for, the last one used here, the setting, or what the folder holds.

    `look` says how many files there are by suffix: it walks the folder, and is only asked when nothing else decides.
    """
    if asked:
        return asked, "you asked for it"
    if last in known:
        return last, "it was the last one used here"
    if setting:
        return setting, "the setting team.name says so"
    suffixes = look()
    code = sum(number for suffix, number in suffixes.items() if suffix in _CODE)
    prose = sum(suffixes.get(suffix, 0) for suffix in (".md", ".markdown"))
    if any(suffix in _REFERENCES for suffix in suffixes) and "literature-review" in known:
        return "literature-review", "the folder holds references"
    if code > prose and "coding" in known:
        return "coding", f"the folder holds more source files ({code}) than documents ({prose})"
    holds = f"mostly documents ({prose})" if code or prose else "no documents yet"
    return "default", f"the folder holds {holds}"
