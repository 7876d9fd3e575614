"""OpenAI's encodings, counted by tiktoken from a vocabulary that is on this machine; never from the network."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from kinos.domain.errors import UnavailableError

# A vocabulary's file name in tiktoken's cache (SHA-1 of where it comes from) and the SHA-256 of its bytes, which
# tiktoken itself expects: with any other content it would fetch the file anew.
FILES: Mapping[str, tuple[str, str]] = {
    "cl100k_base": (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
    "o200k_base": (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
}

_FOLDER = "TIKTOKEN_CACHE_DIR"


@cache
def text_counter(name: str) -> Callable[[str], int]:
    """The count of a text in the encoding `name`, special tokens taken as the text they are.

    Raises UnavailableError when tiktoken or the vocabulary is not on this machine.
    """
    folder = folder_of(name, folders())
    try:
        import tiktoken
    except ImportError as error:
        raise UnavailableError(
            f"{name} cannot be counted: tiktoken is not installed.",
            "Install it with `pip install 'kinos[agents]'`, or set tokens.tokenizer to a tokenizer of Claude.",
        ) from error
    before = os.environ.get(_FOLDER)
    os.environ[_FOLDER] = str(folder)
    try:
        encoding = tiktoken.get_encoding(name)
    finally:
        if before is None:
            del os.environ[_FOLDER]
        else:
            os.environ[_FOLDER] = before
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def folders() -> Iterator[Path]:
    """Where a vocabulary may be: the user's folder, tiktoken's own, the one litellm brings (which is not imported)."""
    for variable in (_FOLDER, "DATA_GYM_CACHE_DIR"):
        if os.environ.get(variable):
            yield Path(os.environ[variable])
    import tempfile

    yield Path(tempfile.gettempdir()) / "data-gym-cache"
    litellm = find_spec("litellm")
    for place in (litellm and litellm.submodule_search_locations) or ():
        yield Path(place) / "litellm_core_utils" / "tokenizers"


def folder_of(name: str, places: Iterator[Path]) -> Path:
    """The first of `places` with the genuine vocabulary of `name`. Raises UnavailableError when none has it."""
    import hashlib

    file, digest = FILES[name]
    for place in places:
        try:
            content = (place / file).read_bytes()
        except OSError:
            continue
        if hashlib.sha256(content).hexdigest() == digest:
            return place
    raise UnavailableError(
        f"{name} cannot be counted: its vocabulary is not on this machine, and KinOS does not fetch it.",
        f"Let TIKTOKEN_CACHE_DIR name a folder with tiktoken's file {file}, install it with "
        "`pip install 'kinos[agents]'`, or set tokens.tokenizer to a tokenizer of Claude.",
    )
