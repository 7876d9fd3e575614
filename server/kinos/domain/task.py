"""What the planner decided: one task, or nothing to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """One concrete piece of work for one agent. `files` are workspace-relative POSIX paths to edit or create."""

    title: str
    why: str
    files: tuple[str, ...]
    instructions: str

    def message(self) -> str:
        """The text given to the editor model; plain text, never a command."""
        listing = "\n".join(f"- {path}" for path in self.files)
        return f"Task: {self.title}\n\nWhy: {self.why}\n\n{self.instructions}\n\nEdit or create only these files:\n{listing}\n"


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """The agent looked and found nothing worth a change; `reason` says why."""

    reason: str
