"""Texts that are hard to count, and what ctok says of a whole one."""

import os

import ctok
from hypothesis import settings
from hypothesis import strategies as st

from kinos.tokens.claude import TOKENIZERS

CLAUDE = tuple(TOKENIZERS)

EXAMPLES = int(os.environ.get("KINOS_EXAMPLES", "300"))
"""Examples of each property; give thousands when working on the counting."""

many = settings(max_examples=EXAMPLES, deadline=None, print_blob=True)

_PARTS = (
    # line ends, and what only looks like one
    "\n|\n|\r\n|\r|\n\n\n|\x0b|\x0c|\x1c|\x85|\u2028|\u2029",
    # spaces
    " |  |\t|\t\t| \t |\xa0|\u1680|\u3000|\u200b|\u200d|\ufeff",
    # words, case, apostrophes, what a cut may touch
    " a| The| word|a|Word|WORD|HTML|wOrd|it's| s|'|'ll|don't|\"|’|“|”",
    # Markdown and code
    "# |- |**|`|```|](|) |, |. |: |==|});|12| 2024|1.5|<b>|&amp;",
    # combining marks, composed or not, on nothing and on what they follow
    "\u0301|e\u0301|é|\u0323\u0301|<\u0338|K\u030a|\u0338|и\u0306|\u05b4|\u064b|\u0711",
    # letters with rules of their own
    "ẞ|İ|ς|ΣΑΣ|ǅ|ﬁ|ℳ|\u1c89|Ⅷ|½|²|٣|Привет|שלום|مرحبا|क\u094dष",
    # scripts without spaces, punctuation of theirs, Thai SARA AM in both forms, and Lao
    "你好|。|？|（|ヲ|々|한글|\u1100\u1161|ไทย|\u0e4d\u0e32|\u0e33|\u0ecd\u0eb2",
    # astral characters, sequences, selectors
    "🙂|👩‍👩‍👧|⚖️|\ufe0f|\U000e0100|\U0001fffe",
    # what the tokenizer removes or replaces, and what it uses itself
    "\x00|\x01|\x1f|\x7f|\x9f|\ue000|\uf8ff|\U000f0000|\ud83d|\ude00|\ufdd0|\ufdd3",
    "\ufffe|\uffff|\u0378|⟨bow⟩|⟩|\u202e|\u200f",
)
"""Separated by `|`."""

PARTS = ("\n" * 33, " " * 20, *(part for group in _PARTS for part in group.split("|")))

parts = st.sampled_from(PARTS) | st.characters()
hard_texts = st.lists(parts, max_size=30).map("".join)
texts = hard_texts | st.text(st.characters(), max_size=60)


def oracle(text: str, name: str) -> int:
    """What the promise says: ctok's count of the whole text less the overhead; no BOM, and 0 for nothing."""
    text = text.removeprefix("\ufeff")
    return message(text, name) if text else 0


def message(text: str, name: str) -> int:
    """ctok's count of a message, less the overhead."""
    tokenizer = TOKENIZERS[name]
    return int(ctok.token_count(text, tokenizer.version)) - tokenizer.overhead
