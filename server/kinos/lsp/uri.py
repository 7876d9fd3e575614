"""`file` URIs and the paths they name."""

import os
from urllib.parse import quote, unquote, urlsplit


def path_of(uri: str) -> str | None:
    """The absolute path a `file` URI names; None for any other URI, and for one that names no path."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    # Names of files that are no UTF-8 travel as escaped bytes.
    path = unquote(parts.path, errors="surrogateescape")
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or "\0" in path or not path.startswith("/"):
        return None
    return os.path.normpath("/" + path.lstrip("/"))


def real_place(path: str) -> str:
    """Where an absolute path really is, links to folders resolved. What is there, a link perhaps, or gone, keeps its name."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)  # noqa: PTH118


def uri_of(path: str) -> str:
    """The URI of an absolute path."""
    return "file://" + quote(os.fsencode(path))


def within(path: str, folder: str) -> bool:
    """Whether `path` lies below `folder`; both are of the same kind."""
    return path.startswith(folder.rstrip("/") + "/")
