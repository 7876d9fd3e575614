"""The person's request, as a form to fill in."""

FORM = """\
# Request

<!-- Agents read this file and never edit it. Replace each line in angle brackets; remove what you do not need. -->

## What I want

<One or two sentences: what shall be there in the end, and for whom.>

## What it must have

- <A requirement that somebody else could check.>
- <Another one.>

## What it must not do

- <Files that stay as they are, things that are out of scope.>

## What is there already

<Which documents or code to start from, where to look things up.>

## When it is done

- <How you will judge it: a test that passes, a length, a reader's question that is answered.>
"""


def asks(text: str) -> bool:
    """Whether a request says anything: more than the form as it was made, or than nothing."""
    return text.split() not in ([], FORM.split())
