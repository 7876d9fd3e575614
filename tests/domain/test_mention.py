import pytest

from kinos.domain.mention import mentions

NAMES = ("demande.md", "map (readonly).md")


def found(text: str) -> list[str]:
    return [f"{text[: each.start]}[{text[each.start : each.end]}]{text[each.end :]}" for each in mentions(text, NAMES)]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("see demande.md.", "see [demande.md]."),
        ("`demande.md`", "`[demande.md]`"),
        ("漢字 (map (readonly).md)", "漢字 ([map (readonly).md])"),
        ("[text](other.md) and demande.md", "[text](other.md) and [demande.md]"),
        ("a\r\ndemande.md\r\n", "a\r\n[demande.md]\r\n"),
        ("“demande.md”", "“[demande.md]”"),
    ],
)
def test_a_name_that_stands_by_itself_is_found(text: str, marked: str) -> None:
    assert found(text) == [marked]


@pytest.mark.parametrize(
    "text",
    [
        "docs/demande.md", "../demande.md", "old-demande.md", "demande.mdx", "demande.md/x", "demande.md.bak", "my.demande.md",
        "[the request](demande.md)", "[demande.md](demande.md)", "![demande.md](x.png)", "[demande.md]: demande.md",
        "<demande.md>",
    ],
)  # fmt: skip
def test_a_part_of_a_path_and_a_link_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_without_names_there_is_nothing() -> None:
    assert mentions("demande.md", ()) == []
