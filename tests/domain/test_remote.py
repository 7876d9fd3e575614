"""New hosts: every way a text can make a browser look elsewhere, and what is nothing new."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.remote import Made, hosts, new_hosts


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://evil.example/x)\n",
        "![a](http://evil.example/x.png?secret=1)\n",
        "![a](//evil.example/x.png)\n",
        "![a](<https://evil.example/x y.png>)\n",
        "![a](\nhttps://evil.example/x.png)\n",
        "![a](\n//evil.example/x.png\n)\n",
        "<https://evil.example>\n",
        "See https://evil.example/a.\n",
        "See www.evil.example/a.\n",
        "[a][b]\n\n[b]: https://evil.example\n",
        "> [b]: //evil.example\n",
        "- [b]:\n  https://evil.example\n",
        '<a href="https://evil.example">x</a>\n',
        "<img src='//evil.example/x.png'>\n",
        "<img src=//evil.example/x.png>\n",
        '<img\n  alt="x"\n  src="//evil.example/x.png">\n',
        '<img alt="a > b" src="https://evil.example/x.png">\n',
        '<img srcset="a.png 1x, https://evil.example/x.png 2x">\n',
        '<video poster="https://evil.example/x.png">\n',
        '<p style="background: url(//evil.example/x.png)">x</p>\n',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">\n',
        '<iframe src="https://evil.example"></iframe>\n',
        "![a](HTTPS://EVIL.EXAMPLE/x.png)\n",
        "![a](https://user:good.example@evil.example/x)\n",
        "![a](https://good.example@evil.example)\n",
        "![a](https://evil.example:8443/x)\n",
        "![a](https://evil.example./x)\n",
        "![a](https:evil.example/x)\n",
        "![a](https:\\\\evil.example/x)\n",
        "![a](/\\evil.example/x)\n",
        "![a](https\\://evil.example/x)\n",
        "![a](&#104;ttps://evil.example/x)\n",
        "![a](https&colon;//evil.example/x)\n",
        '<img src="&#x2f;&#x2f;evil.example/x">\n',
        '<img src="ht\ntps://evil.example/x">\n',
        "![a](https://evil%2eexample/x)\n",
        "[a](mailto:x@evil.example)\n",
        "```\n![a](https://evil.example/x.png)\n```\n",
        "    ![a](https://evil.example/x.png)\n",
        "<!-- ![a](https://evil.example/x.png)\n",
    ],
)
def test_a_link_is_found_however_it_is_written(text: str) -> None:
    assert {host.removeprefix("www.") for host in hosts("a.md", text)} >= {"evil.example"}


@pytest.mark.parametrize(
    "text",
    [
        "[a](b.md#https://x) ![c](img/d.png) [e](/root.md)\n",
        "`https://evil.example` is where it was.\n",
        "```\ncurl https://evil.example\n```\n",
        "A price of 3//4, the path a//b, and 12:30.\n",
        "Mail www at noon; see www.\n",
        '<img src="img/a.png" data-x="1">\n',
    ],
)
def test_places_in_the_workspace_and_code_lead_nowhere(text: str) -> None:
    assert hosts("a.md", text) == frozenset()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "command:workbench.action.terminal", "vscode://x"])
def test_what_runs_instead_of_leading_somewhere_counts_too(url: str) -> None:
    assert hosts("a.md", f"[a]({url})\n") & {"javascript:", "command:", "x"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.html", '<script src="https://evil.example/x.js"></script>'),
        ("a.CSS", "a { background: url('https://evil.example/x.png') }"),
        ("b.css", '@import "//evil.example/x.css";'),
        ("a.rst", ".. image:: https://evil.example/x.png"),
        ("a.vue", '<img src="//evil.example/x.png">'),
        ("notes.txt", "See https://evil.example/x"),
    ],
)
def test_other_markup_leads_elsewhere_as_well(path: str, text: str) -> None:
    assert hosts(path, text) == {"evil.example"}


def test_source_code_may_name_any_address() -> None:
    assert hosts("a.py", 'URL = "https://evil.example"\n') == frozenset()


def test_a_host_of_the_base_is_nothing_new() -> None:
    made = Made("a.md", "[a](https://example.org/a)\n", "![b](http://example.org:8080/b.png) https://other.example\n")
    assert new_hosts([made]) == {"a.md": ("other.example",)}


def test_a_host_that_moves_with_its_text_is_nothing_new() -> None:
    text = "[a](https://example.org/a)\n"
    assert new_hosts([Made("a.md", text, "short\n"), Made("b.md", None, text)]) == {}
    assert new_hosts([Made("b.md", None, text)]) == {"b.md": ("example.org",)}


def test_a_deleted_file_leads_nowhere() -> None:
    assert new_hosts([Made("a.md", "https://example.org\n", None)]) == {}


def test_a_host_that_only_looks_like_a_known_one_is_new_and_written_out() -> None:
    made = Made("a.md", "https://example.org\n", "https://ex\u0430mple.org\n")
    assert new_hosts([made]) == {"a.md": ("ex\\u0430mple.org",)}


@given(st.text(alphabet="<>[]()!:/\\=\"' \n&#;ahrefsrc.md`-", max_size=200))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert new_hosts([Made("a.md", text, text)]) == {}
