"""Texts as files have them: all line ends, a byte order mark, a last line without an end."""

from hypothesis import strategies as st

LINES = st.sampled_from(
    ["", "a", "b", "# Tides", "The gate.", "é 潮 🌊", " ", "\t", "x\u2028y", "x\x0cy", "x\x0by", "x\x85y", "👩‍👩‍👧"]
)
"""Few lines, so that equal ones meet."""

ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def raws(draw: st.DrawFn, lines: st.SearchStrategy[str] = LINES) -> str:
    """A raw text: most files have one kind of line end, some have several."""
    body = draw(st.lists(lines, max_size=12))
    end = draw(ENDS)
    mixed = draw(st.booleans())
    ends = [draw(ENDS) if mixed else end for _ in body]
    cut = draw(st.booleans())
    if ends and cut:
        ends[-1] = ""
    bom = "\ufeff" if draw(st.booleans()) else ""
    return bom + "".join(line + end for line, end in zip(body, ends, strict=True))
