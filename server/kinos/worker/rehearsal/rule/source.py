"""Research without a web: the addresses the documents cite already, gathered in one place."""

from urllib.parse import urlsplit

from kinos.domain.markdown import lines_of, link, text_of
from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.order import Write
from kinos.worker.rehearsal.rule.paper import SOURCES
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.rule.wish import short
from kinos.worker.rehearsal.view import View

OFFLINE = "A rehearsal makes no outside call, so it asks no web search"


def sources(view: View) -> Proposal:
    """List the external links of the documents, with where each is cited."""
    path = view.paper(SOURCES)
    cited = _cited(view, path)
    text = view.whole.get(path, "")
    missing = [url for url in cited if url not in text]
    if view.unseen(path):
        yield NothingToDo(f"{OFFLINE}; `{path}` was not shown whole.")
    elif not cited:
        yield NothingToDo(f"{OFFLINE}, and the documents I was shown cite no address.")
    elif not missing:
        yield NothingToDo(f"{OFFLINE}, and `{path}` lists every address the documents I was shown cite.")
    else:
        entries = [
            f"- [{_label(cited[url][0], url)}]({url}): cited in {listed([f'`{p}`' for p in cited[url][1]])}"
            for url in missing
        ]
        head = ["# Sources", "", "Addresses the documents of this project cite. They were not opened.", ""]
        lines = [*lines_of(text.rstrip("\n")), *entries] if path in view.whole else [*head, *entries]
        count = counted(len(missing), "address", "addresses")
        why = f"the documents cite {count} that no list of sources names; nothing was looked up, for a rehearsal calls nobody."
        yield task(f"List {count} in {path}", why, [Write(path, text_of(lines))])


def _cited(view: View, own: str) -> dict[str, tuple[str, list[str]]]:
    """Each address with the text of its first link and the documents that cite it."""
    found: dict[str, tuple[str, list[str]]] = {}
    for path, lines in view.lines.items():
        if path == own:
            continue
        for target in link.targets(lines):
            if target.url.startswith(("http://", "https://")) and _host(target.url):
                _, paths = found.setdefault(target.url, (target.title, []))
                if path not in paths:
                    paths.append(path)
    return dict(sorted(found.items()))


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return "" if host in ("localhost", "127.0.0.1") or "." not in host else host


def _label(title: str, url: str) -> str:
    words = link.link_text(title)
    return short(words, 80) if words != "Section" and not words.startswith("!") else _host(url)
