"""Markdown made up by hypothesis: documents of every shape that gets in the way of somebody who cuts them up."""

from hypothesis import strategies as st

WORDS = [
    "window",
    "tide",
    "gateway",
    "sample",
    "alarm",
    "rule",
    "the",
    "the",
    "of",
    "and",
    "harbour",
    "quality",
    "flag",
    "Ünïcode",
    "漢字",
    "naïve",
    "C++",
    "x_y",
]
AWKWARD = [
    "=======",
    "<<<<<<< SEARCH",
    ">>>>>>> REPLACE",
    "...",
    "```",
    "````",
    "~~~",
    "<source>",
    "---",
    "|a|b|",
    "a.md",
    "see docs/a.md",
    "docs/a.md",
    "    # indented",
    "\tTab",
    "trailing  ",
    "<!-- comment",
    "-->",
    "- [ ] box",
    "> # quoted",
    "Edit or create only these files:",
    "Task: none",
]

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
titles = st.lists(
    st.sampled_from(["Setup", "Usage", "On call", "API", "Über", "漢字", "C++ & `x`", "A [b](c.md)"]),
    min_size=1,
    max_size=2,
).map(" ".join)
paragraphs = st.lists(words, min_size=1, max_size=3).map("\n".join)
lists = st.lists(words, min_size=1, max_size=4).map(lambda items: "\n".join(f"- {item}" for item in items))
fences = st.tuples(st.sampled_from(["```", "~~~", "````", "```python"]), words).map(
    lambda pair: f"{pair[0]}\n# not a heading\n{pair[1]}\n\n## nor this\n{pair[0].rstrip('python')}"
)
tables = words.map(lambda text: f"| a | b |\n| --- | --- |\n| {text} | 1 |")
anchors = st.sampled_from(["setup", "usage", "usage-1", "on-call", "setup-usage", "own", "hand", "über", "nowhere"])
links = st.tuples(
    anchors,
    st.sampled_from(
        [
            "See [there](#{}) and [elsewhere](other.md#x).",
            "See [there](guide.md#{}), or [all](guide.md).",
            "See [there](/docs/guide.md#{}).",
            'See <a href="guide.md#{}">there</a>.',
            '<div>\n<a href="#{}">there</a>\n</div>',
            "- [there](<#{}>)",
            "See [there][{0}].\n\n[{0}]: #{0}",
            "See it[^{0}].\n\n[^{0}]: It is [there](#{0}), see [the note][note].",
            "`[code](#{})`",
        ]
    ),
).map(lambda pair: pair[1].format(pair[0]))
by_hand = st.sampled_from(['<a id="hand"></a>', 'Words <a name="hand">here</a>.'])
comments = st.just("<!-- a comment\n# no heading\n-->")
definitions = st.just("See [the note][note].\n\n[note]: https://example.org/note")
blocks = st.one_of(paragraphs, lists, fences, tables, links, links, by_hand, comments, definitions)
awkward_lines = st.sampled_from(AWKWARD)


@st.composite
def sections(draw: st.DrawFn, awkward: bool = False) -> str:
    """A heading, `#` or underlined, with blocks below."""
    level, title = draw(st.integers(1, 6)), draw(titles)
    if level < 3 and draw(st.booleans()):
        head = f"{title}\n{('=' if level == 1 else '-') * draw(st.integers(3, 12))}"
    else:
        head = f"{'#' * level} {title}{draw(st.sampled_from(['', '', ' #', ' {#own}']))}"
    body = draw(st.lists(st.one_of(blocks, awkward_lines) if awkward else blocks, max_size=4))
    return "\n\n".join([head, *body])


@st.composite
def documents(draw: st.DrawFn, awkward: bool = False) -> str:
    """A whole document: front matter or none, an introduction or none, sections."""
    parts = draw(st.lists(sections(awkward), min_size=0, max_size=9))
    front = draw(st.sampled_from(["", "", "---\ntitle: A page\n# no heading\n---\n\n"]))
    intro = draw(st.one_of(st.just(""), paragraphs))
    text = "\n\n".join(part for part in [intro, *parts] if part)
    return f"{front}{text}\n" if text else f"{front}word\n"


anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=200)
"""Any text a document can hold, without carriage returns: an editor model is given line feeds."""

lines = st.lists(st.one_of(words, st.just(""), awkward_lines), max_size=25)
"""Lines, many of them alike and many of them awkward."""
