"""Web addresses in texts: which there are, and which of them nobody showed. An address that was not found is an invented one."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

_ADDRESS = re.compile(r"(?:https?://|(?<![\w./@-])www\.)[^\s<>\"`|\[\]{}\\^，。；）】」]+", re.IGNORECASE)
_DOI = re.compile(r"(?<![\w/.])10\.\d{4,9}/[^\s<>\"`|\[\]{}\\^，。；）】」]+")
_TAIL = ".,;:!?*_'’”»…"


def addresses(text: str) -> Sequence[str]:
    """The web addresses and bare DOIs in `text`, in their order, each once, without the punctuation around them."""
    found = [*_ADDRESS.finditer(text), *_DOI.finditer(text)]
    return tuple(dict.fromkeys(_trimmed(match[0]) for match in sorted(found, key=lambda match: match.start())))


def invented(text: str, known: Iterable[str]) -> Sequence[str]:
    """The addresses in `text` that stand in none of the texts `known`, as they are written in `text`.

    Two addresses are the same whatever their scheme, `www.`, letter case of the host, anchor, last slash or percent-encoding.
    A bare DOI is known when it is a part of a known address.
    """
    seen = {_plain(address) for shown in known for address in addresses(shown)}
    return tuple(
        address
        for address in addresses(text)
        if (plain := _plain(address)) not in seen
        and not (_DOI.match(address) and any(f"/{plain}" in f"/{other}" for other in seen))
    )


def _trimmed(address: str) -> str:
    """Without what ends the sentence, and without a bracket that was opened before the address."""
    while address:
        if address[-1] in _TAIL or (address[-1] == ")" and address.count(")") > address.count("(")):
            address = address[:-1]
        else:
            break
    return address


def _plain(address: str) -> str:
    rest = re.sub(r"^https?://", "", address, flags=re.IGNORECASE).partition("#")[0]
    host, slash, path = rest.partition("/")
    return host.casefold().removeprefix("www.") + unquote(slash + path).rstrip("/")
