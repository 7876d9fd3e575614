"""OpenAI's encodings: counted only from a vocabulary on this machine."""

import os
import socket
import sys
from pathlib import Path

import pytest

from kinos.domain.errors import UnavailableError
from kinos.tokens import encoding
from kinos.tokens.counter import counter_for
from kinos.tokens.document import Encoding, OpenText, Position, TextEdit


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("name", encoding.FILES)
def test_a_vocabulary_that_is_nowhere_is_unavailable_with_what_to_do(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"not on this machine.*TIKTOKEN_CACHE_DIR"):
        encoding.folder_of(name, iter([tmp_path, tmp_path / "absent"]))


@pytest.mark.parametrize("name", encoding.FILES)
def test_without_a_vocabulary_a_size_is_unavailable_and_nothing_is_fetched(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(encoding, "find_spec", lambda _: None)
    encoding.text_counter.cache_clear()
    with pytest.raises(UnavailableError):
        counter_for(name).count("hello")


def test_a_vocabulary_with_other_content_is_passed_over_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / encoding.FILES["cl100k_base"][0]
    file.write_bytes(b"half a download")
    with pytest.raises(UnavailableError):
        encoding.folder_of("cl100k_base", iter([tmp_path]))
    assert file.read_bytes() == b"half a download"


def test_the_users_own_folder_is_looked_at_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert next(encoding.folders()) == tmp_path


def test_without_tiktoken_it_is_unavailable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    monkeypatch.setattr(encoding, "folder_of", lambda *_: tmp_path)
    with pytest.raises(UnavailableError, match="tiktoken is not installed"):
        encoding.text_counter.__wrapped__("cl100k_base")


@pytest.mark.agents
@pytest.mark.parametrize("name", encoding.FILES)
def test_the_vocabulary_litellm_brings_is_used_without_importing_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    encoding.text_counter.cache_clear()
    loaded = "litellm" in sys.modules
    counter = counter_for(name)
    assert counter.count("hello world").tokens == 2
    assert counter.count("\ufeffhello world").tokens == 2
    assert counter.count("").tokens == 0
    assert counter.count("<|endoftext|>").tokens > 1
    assert ("litellm" in sys.modules) == loaded
    assert "TIKTOKEN_CACHE_DIR" not in os.environ


@pytest.mark.agents
def test_the_users_environment_stays_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    encoding.text_counter.cache_clear()
    assert counter_for("cl100k_base").count("hello world").tokens == 2
    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(tmp_path)


@pytest.mark.agents
def test_an_open_document_is_counted_anew_after_an_edit() -> None:
    counter = counter_for("o200k_base")
    document = OpenText("hello world", 1)
    assert document.count(counter).tokens == document.count(counter).tokens == 2
    document.apply([TextEdit(Position(0, 11), Position(0, 11), " again")], 2, Encoding.UTF16)
    assert document.count(counter).tokens == 3
