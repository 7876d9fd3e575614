"""aider 0.86's coder for SEARCH/REPLACE blocks, closed in: it asks nobody, runs nothing, fetches nothing, leaves its folder alone.

aider is used for its prompts and its format. Its handling of the answer is replaced where it is too free: it creates files
before it asks, corrects a path to a similar one, tries a block on every other file, and drops a first line that ends with the
file's name.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, override

from aider.coders.editblock_coder import (
    EditBlockCoder,
    find_original_update_blocks,
    find_similar_lines,
    prep,
    replace_most_similar_chunk,
    strip_quoted_wrapping,
)
from aider.io import InputOutput

from kinos.domain.errors import FailureKind, FaultError, PolicyError
from kinos.domain.path import normal
from kinos.worker.folder import Folder

REFLECTIONS = 1
"""How often the model may correct edits that do not fit."""


class StoppedError(BaseException):
    """The edit has failed for `reason`. Not an Exception: aider catches those, says something and goes on."""

    def __init__(self, reason: FaultError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class _Quiet(InputOutput):  # type: ignore[misc]
    """aider's terminal without a terminal: every question is answered no; nothing is opened, rung or kept."""

    def __init__(self) -> None:
        super().__init__(pretty=False, yes=False, fancy_input=False, line_endings="lf")

    @override
    def confirm_ask(self, question: str, *args: object, **options: object) -> bool:
        return False

    @override
    def prompt_ask(self, question: str, *args: object, **options: object) -> str:
        return ""

    @override
    def get_input(self, *args: object, **options: object) -> str:
        raise EOFError

    @override
    def offer_url(self, url: str, *args: object, **options: object) -> bool:
        return False

    @override
    def read_image(self, filename: str) -> None:
        return None

    @override
    def ring_bell(self) -> None:
        return


class _NoSummary:
    """In place of aider's summarizer, which asks a model in a thread of its own."""

    def too_big(self, messages: object) -> bool:
        return False


type _Block = tuple[str, str, str]
"""File, lines to find, lines to put in their place."""


class Coder(EditBlockCoder):  # type: ignore[misc]
    """Touches the files of `folder` and no others.

    After a run, `problem` says which edits did not fit in the end, `stray` names a file the model may not edit, and `failure`
    is an exception aider has kept to itself; all three are empty when all went well.
    """

    max_reflections = REFLECTIONS

    def __init__(self, model: object, folder: Folder) -> None:
        self._folder = folder
        self._names = {normal(path): path for path in folder.files}
        self.problem = ""
        self.stray = ""
        self.failure = ""
        super().__init__(
            model,
            _Quiet(),
            fnames=[str(folder.root / path) for path in folder.files],
            use_git=False,
            auto_commits=False,
            dirty_commits=False,
            map_tokens=0,
            stream=False,
            auto_lint=False,
            auto_test=False,
            suggest_shell_commands=False,
            detect_urls=False,
            summarizer=_NoSummary(),
            analytics=self,
        )
        # aider takes the folder the files have in common, which would shorten the paths the model sees.
        self.root = str(folder.root)
        self.abs_root_path_cache: dict[str, str] = {}

    def event(self, name: str, **details: object) -> None:
        """In place of aider's analytics: sends nothing, and keeps an exception aider caught."""
        if name == "message_send_exception":
            self.failure = str(details.get("exception"))

    @override
    def run_shell_commands(self) -> str:
        return ""

    @override
    def apply_updates(self) -> set[str]:
        """aider's own, and what became of it. Words alone do not mend the edits of an earlier answer."""
        edited: set[str] = super().apply_updates()
        if self.reflected_message:
            self.problem = self.reflected_message
        elif edited:
            self.problem = self.stray = ""
        return edited

    @override
    def get_edits(self) -> list[_Block]:
        """The blocks of the answer. Raises ValueError, in words for the model, when one is not for a listed file."""
        blocks = find_original_update_blocks(self.partial_response_content, self.fence, [])
        # A block without a path is a shell command the model suggests: it is dropped.
        edits = [(self._named(path, before), before, after) for path, before, after in _with_path(blocks)]
        if edits:
            self.stray = ""
        return edits

    @override
    def apply_edits_dry_run(self, edits: list[_Block]) -> list[_Block]:
        return edits  # aider's creates files on the way

    @override
    def apply_edits(self, edits: Sequence[_Block]) -> None:
        """Write the edits that fit. Raises ValueError, in words for the model, about those that do not."""
        misfits = [block for block in edits if not self._apply(*block)]
        if misfits:
            raise ValueError(self._complaint(misfits, len(edits) - len(misfits)))

    def _named(self, name: str, before: str) -> str:
        """The listed file the model means by `name`: that path, or the only file called so."""
        try:
            clean = normal(name.removeprefix(f"{self._folder.root}/"))
        except PolicyError:
            clean = ""
        if clean in self._names:
            return self._names[clean]
        alike = [path for path in self._names if PurePosixPath(path).name == clean]
        if len(alike) == 1 and (before.strip() or not self._folder.was_there(self._names[alike[0]])):
            return self._names[alike[0]]
        self.stray = name
        listing = ", ".join(self._folder.files)
        raise ValueError(f"{name} is not one of the files you may edit. Send all blocks again, only for: {listing}")

    def _apply(self, path: str, before: str, after: str) -> bool:
        """Whether the block fitted, and is on disk now."""
        target = self._folder.root / path
        try:
            content = _read(target)
            new = _replaced(path, content, before, after)
            if new is None:
                return False
            if content and not new:
                target.unlink()  # the format knows no other way to delete a file than to empty it
            else:
                target.write_text(new, "utf-8", newline="")
        except OSError as error:
            reason = FaultError(FailureKind.INTERNAL, f"{path} cannot be written: {error.strerror}.")
            raise StoppedError(reason) from error
        return True

    def _complaint(self, misfits: Sequence[_Block], fitted: int) -> str:
        files = ", ".join(dict.fromkeys(path for path, _, _ in misfits))
        parts = [f"# {len(misfits)} SEARCH/REPLACE block(s) failed to match in {files}"]
        for path, before, after in misfits:
            parts.append(f"## In {path}:\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE")
            if alike := find_similar_lines(before, _read(self._folder.root / path)):
                parts.append(f"Did you mean these lines of {path}?\n{self.fence[0]}\n{alike}\n{self.fence[1]}")
        parts.append("The SEARCH section must match existing lines exactly, with all white space.")
        if fitted:
            parts.append(f"The other {fitted} block(s) were applied: send only mended versions of the failed ones.")
        return "\n\n".join(parts)


def _with_path(blocks: Iterator[tuple[Any, ...]]) -> Iterator[_Block]:
    for block in blocks:
        if block[0] is not None:
            path, before, after = block
            yield path, before, after


def _read(target: Path) -> str:
    """The text of `target` with its own line ends; empty when there is no such file."""
    if not target.is_file():
        return ""
    with target.open(encoding="utf-8", newline="") as text:
        return text.read()


def _replaced(path: str, content: str, before: str, after: str) -> str | None:
    """`content` with the lines `before` replaced by `after`; None when they are not in it. Nothing to find: append."""
    if not before.strip():
        start: str = prep(content)[0]
        return start + after
    if not after and prep(before) == prep(content):
        return ""
    exact: str | None = replace_most_similar_chunk(content, before, after)
    return exact or _replaced_bare(path, content, before, after)


def _replaced_bare(path: str, content: str, before: str, after: str) -> str | None:
    """The same without file names and fences, which some models put inside a block."""
    before, after = (strip_quoted_wrapping(text, path, ("```", "```")) for text in (before, after))
    new: str | None = replace_most_similar_chunk(content, before, after) if before.strip() else None
    return new or None
