"""What a text cites: the words of it, and of which act and place they are."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ptm_participation.plan import kinds
from ptm_participation.plan.citations import recognise
from ptm_participation.plan.kinds import SectionKind
from tests.plan.citations.said import short

# How things are said, and what is meant: each citation by its words and its target.
SAID = {
    "art. 18, comma 3, lett. b) delle NdA": ["#art_18-com3-letb"],
    "artt. 41-43": ["#art_41..43"],
    "artt. 5, 7 e 9": ["#art_5", "#art_7", "#art_9"],
    "commi 1 e 2 dell'articolo 5": ["#art_5-com1", "#art_5-com2"],
    "Tav. 5.2": ["#map_5.2"],
    "Tavv. 5.1 e 5.3 del PTM": ["#map_5.1", "#map_5.3"],
    "Tavola 3, foglio b": ["#map_3-sheetb"],
    "art. 12 bis": ["#art_12bis"],
    "art.18 comma2": ["#art_18-com2"],
    "art. 18 c. 2": ["#art_18-com2"],
    "comma 3": ["#com3"],
    "il presente articolo": ["#this"],
    "comma 2 del presente articolo": ["#com2"],
    "lettera a) del comma 1": ["#com1-leta"],
    "art. 7, comma 2-ter, lett. c-bis)": ["#art_7-com2ter-letcbis"],
    "articolo 26 comma 2, lettera a), e), h)": [
        *("#art_26-com2-leta", "#art_26-com2-lete", "#art_26-com2-leth"),
    ],
    "lettere da a) a c) del comma 2": ["#com2-leta..c"],
    "art. 3, primo e secondo comma": ["#art_3-com1", "#art_3-com2"],
    "dal Capo IV in poi": ["#chap_IV"],
    "par. 5.6 della Relazione": ["#par_5.6"],
    "STTM 2": ["#sttm_2"],
    "l.r. 12/2005, art. 17": ["leggeRegionale/regione/2005/12#art_17"],
    "L.R. 11 marzo 2005, n. 12": ["leggeRegionale/regione/2005-03-11/12"],
    "decreto legislativo 7 marzo 2005, n. 82": ["decretoLegislativo/stato/2005-03-07/82"],
    "d.P.R. 28 dicembre 2000, n. 445, artt. 38 e 65": [
        "decretoDelPresidenteDellaRepubblica/stato/2000-12-28/445#art_38",
        "decretoDelPresidenteDellaRepubblica/stato/2000-12-28/445#art_65",
    ],
    "legge n. 241 del 1990": ["legge/stato/1990/241"],
    "art. 15 della L. 241/90": ["legge/stato/1990/241#art_15"],
    "Regolamento (UE) 2016/679": ["regolamentoUe/eu/2016/679"],
    "regolamento (UE) n. 910/2014": ["regolamentoUe/eu/2014/910"],
    "Codice civile": ["codice.civile/stato/1942-03-16/262"],
    "art. 2043 c.c.": ["codice.civile/stato/1942-03-16/262#art_2043"],
    # What the words do not say is not guessed.
    "art. 5 del medesimo decreto": ["?#art_5"],
    "art. 5 delle NTA del PGT di Rho": ["?#art_5"],
    "tav. 4 del PGT": ["?#map_4"],
    "comma 2 del medesimo articolo": ["?#com2"],
    # What looks like a citation and is none.
    "tavola rotonda n. 3": [],
    "art. 5 a 300 m dal corso d'acqua": ["#art_5"],
    "art. 41 e 42 alloggi": ["#art_41"],
    "gli articoli 5 e 6, 30 giorni dopo": ["#art_5", "#art_6"],
    "contestualmente alla costituzione del fondo": [],
    "a maggioranza dei 2/3, il 30% e il 2 novembre 2020": [],
    "Art. 4 - Zone omogenee": [],
    "CAPO I\n(( Sezione II Gestione dei documenti": [],
    "articolo unico": [],
}


@pytest.mark.parametrize("words", SAID)
def test_what_is_cited_is_what_is_meant(words: str) -> None:
    found = recognise(words)

    assert [short(citation) for citation in found] == SAID[words]


def test_each_citation_has_the_words_that_say_it() -> None:
    text = "Visti gli artt. 5, 7 e 9, comma 2, delle NdA e la l.r. 12/2005, art. 17, si chiede"

    words = [text[citation.start : citation.end] for citation in recognise(text)]

    assert words == ["artt. 5", "7", "9, comma 2, delle NdA", "l.r. 12/2005, art. 17"]


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("artt. 41-43", ["#art_41", "#art_43"]),
        ("lettere da a) a c) del comma 2", ["#com2-leta", "#com2-letc"]),
        ("art. 41", ["#art_41"]),
    ],
)
def test_a_range_leads_to_its_first_and_its_last(words: str, ends: list[str]) -> None:
    (citation,) = recognise(words)

    assert citation.as_json(words)["ends"] == ends


def test_a_heading_is_no_citation_in_a_law_and_is_one_in_a_letter() -> None:
    line = "Art. 18 - Riduzione del consumo di suolo\nSi chiede di alzare la soglia."

    assert recognise(line) == []
    assert [short(citation) for citation in recognise(line, headings=False)] == ["#art_18"]


def test_an_editor_s_note_speaks_of_an_act_that_it_does_not_name() -> None:
    note = "Il D.L. 30 dicembre 2019, n. 162 ha disposto (con l'art. 65, comma 2) la modifica."

    found = [short(citation) for citation in recognise(note, note=True)]

    assert found == ["decretoLegge/stato/2019-12-30/162", "?#art_65-com2"]


def test_an_act_outside_has_the_names_that_the_public_administration_gives() -> None:
    act = recognise("decreto legislativo 7 marzo 2005, n. 82")[0].act
    european = recognise("Regolamento (UE) 2016/679")[0].act
    regional = recognise("l.r. Lombardia 12/2005")[0].act

    assert act is not None
    assert european is not None
    assert regional is not None
    assert act.urn == "urn:nir:stato:decreto.legislativo:2005-03-07;82"
    assert act.label == "d.lgs. 7 marzo 2005, n. 82"
    assert act.address("art_3bis-com2").endswith(";82~art3bis")
    assert european.address() == "https://eur-lex.europa.eu/eli/reg/2016/679/oj/ita"
    assert recognise("regolamento (UE) n. 910/2014")[0].act.label.endswith("n. 910/2014")
    assert european.label == "Regolamento (UE) 2016/679"
    assert regional.urn == "urn:nir:regione.lombardia:legge:2005;12"
    assert regional.address() == ""  # Normattiva has the State's acts only


# -- rules -------------------------------------------------------------------------------

SUFFIXES = st.sampled_from(["", "", "", "-bis", "-ter", "-quinquies", "-octies"])
NUMBERS = st.builds(lambda number, suffix: f"{number}{suffix}", st.integers(1, 999), SUFFIXES)
LETTERS = st.sampled_from(["a", "b", "m", "z", "aa", "c-bis"])


@given(article=NUMBERS, comma=st.none() | NUMBERS, letter=st.none() | LETTERS, short=st.booleans())
def test_what_the_plan_cites_is_recognised_as_what_it_cited(
    article: str, comma: str | None, letter: str | None, short: bool
) -> None:
    cite = kinds.brief if short else kinds.citation
    words = cite(SectionKind.ARTICLE, article)
    steps: list[tuple[str, str]] = [("article", article)]
    if comma is not None:
        words, steps = cite(SectionKind.COMMA, comma, words), [*steps, ("comma", comma)]
    if letter is not None:
        words, steps = cite(SectionKind.LETTER, letter, words), [*steps, ("letter", letter)]

    found = recognise(words)

    assert [(c.start, c.end, c.steps, c.inside) for c in found] == [
        (0, len(words), tuple(steps), True)
    ]


@given(
    kind=st.sampled_from([SectionKind.MAP, SectionKind.HEADING, SectionKind.STRATEGY]),
    number=st.integers(1, 20),
    part=st.none() | st.integers(1, 9),
)
def test_a_map_a_heading_or_a_strategy_is_recognised_as_it_is_cited(
    kind: SectionKind, number: int, part: int | None
) -> None:
    printed = str(number) if part is None or kind is SectionKind.STRATEGY else f"{number}.{part}"

    (found,) = recognise(kinds.citation(kind, printed))

    assert found.steps == ((kind.value, printed),)


@given(
    before=st.text(alphabet="abeilmnorstu .;:!?\n", max_size=60),
    after=st.text(alphabet="abeilmnorstu .;:!?\n", max_size=60),
    cited=st.sampled_from(
        ["art. 18, comma 2", "Tav. 5.2", "legge 7 agosto 1990, n. 241", "artt. 41-43", "STTM 1"]
    ),
)
def test_the_text_around_a_citation_does_not_change_what_it_cites(
    before: str, after: str, cited: str
) -> None:
    text = f"{before} si veda la {cited}; {after}"
    alone = recognise(cited)
    assume(not recognise(before) and not recognise(f"; {after}"))

    found = recognise(text)

    assert [c.target for c in found] == [c.target for c in alone]
    assert [text[c.start : c.end] for c in found] == [cited]


@given(st.text(alphabet="artcommi let.,;12 e)(ad-l/nD'\n", max_size=200))
def test_citations_stand_in_their_order_and_never_overlap(text: str) -> None:
    found = recognise(text)

    places = [0, *(place for c in found for place in (c.start, c.end)), len(text)]
    assert places == sorted(places)
    assert all(c.start < c.end for c in found)


HOSTILE = {
    "spaces": " " * 200_000,
    "digits": "1" * 200_000,
    "spaces after a word": "art. " + " " * 200_000,
    "digits after a word": "art. " + "1" * 200_000,
    "a list without end": "artt. " + "1, " * 70_000,
    "letters without end": "lettere " + "a), " * 50_000,
    "suffixes": "art. 1" + "-bis" * 50_000,
    "brackets": "artt. 1" + "(" * 200_000,
    "acts without a number": "legge n. " * 20_000,
    "acts that never end": "artt. 1 della l. 1/2000 (" * 8_000,
    "notes": "AGGIORNAMENTO (1)\n" * 12_000,
    "notes and articles": "AGGIORNAMENTO (1)\nl'art. 5\nArt. 1\nl'art. 6\n" * 5_000,
    "lines": "\n" * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_made_to_be_slow_is_read_to_its_end(name: str) -> None:
    """A pattern that tried each place against all that follow would not end within a test."""
    text = HOSTILE[name]

    found = recognise(f"{text}\nCapo I\nLa tavola e l'art. 18")

    assert found[-1].target == "#art_18"
