"""What the office changes in a tree that was read: words keep their order, and none is lost."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.core.errors import DomainError
from ptm_participation.plan.edits import (
    CannotHold,
    Edited,
    NoSuchPlace,
    NothingBefore,
    NothingOutside,
    edited,
)
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.paragraphs import Paragraph
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.structure import structured

LINES = (
    "CAPO I - PRINCIPI",
    "Art. 1 - Finalità",
    "1. Il piano tutela il suolo. La Città metropolitana lo misura.",
    "2. Il piano si attua:",
    "a) con intese;",
    "b) con accordi.",
    "3. I Comuni concorrono.",
    "Art. 2 - Rete verde",
    "1. La rete connette i parchi.",
    "CAPO II - MISURE",
    "Art. 3 - Soglie",
    "La soglia è del 20 per cento.",
)


def reading() -> Reading:
    return structured([Paragraph(n, line) for n, line in enumerate(LINES, 1)], [])


def outline(found: Edited) -> list[str]:
    """Each section as its number of steps in, its kind and its number."""
    rows = []
    for piece in found.walk():
        depth, outer = 0, piece.parent
        while outer:
            depth, outer = depth + 1, outer.parent
        rows.append(f"{'.' * depth}{piece.kind.value} {piece.number}".strip())
    return rows


def after(*edits: dict[str, Any]) -> Edited:
    return edited(reading(), edits)


def of(kind: str, number: str, article: str = "") -> str:
    """The key of a section of the reading."""
    inside = ""
    for piece in edited(reading(), ()).walk():
        inside = piece.number if piece.kind is SectionKind.ARTICLE else inside
        if (piece.kind.value, piece.number) == (kind, number) and article in ("", inside):
            return piece.key
    raise AssertionError(f"no {kind} {number}")


BEFORE = outline(edited(reading(), ()))


def test_a_letter_is_promoted_to_a_comma_and_takes_the_letters_after_it_along() -> None:
    found = after({"do": "promote", "on": of("letter", "a")})

    assert outline(found)[3:7] == ["..comma 2", "..comma a", "...letter b", "..comma 3"]


def test_an_article_is_promoted_out_of_its_chapter_and_stays_an_article() -> None:
    found = after({"do": "promote", "on": of("article", "1")})

    assert outline(found)[:2] == ["chapter I", "article 1"]
    # What came after it comes after it still.
    assert outline(found)[7:9] == ["article 2", ".comma 1"]


def test_a_comma_is_demoted_to_a_letter_of_the_one_before() -> None:
    found = after({"do": "demote", "on": of("comma", "3")})

    assert outline(found)[3:7] == ["..comma 2", "...letter a", "...letter b", "...letter 3"]


def test_an_article_that_was_none_becomes_a_comma_with_its_commi_as_letters() -> None:
    found = after({"do": "demote", "on": of("article", "2")})

    assert outline(found)[6:9] == ["..comma 3", "..comma 2", "...letter 1"]


def test_a_section_joins_the_words_before_it_as_it_is_printed() -> None:
    found = after({"do": "join", "on": of("comma", "3")})
    same_line = after({"do": "join", "on": of("comma", "3"), "same_line": True})

    assert found.find(of("letter", "b")).text == "con accordi.\n3. I Comuni concorrono."
    assert same_line.find(of("letter", "b")).text == "con accordi. 3. I Comuni concorrono."


def test_an_article_that_joins_the_one_before_leaves_it_its_commi() -> None:
    found = after({"do": "join", "on": of("article", "2")})

    assert outline(found)[6:8] == ["..comma 3", "..comma 1"]
    assert found.find(of("comma", "3")).text.endswith("\nArt. 2 – Rete verde")


def test_a_text_is_parted_where_it_is_chosen_and_a_number_is_read_there() -> None:
    key = of("comma", "1")
    at = LINES[2].index("La Città") - len("1. ")
    found = after({"do": "split", "on": key, "at": at, "kind": "comma", "number": "1-bis"})
    joined = {"do": "join", "on": of("comma", "3")}
    text = "con accordi.\n3. I Comuni concorrono."
    again = {"do": "split", "on": of("letter", "b"), "at": text.index("3."), "kind": "letter"}

    assert outline(found)[2:4] == ["..comma 1", "..comma 1-bis"]
    assert found.find(key).text == "Il piano tutela il suolo."
    assert found.find("e1").text == "La Città metropolitana lo misura."
    assert after(joined, again).find("e2").text == "3. I Comuni concorrono."
    promoted = after(joined, again, {"do": "promote", "on": "e2"})
    assert outline(promoted)[:7] == [*BEFORE[:6], "..comma"]


def test_the_words_of_an_article_are_parted_into_its_first_comma() -> None:
    found = after({"do": "split", "on": of("article", "3"), "at": 3, "kind": "comma"})

    assert outline(found)[-2:] == [".article 3", "..comma"]
    assert found.find("e1").text == "soglia è del 20 per cento."


def test_a_heading_is_text_or_the_first_line_is_the_heading() -> None:
    key = of("article", "3")

    given_up = after({"do": "give_heading", "on": key}).find(key)
    back = after({"do": "give_heading", "on": key}, {"do": "take_heading", "on": key}).find(key)

    assert (given_up.heading, given_up.text) == ("", "Soglie\nLa soglia è del 20 per cento.")
    assert (back.heading, back.text) == ("Soglie", "La soglia è del 20 per cento.")


def test_a_section_is_renamed_and_a_doubt_is_settled_and_opened_again() -> None:
    lines = [Paragraph(1, "Art. 1"), Paragraph(2, "1. Vale."), Paragraph(3, "3. Si attua.")]
    doubtful = structured(lines, [])
    named = {"do": "name", "on": "2", "kind": "comma", "number": "2", "heading": "Attuazione"}

    found = edited(doubtful, [named, {"do": "settle", "doubt": 0}])

    assert (found.find("2").number, found.find("2").heading) == ("2", "Attuazione")
    assert found.settled == {0}
    assert edited(doubtful, [{"do": "settle", "doubt": 0}] * 2).settled == set()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"do": "promote", "on": "0"}, NothingOutside),
        ({"do": "demote", "on": "0"}, NothingBefore),
        ({"do": "join", "on": "0"}, NothingBefore),
        ({"do": "demote", "on": "5"}, CannotHold),  # a letter holds no letter
        ({"do": "promote", "on": "1", "kind": ""}, None),
        ({"do": "name", "on": "1", "kind": "letter", "number": "", "heading": ""}, CannotHold),
        ({"do": "split", "on": "2", "at": 0, "kind": "article"}, CannotHold),
        ({"do": "split", "on": "2", "at": 9999}, NoSuchPlace),
        ({"do": "split", "on": "2", "at": -1}, NoSuchPlace),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    edit: dict[str, Any], said: type[DomainError] | None
) -> None:
    if said is None:
        after(edit)
        return
    with pytest.raises(said):
        after(edit)


def words_of(found: Edited) -> list[str]:
    printed = " ".join(f"{p.number} {p.heading} {p.text}" for p in found.walk())
    return re.findall(r"\w+", printed)


KEYS = st.sampled_from([str(n) for n in range(12)] + ["e1", "e2", "e3"])
EDITS = st.one_of(
    st.fixed_dictionaries(
        {"do": st.sampled_from(["promote", "demote", "take_heading", "give_heading"]), "on": KEYS}
    ),
    st.fixed_dictionaries({"do": st.just("join"), "on": KEYS, "same_line": st.booleans()}),
    st.fixed_dictionaries(
        {
            "do": st.just("split"),
            "on": KEYS,
            "at": st.integers(0, 60),
            "kind": st.sampled_from(["", "comma", "letter", "article"]),
        }
    ),
)


@given(st.lists(EDITS, max_size=12))
def test_no_edit_loses_a_word_or_moves_one(edits: list[dict[str, Any]]) -> None:
    made: list[dict[str, Any]] = []
    for edit in edits:
        try:
            edited(reading(), [*made, edit])
        except DomainError:
            continue
        made.append(edit)

    found = edited(reading(), made)

    # What is joined is printed with the word that names it, and with nothing else.
    before, now = (
        re.sub(r"Capo|Sezione|[Aa]rt", "", "".join(words_of(f))) for f in (after(), found)
    )
    assert now == before
    keys = [piece.key for piece in found.walk()]
    assert len(keys) == len(set(keys))
