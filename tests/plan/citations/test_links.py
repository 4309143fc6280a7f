"""What the sections of a plan cite is followed both ways, on the pages that anybody reads."""

import json

import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.citation_models import SectionCitation
from ptm_participation.plan.models import Document, Edition, Provision, SectionVersion
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from ptm_participation.reference.service import correct
from tests.commands import ptm
from tests.pages import Browser
from tests.plan.trees import article
from wsgi import cli

THRESHOLDS = (
    "I Comuni riducono il consumo di suolo.",
    "La soglia del comma 1 vale anche negli ambiti degli artt. 41-43, come dalla Tav. 6.",
)


def _import(*articles: Node, document: str = "NDA", label: str = "adottata") -> None:
    found = db.session.scalars(sa.select(Document).filter_by(code=document)).one()
    import_text(SYSTEM, found, label, articles, source="prova")


def _plan() -> None:
    _import(
        article("18", "Consumo di suolo", *THRESHOLDS),
        article("41", "Ambiti agricoli", "Si applica l'art. 18, comma 2, e la l.r. 12/2005."),
        article("42", "Aree", "Vedi l'art. 5 del medesimo decreto e l'art. 99."),
        article("43", "Edifici", "Ai sensi dell'art. 10 della legge 7 agosto 1990, n. 241."),
    )


def _cited_by(slug: str) -> list[str]:
    """What the section of the adopted norms cites, as its page would say it."""
    section = _version(slug)
    cited = sa.orm.aliased(SectionVersion)
    return list(
        db.session.scalars(
            sa.select(cited.citation)
            .join(Provision, Provision.id == cited.provision_id)
            .join(SectionCitation, SectionCitation.cited_provision_id == Provision.id)
            .where(
                SectionCitation.section_version_id == section.id,
                cited.edition_id == section.edition_id,
            )
            .order_by(SectionCitation.start, cited.position)
        )
    )


def _version(slug: str) -> SectionVersion:
    return db.session.scalars(
        sa.select(SectionVersion)
        .join(Edition, Edition.id == SectionVersion.edition_id)
        .where(Edition.label == "adottata", SectionVersion.slug == slug)
    ).one()


@use_case
def _forget_citations() -> None:
    db.session.execute(sa.delete(SectionCitation))


def test_what_a_comma_cites_is_a_link_in_its_words_which_stay_as_they_are(
    app: Flask, visitor: Browser
) -> None:
    _plan()

    page = visitor.open("/piano/nda/art-18")

    words = page.soup.select("[data-words]")
    assert words[1].get_text() == THRESHOLDS[1]
    assert {a.get_text(): a["href"] for a in words[1].select("a")} == {
        "comma 1": "/piano/nda/art-18#art-18-c-1",
        "artt. 41-43": "/piano/nda/art-41",
        "Tav. 6": "/piano/tav/tav-6",
    }


def test_a_section_says_what_it_cites_and_where_it_is_cited(app: Flask, visitor: Browser) -> None:
    _plan()

    thresholds = visitor.open("/piano/nda/art-18").items(".ptm-citations li")
    fields = visitor.open("/piano/nda/art-41").items(".ptm-citations li")
    farms = visitor.open("/piano/nda/art-43").items(".ptm-citations li")

    assert [line.split(".")[1].split()[0] for line in thresholds[:3]] == ["41", "42", "43"]
    assert thresholds[-1].startswith("art. 41, comma 1")
    assert fields == [
        "art. 18, comma 2",
        "legge regionale n. 12 del 2005",
        "art. 18, comma 2",
    ]
    assert farms[0].startswith("legge 7 agosto 1990, n. 241")


def test_what_is_not_clear_leads_nowhere_and_is_kept_as_doubtful(
    app: Flask, visitor: Browser
) -> None:
    _plan()

    words = visitor.open("/piano/nda/art-42").soup.select_one("[data-words]")
    kept = db.session.execute(
        sa.select(SectionCitation.place, SectionCitation.doubtful).where(
            SectionCitation.section_version_id == _version("art-42-c-1").id
        )
    ).all()

    assert words is not None
    assert words.select("a") == []
    assert [tuple(row) for row in kept] == [("art_5", True), ("art_99", False)]


def test_another_text_in_the_edition_gives_what_was_cited_in_vain(app: Flask) -> None:
    _import(article("18", "Consumo", "Si veda l'art. 7 e la Tav. 6."))
    assert _cited_by("art-18-c-1") == ["Tav. 6"]

    _import(article("7", "Oggetto", "Principi."), article("18", "Consumo", "Si veda l'art. 7."))

    assert _cited_by("art-18-c-1") == ["art. 7"]


def test_a_corrected_section_cites_what_its_new_words_do(app: Flask, manager: User) -> None:
    _plan()

    correct(manager, _version("art-43-c-1"), {"text": "Si veda l'art. 41."})

    assert _cited_by("art-43-c-1") == ["art. 41"]


def test_a_section_that_is_numbered_anew_is_no_longer_what_others_cite(
    app: Flask, manager: User
) -> None:
    _plan()

    correct(manager, _version("art-18"), {"number": "19"})

    assert _cited_by("art-41-c-1") == []


def test_what_came_before_citations_were_kept_is_linked_by_a_command(app: Flask) -> None:
    _plan()
    _forget_citations()

    done = ptm(app, "plan", "link-citations")

    assert done.exit_code == 0, done.output
    assert "adottata: 10 citations" in done.output
    assert _cited_by("art-41-c-1") == ["art. 18, comma 2"]


def test_the_same_article_in_two_documents_is_of_the_one_that_cites(app: Flask) -> None:
    _plan()
    _import(
        article("18", "Un'altra cosa", "Si veda il comma 1."),
        article("20", "Rinvio", "Si veda l'art. 18."),
        document="REL",
    )

    cited = db.session.scalars(
        sa.select(Provision)
        .join(SectionCitation, SectionCitation.cited_provision_id == Provision.id)
        .join(SectionVersion, SectionVersion.id == SectionCitation.section_version_id)
        .where(SectionVersion.citation == "art. 20, comma 1")
    ).one()

    assert cited.document.code == "REL"


def test_the_command_prints_what_is_piped_in(app: Flask) -> None:
    words = "Vedi l'art. 18 c. 2 delle NdA."

    plain = app.test_cli_runner().invoke(cli, ["plan", "cite", "-"], input=words)
    spans = app.test_cli_runner().invoke(cli, ["plan", "cite", "-", "--json"], input=words)

    assert plain.output == "7-29: art. 18 c. 2 delle NdA → #art_18-com2\n"
    (found,) = json.loads(spans.output)
    assert (found["start"], found["end"], found["article"], found["comma"]) == (7, 29, "18", "2")
    assert (found["inside"], found["ambiguous"], found["act"]) == (True, False, None)
