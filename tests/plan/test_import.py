"""A text enters an edition; the next edition continues its sections."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptm_participation.accounts.models import User
from ptm_participation.core import audit
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.plan.comparison import EditionObserved, NumberTwice
from ptm_participation.plan.files import read_folder
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.matching import Known, match
from ptm_participation.plan.models import (
    Document,
    Edition,
    SectionVersion,
    Succession,
    SuccessionKind,
)
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from tests import factories
from tests.commands import ptm
from tests.pages import Browser

WORDS = {
    "Oggetto": "Il piano orienta le trasformazioni del territorio metropolitano.",
    "Soglie": "I Comuni applicano la soglia di riduzione del consumo di suolo.",
    "Rete verde": "La rete verde metropolitana connette i parchi e gli spazi aperti.",
    "Acque": "Gli interventi rispettano il principio di invarianza idraulica.",
}


def _article(number: str, heading: str, text: str = "") -> Node:
    comma = Node(SectionKind.COMMA, "1", "", text or WORDS.get(heading, "Parole nuove."))
    return Node(SectionKind.ARTICLE, number, heading, "", (comma,))


def _import(label: str, *articles: Node) -> None:
    norms = db.session.scalars(sa.select(Document).filter_by(code="NDA")).one()
    import_text(SYSTEM, norms, label, articles, source="prova")


def _version(label: str, slug: str) -> SectionVersion:
    return db.session.scalars(
        sa.select(SectionVersion)
        .join(Edition, Edition.id == SectionVersion.edition_id)
        .where(Edition.label == label, SectionVersion.slug == slug)
    ).one()


def test_an_article_that_is_renumbered_is_one_identity_with_two_texts(app: Flask) -> None:
    _import("adottata", _article("5", "Soglie"), _article("6", "Rete verde"))
    _import(
        "controdedotta",
        _article("5", "Disposizione nuova"),
        _article("6", "Soglie", WORDS["Soglie"] + " La soglia sale nei Comuni densi."),
        _article("7", "Rete verde"),
    )

    old, new = _version("adottata", "art-5"), _version("controdedotta", "art-6")
    assert old.provision_id == new.provision_id
    assert _version("adottata", "art-5-c-1").text == WORDS["Soglie"]
    assert "Comuni densi" in _version("controdedotta", "art-6-c-1").text
    assert _version("controdedotta", "art-5").provision_id not in {
        old.provision_id,
        _version("adottata", "art-6").provision_id,
    }
    tie = db.session.scalars(sa.select(Succession).filter_by(to_version_id=new.id)).one()
    before = db.session.get_one(SectionVersion, tie.from_version_id)
    assert before.provision_id == old.provision_id
    assert tie.kind is SuccessionKind.MOVED
    assert tie.confirmed_by_id is None


def test_an_old_observation_still_shows_the_words_that_it_was_about(
    visitor: Browser, as_staff: Browser, staff: User
) -> None:
    _import("adottata", _article("5", "Soglie"))
    made = factories.protocolled(staff, sections="5 c. 1")
    _import("approvata", _article("5", "Altro"), _article("6", "Soglie", "Tutt'altre parole."))

    page = as_staff.open(f"/ufficio/osservazioni/ptm/{made.number}")

    assert "art. 5, comma 1" in page.text
    words = visitor.open(page.link("art. 5, comma 1")).text
    assert WORDS["Soglie"] in words
    assert "Tutt'altre parole" not in words


def test_a_text_that_people_have_observed_is_not_replaced(app: Flask) -> None:
    _import("adottata", _article("5", "Soglie"))
    factories.observation(sections="5")

    with pytest.raises(EditionObserved):
        _import("adottata", _article("5", "Soglie", "Altre parole."))

    assert _version("adottata", "art-5-c-1").text == WORDS["Soglie"]


def test_two_articles_of_one_number_are_refused_and_nothing_is_written(app: Flask) -> None:
    with pytest.raises(NumberTwice):
        _import("doppia", _article("5", "Soglie"), _article("5", "Acque"))

    assert not db.session.scalar(sa.select(Edition).filter_by(label="doppia"))


def test_a_comma_number_that_a_law_prints_twice_is_taken_as_printed(app: Flask) -> None:
    """Art. 35 of the statute of Naples has commi 1, 2, 3, 2, 3."""
    commi = tuple(
        Node(SectionKind.COMMA, number, "", f"Parole {place}.")
        for place, number in enumerate(("1", "2", "3", "2", "3"), 1)
    )
    _import("stampata", Node(SectionKind.ARTICLE, "35", "Consiglio", "", commi))

    assert [_version("stampata", f"art-35-c-{slug}").text for slug in ("2", "2-2", "3-2")] == [
        "Parole 2.",
        "Parole 4.",
        "Parole 5.",
    ]


articles = st.lists(
    st.sampled_from([*WORDS, "Paesaggio", "Mobilità", "Energia"]),
    min_size=1,
    max_size=7,
    unique=True,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(articles, st.data())
def test_sections_keep_their_identity_however_they_are_renumbered(
    headings: list[str], data: st.DataObject
) -> None:
    old = [
        _article(str(n), heading, f"{heading}. {WORDS.get(heading, heading * 3)}")
        for n, heading in enumerate(headings, 1)
    ]
    known = [Known(n, node) for n, node in enumerate(old)]
    shuffled = data.draw(st.permutations(headings))
    new = [
        _article(str(n), heading, f"{heading}. {WORDS.get(heading, heading * 3)}")
        for n, heading in enumerate(shuffled, 10)
    ]

    pairs = match(known, new)

    assert {node.heading: pairs[id(node)].node.heading for node in new} == {
        heading: heading for heading in headings
    }


AKN = """<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><act><body>
<article><num>Art. 18.</num><heading>Riduzione del consumo di suolo</heading>
<paragraph><num>1.</num><content><p>Il suolo è risorsa.</p></content></paragraph>
<paragraph><num>2.</num><content><p>I Comuni applicano la soglia.</p></content></paragraph>
</article></body></act></akomaNtoso>"""


def test_the_command_imports_and_says_what_it_did(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "norme.xml"
    file.write_text(AKN, encoding="utf-8")
    command = ["plan", "import", str(file), "--document", "NDA", "--edition", "proposta"]

    looked = ptm(app, *command, "--dry-run", "--json")
    assert json.loads(looked.output)["by_kind"] == {"article": 1, "comma": 2}
    assert not db.session.scalar(sa.select(Edition).filter_by(label="proposta"))

    done = ptm(app, *command)
    assert done.exit_code == 0, done.output
    assert _version("proposta", "art-18-c-2").text == "I Comuni applicano la soglia."
    assert audit.verify() == []


def test_the_command_refuses_a_bad_file_in_one_sentence(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "bomba.xml"
    file.write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', encoding="utf-8")

    done = ptm(app, "plan", "import", str(file), "--document", "NDA", "--edition", "x")
    nowhere = ptm(app, "plan", "import", str(file), "--document", "XYZ", "--edition", "x")

    assert done.exit_code == nowhere.exit_code == 1
    assert "DOCTYPE or entities, which are refused" in done.output


@pytest.mark.parametrize("label", ["", "  ", "due\nrighe", "e" * 500])
def test_an_edition_wants_a_label_that_can_be_read(app: Flask, tmp_path: Path, label: str) -> None:
    file = tmp_path / "norme.xml"
    file.write_text(AKN, encoding="utf-8")

    done = ptm(app, "plan", "import", str(file), "--document", "NDA", "--edition", label)

    assert done.exit_code == 1
    assert "a label of 1 to 40 characters" in done.output


@pytest.mark.parametrize("named", [" Adottata ", "edizione adottata", "Edizione approvata"])
def test_an_edition_is_named_by_its_label_or_title_in_any_letters(
    app: Flask, tmp_path: Path, named: str
) -> None:
    file = tmp_path / "norme.xml"
    file.write_text(AKN, encoding="utf-8")
    known = list(db.session.scalars(sa.select(Edition.label)))

    done = ptm(app, "plan", "import", str(file), "--document", "NDA", "--edition", named)

    assert done.exit_code == 0
    assert list(db.session.scalars(sa.select(Edition.label))) == known


def test_a_link_in_a_folder_leads_nowhere(tmp_path: Path) -> None:
    secret, folder = tmp_path / "segreto.md", tmp_path / "testi"
    folder.mkdir()
    secret.write_text("# Art. 2 Segreto", encoding="utf-8")
    (folder / "norme.md").write_text("# Art. 1 Oggetto", encoding="utf-8")
    (folder / "altro.md").symlink_to(secret)

    read = read_folder(folder)

    assert "Segreto" not in str(read.tree)
    assert "Oggetto" in str(read.tree)


@pytest.mark.parametrize(
    ("found", "put"), [("18", "1" * 5000), ("18", "1" * 60), ("Riduzione", "s" * 600)]
)
def test_a_number_or_heading_that_no_law_has_is_refused_in_one_sentence(
    app: Flask, tmp_path: Path, found: str, put: str
) -> None:
    file = tmp_path / "norme.xml"
    file.write_text(AKN.replace(found, put), encoding="utf-8")

    done = ptm(app, "plan", "import", str(file), "--document", "NDA", "--edition", "proposta")

    assert done.exit_code == 1
    assert "longer than any in a law" in done.output
    assert db.session.scalar(sa.select(Edition).filter_by(label="proposta")) is None


def test_words_are_chosen_on_the_edition_under_observation_alone(visitor: Browser) -> None:
    _import("adottata", _article("5", "Soglie"))
    _import("approvata", _article("6", "Soglie"))

    adopted = visitor.open("/piano/nda/art-5")
    approved = visitor.open("/piano/nda/art-6", ed="approvata")

    assert adopted.soup.find(id="azioni") is not None
    assert approved.soup.find(id="azioni") is None
    assert "Si osserva l’edizione adottata" in approved.text
    assert approved.link("Osserva l’art. 5").endswith(f"sezione={_version('adottata', 'art-5').id}")


def test_the_public_reads_an_edition_once_an_act_made_it(
    app: Flask, visitor: Browser, as_staff: Browser, as_manager: Browser
) -> None:
    _import("bozza", _article("18", "Soglie"))

    assert "bozza" not in visitor.open("/piano").text
    assert visitor.open("/piano/nda/art-18", ed="bozza").status == 404
    assert as_staff.open("/piano/nda/art-18", ed="bozza").status == 200
    refused = as_staff.open("/ufficio/dati/edizioni").follow("bozza").submit(act="DCM 1/2022")
    assert "solo chi pubblica" in refused.text
    assert visitor.open("/piano/nda/art-18", ed="bozza").status == 404
    as_manager.open("/ufficio/dati/edizioni").follow("bozza").submit(act="DCM 1/2022")

    assert visitor.open("/piano/nda/art-18", ed="bozza").status == 200


def test_a_section_of_an_office_draft_cannot_be_chosen(app: Flask, visitor: Browser) -> None:
    _import("bozza", _article("18", "Soglie"))
    draft = db.session.scalars(
        sa.select(SectionVersion).join(Edition).where(Edition.label == "bozza")
    ).first()

    page = visitor.open("/osserva", sezione=draft.id)

    assert "Parli di" not in page.text


def test_english_pages_name_editions_and_buttons_in_english(visitor: Browser) -> None:
    _import("adottata", _article("5", "Soglie"))
    _import("approvata", _article("5", "Soglie"))

    page = visitor.open("/en/piano/nda/art-5")

    assert page.items(".ptm-seg a") == ["Adopted edition", "Approved edition"]
    assert page.link("Comment on art. 5").startswith("/en/osserva")
    assert "Edizione" not in page.soup.find(class_="ptm-seg").get_text()
