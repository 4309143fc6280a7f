"""A plan is gone through a branch at a time, however many sections it has."""

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.plan import browsing, queries
from ptm_participation.plan.browsing import AT_ONCE, SMALL, WIDEST, Branch
from ptm_participation.plan.kinds import WITHIN_A_PAGE, SectionKind
from ptm_participation.plan.models import Document, Edition, SectionVersion
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from ptm_participation.procedure import queries as procedures
from tests.pages import Browser


def _document() -> Document:
    return db.session.scalars(sa.select(Document).filter_by(code="NDA")).one()


def _edition() -> Edition:
    return procedures.get_procedure().edition


def _write(*, chapters: int, articles: int) -> None:
    """Norms of so many chapters of so many articles."""

    def article(number: int) -> Node:
        commi = (Node(SectionKind.COMMA, "1", "", f"Testo {number}."),)
        return Node(SectionKind.ARTICLE, str(number), f"Oggetto {number}", "", commi)

    tree = [
        Node(
            SectionKind.PART,
            str(part + 1),
            f"Parte numero {part + 1}",
            "",
            tuple(article(part * articles + n) for n in range(1, articles + 1)),
        )
        for part in range(chapters)
    ]
    import_text(SYSTEM, _document(), "adottata", tree, source="prova")


def _shown(branch: Branch) -> list[str]:
    return [node.row.brief for node in branch.walk()]


def _at(slug: str) -> tuple[Branch, list[str]]:
    section = queries.get_section(_edition(), "nda", slug)
    branch, path = browsing.open_tree(_edition(), section)
    return branch, [row.brief for row in path]


def test_an_articles_page_shows_its_own_branch_and_no_other(app: Flask) -> None:
    _write(chapters=3, articles=60)

    branch, path = _at("art-70")

    assert path == ["Parte 2"]
    assert _shown(branch) == [
        "Parte 1",
        "Parte 2",
        *(f"art. {n}" for n in range(61, 121)),
        "Parte 3",
    ]


def test_of_a_branch_too_wide_the_part_around_the_reader_is_shown(app: Flask) -> None:
    _write(chapters=2, articles=AT_ONCE + 100)

    branch, path = _at("art-300")

    (inner,) = (node.branch for node in branch.nodes if node.branch)
    assert path == ["Parte 1"]
    assert [node.row.number for node in inner.nodes] == [str(n) for n in range(200, 200 + WIDEST)]
    assert inner.before is not None
    assert inner.after is not None
    assert (inner.before.count, inner.before.row.number) == (199, "199")
    assert (inner.after.count, inner.after.row.number) == (AT_ONCE + 100 - 399, "400")


@pytest.mark.parametrize("articles", [3, AT_ONCE + 50])
def test_before_and_after_stand_the_same_sections_whatever_is_shown(
    app: Flask, articles: int
) -> None:
    _write(chapters=2, articles=articles)
    found = []
    for number in (1, 2, articles, articles + 1, 2 * articles):
        section = queries.get_section(_edition(), "nda", f"art-{number}")
        branch, _path = browsing.open_tree(_edition(), section)
        sides = browsing.neighbours(_edition(), section, branch)
        found.append(tuple(side.number if side else "" for side in sides))

    assert found == [
        ("", "2"),
        ("1", "3"),
        (str(articles - 1), str(articles + 1)),
        (str(articles), str(articles + 2)),
        (str(2 * articles - 1), ""),
    ]


def test_a_small_index_is_whole_and_a_long_one_is_opened_by_its_branches(visitor: Browser) -> None:
    small = visitor.open("/piano/nda").items(".ptm-tree li > a")
    pages = (
        SectionVersion.document_id == _document().id,
        SectionVersion.kind.not_in(WITHIN_A_PAGE),
    )
    sections = db.session.scalar(
        sa.select(sa.func.count()).where(SectionVersion.edition_id == _edition().id, *pages)
    )
    _write(chapters=2, articles=SMALL)

    page = visitor.open("/piano/nda")

    assert len(small) == sections
    assert page.items(".ptm-tree li > a") == ["Parte 1 Parte numero 1", "Parte 2 Parte numero 2"]
    closed = page.soup.select_one("details[data-branch]")
    assert closed is not None
    branch = visitor.open(closed["data-branch"])
    assert branch.items("li > a")[:2] == ["art. 1 Oggetto 1", "art. 2 Oggetto 2"]
    alone = page.follow("Apri la pagina: Parte 1")
    assert alone.heading == "Parte 1. Parte numero 1"
    assert "Art. 1. Oggetto 1" in alone.items("main .ptm-list a")


def test_the_form_opens_a_long_document_by_its_branches_and_stays_where_one_chose(
    visitor: Browser,
) -> None:
    _write(chapters=2, articles=SMALL)
    page = visitor.open("/osserva").press("Comincia").follow(_document().title)
    outermost = page.items(".ptm-pick li")

    section = queries.get_section(_edition(), "nda", "art-152")
    opened = page.follow("Contenuto: Parte 2")
    within = opened.items(".ptm-pick li")
    chosen = opened.submit(has="scegli", button=f"scegli={section.id}")

    assert len(outermost) == 2
    assert len(within) == 2 + SMALL
    assert "Già scelto" in chosen.text
    assert chosen.items(".ptm-pick li")[2].startswith("art. 151")


def test_the_index_is_opened_where_the_reader_comes_from(visitor: Browser) -> None:
    _write(chapters=3, articles=60)

    index = visitor.open(visitor.open("/piano/nda/art-70").link("Indice"))
    strange = visitor.open("/piano/nda", qui="art-999")

    [here] = index.soup.select("#qui > a")
    assert (here.get_text(" ", strip=True), here["aria-current"]) == (
        "art.\u00a070 Oggetto 70",
        "location",
    )
    assert (strange.status, strange.soup.select("#qui")) == (200, [])


def test_a_whole_document_is_printed_and_its_index_too(visitor: Browser) -> None:
    _write(chapters=2, articles=browsing.PRINTED_AT_ONCE)
    page = visitor.open("/piano/nda")

    whole = page.follow("Stampa il documento")
    index = page.follow("Stampa l’indice")

    assert len(whole.items(".ptm-whole .comma")) == 2 * browsing.PRINTED_AT_ONCE
    assert whole.items(".ptm-whole .comma")[-1] == "1. Testo 1000."
    assert len(index.items(".ptm-printed-index p")) == 2 + 2 * browsing.PRINTED_AT_ONCE


def test_a_comma_has_a_link_of_its_own(visitor: Browser) -> None:
    _write(chapters=1, articles=3)

    page = visitor.open("/piano/nda/art-2")

    assert page.link("Copia il link art. 2, comma 1").endswith("/piano/nda/art-2#art-2-c-1")
    assert page.soup.find(id="art-2-c-1") is not None
