"""What a request asks for: nothing that asks is lost, and what is not read as a wish is named as such."""

import pytest

from kinos.worker.rehearsal.rule.wish import MOST, unread, wishes
from worker.rehearsal.stage import Stage


def texts(request: str) -> list[str]:
    return [wish.text for wish in wishes(request)]


ASKING = """\
What is known about tides?
Summarise at least ten studies.
State what is contested.
Provide a command line `temp`.
No document may be longer than 12,000 tokens.
Please do not invent anything.
Do not invent anything.
Don't invent figures.
Where a fact is missing, put a question into the to-do list, and I will answer it.
By then I want documents that hang together.
The guide must name every harbour.
Then write the tests.
Use British spelling.
Critique the method used.
Never use the passive voice.
Let's have a glossary.
Rédige un résumé de trois pages.
Résumez au moins dix études.
Décrire les marées en détail.
Il faut que chaque page ait un titre.
Quelles sont les limites connues ?
Aucune page ne dépasse mille mots.
""".splitlines()
TELLING = """\
The sea is blue today.
The documents were written by five people, mostly in the evening after something had broken.
They are right, as far as I know, but nobody finds anything.
On 14 April the insurers will read the whole set, and on 20 April two operators start.
We sell boats to people who sail.
Work has begun.
Hello all of you,
La mer est bleue.
Cette page est longue.
""".splitlines()


@pytest.mark.parametrize("sentence", ASKING)
def test_a_sentence_that_asks_is_a_wish_beside_others(sentence: str) -> None:
    assert sentence in texts(f"The guide must be short. {sentence}\n")


@pytest.mark.parametrize("sentence", TELLING)
def test_a_sentence_that_tells_is_no_wish_and_is_named_as_left(sentence: str) -> None:
    request = f"The guide must be short.\n\n{sentence}\n"
    assert texts(request) == ["The guide must be short."]
    assert unread(request) == [sentence]


def test_sentences_beside_a_list_are_wishes_too() -> None:
    request = "# A guide\n\nI want a guide. What I ask for:\n\n- Prices\n- Hours\n\nInvent nothing: leave a question.\n"
    assert texts(request) == ["Prices", "Hours", "I want a guide.", "Invent nothing: leave a question."]
    assert unread(request) == []


def test_a_heading_that_asks_is_a_wish() -> None:
    assert texts("# Write a novel about the sea\n\nThe hero is called Ann.\n") == ["Write a novel about the sea"]


def test_where_nothing_asks_every_sentence_is_a_wish() -> None:
    assert texts("A cookbook for beginners.\n") == ["A cookbook for beginners."]


def test_wishes_above_the_most_are_left_and_named() -> None:
    request = "".join(f"- Item {number}\n" for number in range(MOST + 2))
    assert len(wishes(request)) == MOST
    assert unread(request) == [f"Item {MOST}", f"Item {MOST + 1}"]


def test_nobody_claims_to_cover_what_was_not_read() -> None:
    stage = Stage({"a.md": "x\n"}, "The guide must be short. The sea is blue.\n")
    stage.cycle("specifications")
    assert (
        "1 sentence of it no rule took for a wish, the first being “The sea is blue.”"
        in stage.files["specifications.md"]
    )
    decided, _ = stage.cycle("specifications")
    assert "covers the 1 wish I read in the request. 1 sentence of it" in str(decided)
