"""Where in an edition a citation leads."""

from ptm_participation.plan.citation_places import Place, Places
from ptm_participation.plan.citations import recognise
from ptm_participation.plan.kinds import SectionKind


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
