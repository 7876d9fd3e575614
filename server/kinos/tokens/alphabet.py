"""The characters whose behaviour in Claude's tokenizers we know ourselves, by what they do; all others are rare.

Which character does what was read off ctok 1.3, whose tables were measured against `count_tokens`; a test compares each
one with it, in every tokenizer. Rare are most marks, controls, characters that NFC changes, scripts with rules of
their own: a part of a text that has one is left to ctok.
"""

import re

# Each is the inside of a character class.
WORD = (
    r"A-Za-z\u00AA\u00B5\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01C4\u01C6\u01C7\u01C9\u01CA\u01CC-\u01F1"
    r"\u01F3-\u024F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03CF\u0400-\u0481\u048A-\u052F\u05D0-\u05EA"
    r"\u0621-\u064A\u1E00-\u1EFF\u2139\u3041-\u3096\u309D-\u309F\u30A1-\u30FA\u30FC-\u30FF\uFF21-\uFF3A\uFF41-\uFF5A"
    r"\uFB00-\uFB06"
)
"""Letters that make up words, with a border on both sides and perhaps case."""

DIGIT = "0-9"
"""Digits have no borders."""

PUNCTUATION = (
    r"!-/:-@\[-`{-~\u00A3\u00A7\u00AB\u00B0\u00B7\u00BB\u2013\u2014\u201E\u2020\u2022\u2026\u20AC\u2116\u2192\u2212\u221A"
    r"\u2500\u2502\u2514\u2550\u2588\uFF08"
)
"""Signs that make one run with ASCII punctuation, with a border where they touch a space."""

SIGN = (
    r"\u00A1\u00A2\u00A4-\u00A6\u00A8\u00A9\u00AC-\u00AF\u00B1\u00B4\u00B6\u00B8\u00BF\u00D7\u00F7\u0300-\u0344\u0346-\u0362\u200D\u2010-\u2012"
    r"\u2015-\u201D\u201F\u2021\u2023-\u2025\u2027\u2030-\u205E\u20A0-\u20AB\u20AD-\u20C0\u20E3\u2122\u2190\u2191\u2193-\u2211"
    r"\u2213-\u2219\u221B-\u2328\u232B-\u2426\u2501\u2503-\u2513\u2515-\u254F\u2551-\u2587\u2589-\u2775\u2794-\u2ADB"
    r"\u2ADD-\u2B73\u2B76-\u2B95\uFF01-\uFF07\uFF09-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65\uFFFD"
)
"""Other signs, marks that NFC left alone among them: the same borders, but runs of their own."""

NUMBER = (
    r"\u00B2\u00B3\u00B9\u00BC-\u00BE\u2070\u2074-\u2079\u2080-\u2089\u2150-\u215F\u2189\u2460-\u249B\u24EA-\u24FF"
    r"\u2776-\u2793"
)
"""Fractions, raised, lowered and circled numbers: as signs, in runs of their own."""

LETTER = (
    r"\u3001-\u3029\u3030-\u303F\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3"
    r"\U0001F300-\U0001F6D7\U0001F6E0-\U0001F6EC\U0001F7E0-\U0001F7EB\U0001F900-\U0001FA53\U0001FA70-\U0001FA7C"
)
"""Characters without borders: Han, Hangul, ideographic punctuation, emoji."""

SELECTOR = r"\uFE0E\uFE0F"
"""Variation selectors belong to the sign or letter before them; behind a number they are rare."""

SPACE = r"\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F"
"""What counts as a space does, except at the head of a message."""

BLANK = rf" \t\n{SPACE}"

_COMMON = f"{WORD}{DIGIT}{PUNCTUATION}{SIGN}{NUMBER}{LETTER}{SELECTOR}{BLANK}"

RARE = re.compile(f"[^{_COMMON}]|[{NUMBER}][{SELECTOR}]")
"""Finds a character that only ctok knows."""

RARE_ASCII = re.compile(r"[^\t\n -~]")
"""The same for a text that is ASCII."""
