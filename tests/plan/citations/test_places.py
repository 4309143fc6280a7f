"""Where in an edition a citation leads."""

import pytest

from ptm_participation.plan import kinds
from ptm_participation.plan.akn import read_akoma_ntoso
from ptm_participation.plan.citation_places import Place, Places
from ptm_participation.plan.citations import recognise
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.tree import Node
from tests.plan.citations import sources


@pytest.fixture(scope="module")
def sections_of_the_cad() -> list[tuple[Place, str]]:
    """Each section of the CAD as a place of an edition, and how it is cited."""
    found: list[tuple[Place, str]] = []

    def walk(node: Node, parent: int | None, within: str) -> None:
        cited = kinds.citation(node.kind, node.number, within)
        number = len(found) + 1
        place = Place(number, number, 1, parent, node.kind, node.number, number)
        found.append((place, cited))
        for child in node.children:
            walk(child, number, cited)

    for root in read_akoma_ntoso((sources.SAMPLES / sources.CAD).read_bytes()):
        walk(root, None, "")
    return found


def test_what_cites_a_section_of_the_cad_leads_to_it(
    sections_of_the_cad: list[tuple[Place, str]],
) -> None:
    places = Places(place for place, _cited in sections_of_the_cad)
    own = [
        (place, cited)
        for place, cited in sections_of_the_cad
        if place.kind in (SectionKind.ARTICLE, SectionKind.COMMA, SectionKind.LETTER)
        and cited.startswith("art. ")
    ]

    lost = [
        cited
        for place, cited in own
        if [found for c in recognise(cited) for found in places.cited(c)] != [place]
    ]

    assert len(own) > 700
    assert lost == []


def test_a_relative_citation_is_of_the_article_where_it_stands(
    sections_of_the_cad: list[tuple[Place, str]],
) -> None:
    places = Places(place for place, _cited in sections_of_the_cad)
    by_name = {cited: place for place, cited in sections_of_the_cad}
    letter = by_name["art. 2, comma 2, lett. a)"]

    def leads(words: str, where: Place | None = letter) -> list[Place]:
        (citation,) = recognise(words)
        return places.cited(citation, where.id if where else None)

    assert leads("il comma 3") == [by_name["art. 2, comma 3"]]
    assert leads("la lettera b)") == [by_name["art. 2, comma 2, lett. b)"]]
    assert leads("la lettera b) del comma 1 dell'art. 17") == [
        by_name["art. 17, comma 1, lett. b)"]
    ]
    assert leads("gli artt. 5-7") == [
        place
        for place, _cited in sections_of_the_cad
        if place.kind is SectionKind.ARTICLE
        and place.number.split("-")[0] in ("5", "6", "7")
        and not place.number.startswith("7-")
    ]
    assert leads("il comma 3", None) == []
    assert leads("l'art. 5, comma 99") == [by_name["art. 5"]]


def test_an_article_known_only_in_a_range_is_found_in_it() -> None:
    group = Place(1, 1, 1, None, SectionKind.GROUP, "44–60", 1)
    places = Places([group])

    (inside,), (outside,) = recognise("l'art. 50, comma 2"), recognise("l'art. 61")

    assert places.cited(inside) == [group]
    assert places.cited(outside) == []


def test_a_number_that_two_sections_have_is_not_guessed() -> None:
    twice = [
        Place(1, 1, 1, None, SectionKind.ARTICLE, "5", 1),
        Place(2, 2, 2, None, SectionKind.ARTICLE, "5", 1),
        Place(3, 3, 2, None, SectionKind.ARTICLE, "6", 2),
    ]
    places = Places(twice)

    (citation,) = recognise("l'art. 5")

    assert places.cited(citation) == []
    assert places.cited(citation, citing_id=3) == [twice[1]]
