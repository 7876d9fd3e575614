"""An agent in Python: it keeps INDEX.md, a list of all documents with their titles. It needs no model for that."""

from collections.abc import Iterable

from kinos.extension import Context, Edits, NothingToDo, Task

INDEX = "INDEX.md"


class Index:
    """Implements `kinos.extension.Agent`."""

    def list_files(self, context: Context) -> Iterable[str]:
        """Every document, and the index, which need not exist."""
        return sorted({*context.documents, INDEX})

    def build_prompt(self, context: Context) -> str:
        """What `context.ask` would be told; this agent does not ask."""
        return context.prompt

    def run(self, context: Context) -> Task | NothingToDo | Edits:
        """Write the index if it is not what it should be."""
        texts = {path: text for path, text in context.files.items() if text is not None and path != INDEX}
        lines = [f"- [{title(text, path)}](<{path}>)" for path, text in texts.items()]
        index = "\n".join(["# Index", "", *lines, ""])
        if context.files[INDEX] == index:
            return NothingToDo(f"{INDEX} names all {len(lines)} documents.")
        return Edits(
            f"List {len(lines)} documents in {INDEX}", "Not every document is in it by its title.", {INDEX: index}
        )


def title(text: str, path: str) -> str:
    """The first heading of a document, else its path."""
    heading = next((line for line in text.split("\n") if line.startswith("# ")), "")
    return heading.removeprefix("# ").strip() or path
