"""aider 0.86's coder for SEARCH/REPLACE blocks, closed in: it asks nobody, runs and fetches nothing, stays in its folder.

aider is used for its prompts and its format. Its handling of the answer is replaced where it is too free: it creates files
before it asks, corrects a path to a similar one, tries a block on every other file, drops a first line that ends with the
file's name, and takes a heading's underline for the divider.
"""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import override

from aider.coders.editblock_coder import (
    EditBlockCoder,
    find_similar_lines,
    perfect_replace,
    prep,
    replace_most_similar_chunk,
    strip_quoted_wrapping,
)
from aider.io import InputOutput

from kinos.domain.errors import FailureKind, FaultError, PolicyError
from kinos.domain.path import normal
from kinos.worker.block import Block, read
from kinos.worker.folder import Folder

REFLECTIONS = 1
"""How often the model may correct edits that do not fit."""


class StoppedError(BaseException):
    """The edit has failed for `reason`. Not an Exception: aider catches those, says something and goes on."""

    def __init__(self, reason: FaultError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class _NoSummary:
    """In place of aider's summarizer, which asks a model in a thread of its own."""

    def too_big(self, messages: object) -> bool:
        return False


type _Edit = tuple[str, Block]
"""A listed file, and what to do to it. aider looks at the file only."""


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
            InputOutput(pretty=False, yes=False, fancy_input=False),  # answers no, and asks nobody
            fnames=[str(folder.root / path) for path in folder.files],
            use_git=False,
            auto_commits=False,
            dirty_commits=False,
            map_tokens=0,
            stream=False,
            auto_lint=False,
            suggest_shell_commands=False,
            detect_urls=False,
            summarizer=_NoSummary(),
            analytics=self,
        )
        # What aider could not make it would leave out without a word.
        for path in folder.files:
            if str(folder.root / path) not in self.abs_fnames:
                raise StoppedError(FaultError(FailureKind.INTERNAL, f"{path} cannot be written."))
        # aider takes the folder the files have in common, which would shorten the paths the model sees.
        self.root = str(folder.root)
        self.abs_root_path_cache: dict[str, str] = {}

    def event(self, name: str, **details: object) -> None:
        """In place of aider's analytics: sends nothing, and keeps an exception aider caught."""
        if name == "message_send_exception":
            self.failure = str(details.get("exception"))

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
    def get_edits(self) -> list[_Edit]:
        """The blocks of the answer. Raises ValueError, in words for the model, when one is not for a listed file."""
        edits = [(self._named(block), block) for block in read(self.partial_response_content)]
        if edits:
            self.stray = ""
        return edits

    @override
    def apply_edits_dry_run(self, edits: list[_Edit]) -> list[_Edit]:
        return edits  # aider's creates files on the way

    @override
    def apply_edits(self, edits: Sequence[_Edit]) -> None:
        """Write the edits that fit. Raises ValueError, in words for the model, about those that do not."""
        misfits = [edit for edit in edits if not self._apply(*edit)]
        if misfits:
            raise ValueError(self._complaint(misfits, len(edits) - len(misfits)))

    def _named(self, block: Block) -> str:
        """The listed file the model means: that path, or the only file called so."""
        try:
            clean = normal(block.name.removeprefix(f"{self._folder.root}/"))
        except PolicyError:
            clean = ""
        if clean in self._names:
            return self._names[clean]
        alike = [path for path in self._names if PurePosixPath(path).name == clean]
        if len(alike) == 1 and (block.finds or not self._folder.was_there(self._names[alike[0]])):
            return self._names[alike[0]]
        self.stray = block.name
        listing = ", ".join(self._folder.files)
        raise ValueError(
            f"{block.name} is not one of the files you may edit. Send all blocks again, only for: {listing}"
        )

    def _apply(self, path: str, block: Block) -> bool:
        """Whether the block fitted, and is on disk now."""
        target = self._folder.root / path
        try:
            content = _read(target)
            new = _changed(path, content, block)
            if new is None:
                return False
            if content and not new:
                target.unlink()  # the format knows no other way to delete a file than to empty it
            else:
                target.write_bytes(new.encode())
        except OSError as error:
            reason = FaultError(FailureKind.INTERNAL, f"{path} cannot be written: {error.strerror}.")
            raise StoppedError(reason) from error
        return True

    def _complaint(self, misfits: Sequence[_Edit], fitted: int) -> str:
        files = ", ".join(dict.fromkeys(path for path, _ in misfits))
        parts = [f"# {len(misfits)} SEARCH/REPLACE block(s) failed to match in {files}"]
        for path, block in misfits:
            before, after = block.readings[0]
            parts.append(f"## In {path}:\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE")
            if alike := find_similar_lines(before, _read(self._folder.root / path)):
                parts.append(f"Did you mean these lines of {path}?\n{self.fence[0]}\n{alike}\n{self.fence[1]}")
        parts.append("The SEARCH section must match existing lines exactly, with all white space.")
        if fitted:
            parts.append(f"The other {fitted} block(s) were applied: send only mended versions of the failed ones.")
        return "\n\n".join(parts)


def _read(target: Path) -> str:
    """The text of `target` with its own line ends; empty when there is no such file."""
    if not target.is_file():
        return ""
    with target.open(encoding="utf-8", newline="") as text:
        return text.read()


def _changed(path: str, content: str, block: Block) -> str | None:
    """`content` with the lines to find replaced; None when they are not in it. With nothing to find it is appended to."""
    for before, after in block.readings:
        if not before.strip():
            start: str = prep(content)[0]
            return start + after
        if prep(before) == prep(content):
            return after
        exact: str | None = perfect_replace(prep(content)[1], prep(before)[1], prep(after)[1])
        if exact is not None:
            return exact
    # What could be read in several ways is not guessed at any further.
    return _nearly(path, content, *block.readings[0]) if len(block.readings) == 1 else None


def _nearly(path: str, content: str, before: str, after: str) -> str | None:
    """aider's own tolerance: for indentation, `...` lines, and then for file names and fences inside a block."""
    new: str | None = replace_most_similar_chunk(content, before, after)
    before, after = (strip_quoted_wrapping(text, path, ("```", "```")) for text in (before, after))
    if not new and before.strip():
        new = replace_most_similar_chunk(content, before, after)
    return new or None
