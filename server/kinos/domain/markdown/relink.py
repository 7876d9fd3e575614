"""Links of other documents, pointed at where things are once they have moved."""

from collections.abc import Mapping

from kinos.domain.markdown import link
from kinos.domain.markdown.line import scan


def relinked(path: str, text: str, origin: str, homes: Mapping[str, tuple[str, str]]) -> str:
    """`text` of the document `path`, its links to anchors of `origin` pointed at their `homes`: a document and an anchor there.

    `homes` is what `split.moved` returns. Line ends are line feeds, as in `text`; nothing but addresses is changed.
    """

    def place(url: str) -> str | None:
        meant = link.resolve(path, url)
        home = homes.get(meant[1]) if meant is not None and meant[0] == origin else None
        if home is None:
            return None
        # Who counts from the workspace's root goes on to do so.
        return f"/{link.relative('', *home)}" if url.startswith("/") else link.relative(path, *home)

    lines = link.retargeted(scan(text), place)
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")
