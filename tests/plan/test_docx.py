"""The reader of Word documents: styles, typed numbers, Word's own numbers, and hostile files.

The documents in ``docx/`` are invented and were saved by LibreOffice; the others are written here.
"""

import io
import random
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.core.errors import DomainError
from ptm_participation.core.uploads import Damaged, Disguised, HasMacros, PacksTooMuch, Protected
from ptm_participation.plan.akn_xml import (
    MAX_BYTES,
    TooDeeplyNestedText,
    TooLargeText,
    UnsafeXml,
)
from ptm_participation.plan.docx import read_docx
from ptm_participation.plan.drafts import NoArticle
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.paragraphs import MOST_PARAGRAPHS, TooManyParagraphs
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.tree import Node
from tests.plan.docx_files import (
    alternatives,
    box,
    cell,
    controlled,
    counted,
    docx,
    heading,
    level,
    numbering,
    paragraph,
    part,
    row,
    run,
    sign,
    table,
    zipped,
)
from tests.plan.office import Line, lines_of

SAVED = Path(__file__).with_name("docx")


def read(*blocks: str, **parts: str) -> Reading:
    return read_docx(docx(*blocks, **parts), "prova.docx")


def typed(*lines: str) -> Reading:
    return read(*(paragraph(line) for line in lines))


def outline(reading: Reading) -> list[str]:
    """A line for each section: how deep it is, its number, heading and words."""

    def lines(node: Node, depth: int) -> list[str]:
        own = " | ".join(filter(None, [f"{node.kind} {node.number}", node.heading, node.text]))
        return ["  " * depth + own] + [
            x for child in node.children for x in lines(child, depth + 1)
        ]

    return [line for node in reading.tree for line in lines(node, 0)]


def said(reading: Reading) -> list[str]:
    return [f"{doubt.paragraph}: {doubt}" for doubt in reading.doubts]


# --- Saved by an office program --------------------------------------------------------------

STATUTE = [
    "chapter I | PRINCIPI",
    "  article 1 | Finalità",
    "    comma 1 | Il piano tutela il suolo, l’acqua e il paesaggio.",
    "    comma 2 | Il piano si attua:",
    "      letter a | con intese tra i Comuni;",
    "      letter b | con accordi con la Regione.",
    "    comma 3 | Le intese durano tre anni.",
    "  article 2 | Rete verde",
    "    comma 1 | La rete verde connette i parchi.",
    "chapter II | ATTUAZIONE",
    "  article 2-bis | Controlli",
    "    comma 1 | L’ufficio controlla ogni anno lo stato del piano.",
    "    comma 1-bis | I controlli sono pubblici.",
    "  article 3 | Abrogazioni | Sono abrogate le norme precedenti.",
]


@pytest.mark.parametrize("name", ["heading_styles", "typed_numbers"])
def test_a_saved_statute_is_read_whole(name: str) -> None:
    reading = read_docx((SAVED / f"{name}.docx").read_bytes(), f"{name}.docx")

    assert outline(reading) == STATUTE
    assert said(reading) == []


def test_numbers_that_the_program_counts_are_the_numbers_of_the_text() -> None:
    reading = read_docx((SAVED / "automatic_numbering.docx").read_bytes(), "statuto.docx")

    counted_on = [line.replace("2-bis", "3").replace("1-bis", "2") for line in STATUTE[:-1]]
    assert outline(reading) == [*counted_on, STATUTE[-1].replace("article 3", "article 4")]
    assert said(reading) == []


# --- Word's own numbering ----------------------------------------------------------------------


def test_lists_count_by_level_and_go_on_where_they_were_left() -> None:
    levels = (
        level(0, "decimal", "Art. %1"),
        level(1, "decimal", "%2."),
        level(2, "lowerLetter", "%3)"),
    )
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )

    reading = read(
        counted(0, "Oggetto"),
        counted(1, "Il piano comprende:"),
        counted(2, "norme;"),
        counted(2, "tavole."),
        counted(1, "Le tavole prevalgono."),
        counted(0, "Suolo", list=2),
        counted(1, "Il suolo è tutelato.", list=2),
        numbering=numbering(*levels, nums=again),
    )

    assert outline(reading) == [
        "article 1 | Oggetto",
        "  comma 1 | Il piano comprende:",
        "    letter a | norme;",
        "    letter b | tavole.",
        "  comma 2 | Le tavole prevalgono.",
        "article 7 | Suolo",
        "  comma 1 | Il suolo è tutelato.",
    ]
    assert said(reading) == ["6: Article 7 comes after 1: is one missing?"]


def test_a_level_that_never_restarts_counts_through_the_chapters() -> None:
    article = level(1, "decimal", "Art. %2").replace(
        "<w:numFmt", '<w:lvlRestart w:val="0"/><w:numFmt'
    )

    reading = read(
        *(counted(0, "PRINCIPI"), counted(1, "Oggetto"), paragraph("Vale.")),
        *(counted(0, "REGOLE"), counted(1, "Suolo"), paragraph("È tutelato.")),
        numbering=numbering(level(0, "upperRoman", "TITOLO %1"), article),
    )

    assert outline(reading) == [
        "title I | PRINCIPI",
        "  article 1 | Oggetto | Vale.",
        "title II | REGOLE",
        "  article 2 | Suolo | È tutelato.",
    ]


# --- Typed numbers ---------------------------------------------------------------------------


def test_heads_are_believed_however_they_are_typed() -> None:
    reading = typed(
        *("PARTE PRIMA", "Disposizioni generali", "TITOLO I – Il piano", "Capo I", "Princìpi"),
        *(
            "Art. 1",
            "(Oggetto)",
            "Il piano vale.",
            "Articolo 2. Finalità",
            "1. Vale.",
            "2-bis. No.",
        ),
        *(
            "ART. 2 BIS – Suolo",
            "1) Il suolo è tutelato.",
            "Art. 3.\nAcque",
            "1.\tL\u00adacqua vale.",
        ),
    )

    assert outline(reading)[:7] == [
        "part PRIMA | Disposizioni generali",
        "  title I | Il piano",
        "    chapter I | Princìpi",
        "      article 1 | Oggetto | Il piano vale.",
        "      article 2 | Finalità",
        "        comma 1 | Vale.",
        "        comma 2-bis | No.",
    ]
    assert outline(reading)[7:] == [
        "      article 2-bis | Suolo",
        "        comma 1 | Il suolo è tutelato.",
        "      article 3 | Acque",
        "        comma 1 | Lacqua vale.",
    ]


def test_a_citation_that_opens_a_paragraph_opens_nothing() -> None:
    reading = typed(
        *(
            "Art. 1 - Rinvii",
            "Art. 12, comma 3, si applica ai Comuni.",
            "Titolo II della legge vale.",
        ),
        *(
            "1. Si applica il seguente:",
            "«Art. 9 - Altro",
            "Art. 2 - Citato",
            "1. Testo citato»;",
            "2. Vale anche altrove.",
        ),
    )

    assert outline(reading) == [
        "article 1 | Rinvii | Art. 12, comma 3, si applica ai Comuni.\nTitolo II della legge vale.",
        "  comma 1 | Si applica il seguente:\n«Art. 9 - Altro\nArt. 2 - Citato\n1. Testo citato»;",
        "  comma 2 | Vale anche altrove.",
    ]


def test_lists_within_a_comma_stay_its_text() -> None:
    reading = typed(
        *("Art. 1 - Elenchi", "1. Sono compresi:", "a) i parchi:", "1) urbani;", "2) rurali;"),
        *("b) le acque.", "Chiude il comma.", "2. I passi sono:", "1. primo;", "2. secondo."),
        *("3. Fine, con", "1) uno;", "2) due.", "4. Fine davvero."),
    )

    assert outline(reading) == [
        "article 1 | Elenchi",
        "  comma 1 | Sono compresi:\nChiude il comma.",
        "    letter a | i parchi:\n1) urbani;\n2) rurali;",
        "    letter b | le acque.",
        "  comma 2 | I passi sono:\n1. primo;\n2. secondo.",
        "  comma 3 | Fine, con\n1) uno;\n2) due.",
        "  comma 4 | Fine davvero.",
    ]
    assert said(reading) == []


def test_what_is_out_of_order_is_placed_and_said() -> None:
    reading = typed(
        *(
            "Premio di carta",
            "CAPO II - REGOLE",
            "Art. 3 - Uno",
            "2. Vale.",
            "4. Vale.",
            "3. Vale.",
        ),
        *(
            "1. Ricomincia.",
            "Art. 5 - Due",
            "a) primo;",
            "c) terzo;",
            "b) secondo.",
            "Art. 5 - Tre",
        ),
    )

    assert said(reading) == [
        "1: 1 paragraphs before the first article or title are left out.",
        "2: Capo II does not follow the one before it: is one missing?",
        "4: The first paragraph of the article has number 2.",
        "5: Paragraph 4 comes after 2: is one missing?",
        "6: Paragraph 3 comes after 4: the numbers go back.",
        "7: The numbers start again from 1 after 3: read as text of the latter.",
        "8: Article 5 comes after 3: is one missing?",
        "10: Letter c) comes after a): is one missing?",
        "11: Letter b) comes after c): read as text of what stands before it.",
        "12: Another article has number 5.",
        "12: Article 5 has no text.",
    ]
    assert reading.paragraphs[0].node is None


def test_a_typed_table_of_contents_is_left_out() -> None:
    heads = ("Art. 1 - Uno", "Art. 2 - Due", "Art. 3 - Tre")

    listed = typed("INDICE", *heads, *(x for head in heads for x in (head, "1. Vale.")))
    paged = typed("Art. 1 - Uno\t4", "Art. 2 - Due ........ 5", "Art. 1 - Uno", "1. Vale.")

    assert [line for line in outline(listed) if line.startswith("article")] == [
        "article 1 | Uno",
        "article 2 | Due",
        "article 3 | Tre",
    ]
    assert outline(paged) == ["article 1 | Uno", "  comma 1 | Vale."]


# --- Styles ----------------------------------------------------------------------------------


def test_a_style_based_on_a_heading_and_an_outline_level_are_headings() -> None:
    reading = read(
        heading(1, "Capo I"),
        heading(2, "Principi del piano"),
        paragraph("Art. 1 Oggetto del piano", '<w:pStyle w:val="Nostro"/>'),
        paragraph("Il piano vale."),
        paragraph("Art. 2 Effetti", '<w:outlineLvl w:val="1"/>'),
        paragraph("Art. 9 - Questo è testo dell'articolo."),
    )

    assert outline(reading) == [
        "chapter I | Principi del piano",
        "  article 1 | Oggetto del piano | Il piano vale.",
        "  article 2 | Effetti | Art. 9 - Questo è testo dell'articolo.",
    ]
    assert said(reading) == [
        "6: It reads as the head of an article, but is out of order: read as text."
    ]


# --- What only Word has ------------------------------------------------------------------------


def test_changes_are_taken_as_accepted_and_what_is_left_out_is_said() -> None:
    inserted = f'<w:ins w:id="1">{run(" nuovo")}</w:ins>'
    deleted = '<w:del w:id="2"><w:r><w:delText> vecchio</w:delText></w:r></w:del>'
    hidden = run(" segreto", "<w:vanish/>")
    comment = '<w:r><w:commentReference w:id="0"/></w:r>'
    box = (
        f"<w:r><w:pict><x><w:txbxContent>{paragraph('Riquadro')}</w:txbxContent></x></w:pict></w:r>"
    )
    note = '<w:r><w:footnoteReference w:id="4"/></w:r>'
    notes = part("footnotes", f'<w:footnote w:id="4">{paragraph("Vedi la tavola 6.")}</w:footnote>')

    reading = read(
        paragraph("Art. 1"),
        paragraph("Il piano", inner=inserted + deleted + hidden + comment + box + note),
        footnotes=notes,
    )

    assert outline(reading) == ["article 1 | Il piano nuovo", "  note 1 | Vedi la tavola 6."]
    assert [line.split(": ", 1)[1] for line in said(reading)] == [
        "It holds tracked insertions: they are read as accepted.",
        "It holds tracked deletions: what was deleted is left out.",
        "It holds hidden text, which is left out.",
        "It carries a comment, which is not read.",
        "It holds a text box, whose words are left out.",
        "It has a footnote, which is kept as a note of its section.",
    ]


def test_a_table_becomes_lines_of_text() -> None:
    reading = read(paragraph("Art. 1"), paragraph("1. Vale:"), table(row("1. Zona", "Soglia")))

    assert outline(reading) == ["article 1", "  comma 1 | Vale:\n1. Zona | Soglia"]
    assert said(reading) == ["3: A table was read as text, one line for each row."]


@pytest.mark.parametrize("wrapper", ["sdt", "customXml", "ins", "moveTo"])
def test_rows_and_cells_that_something_wraps_are_read_in_their_order(wrapper: str) -> None:
    def wrapped(content: str) -> str:
        if wrapper == "sdt":
            return controlled(content)
        return f"<w:{wrapper}>{content}</w:{wrapper}>"

    reading = read(
        paragraph("Art. 1"),
        paragraph("1. Vale:"),
        table(
            row("Zona", "Soglia"),
            wrapped(row("A", "dieci") + wrapped(row("B", "venti"))),
            f"<w:tr>{cell('C')}{wrapped(cell('trenta'))}</w:tr>",
        ),
        table(wrapped(row("2. Vale anche.")), f"<w:tr>{wrapped(cell('3. E ancora.'))}</w:tr>"),
    )

    assert outline(reading) == [
        "article 1",
        "  comma 1 | Vale:\nZona | Soglia\nA | dieci\nB | venti\nC | trenta",
        "  comma 2 | Vale anche.",
        "  comma 3 | E ancora.",
    ]


def test_the_rows_of_a_table_within_a_frame_are_not_the_frame_s() -> None:
    inner = table(row("Zona", "Soglia"))

    reading = read(
        paragraph("Art. 1"),
        table(row(paragraph("1. Uno.") + inner), row(inner + paragraph("2. Due."))),
    )

    assert outline(reading) == [
        "article 1",
        "  comma 1 | Uno.\nZona | Soglia\nZona | Soglia",
        "  comma 2 | Due.",
    ]
    assert [line[:2] for line in said(reading)] == ["2:", "3:", "4:"]


def test_the_cells_of_a_row_are_printed_with_the_numbers_that_the_program_counts() -> None:
    reading = read(
        paragraph("Art. 1"),
        counted(0, "Uno."),
        table(row("Zona", counted(0, "Due."))),
        counted(0, "Tre."),
        numbering=numbering(level(0, "decimal", "%1.")),
    )

    assert outline(reading)[1:] == ["  comma 1 | Uno.\nZona | 2. Due.", "  comma 3 | Tre."]


def test_a_text_box_in_a_cell_is_left_out_as_the_doubt_says() -> None:
    reading = read(
        paragraph("Art. 1"),
        paragraph("1. Vale:"),
        table(row(paragraph("prima", inner=box("BOX")), "x")),
    )

    assert outline(reading) == ["article 1", "  comma 1 | Vale:\nprima | x"]
    assert said(reading)[0] == "3: It holds a text box, whose words are left out."


def test_what_is_written_twice_for_newer_and_older_programs_is_read_once() -> None:
    twice = alternatives(paragraph("1. Uno."), paragraph("1. Uno, in breve."))
    within = alternatives(run("nuovo."), run("vecchio."))
    in_a_run = f"<w:r>{alternatives('<w:symEx/>', '<w:t>☂</w:t>')}</w:r>"

    reading = read(
        paragraph("Art. 1"),
        twice,
        paragraph("2. Due ", inner=within),
        paragraph("3. ", inner=in_a_run),
    )

    assert outline(reading) == [
        "article 1",
        "  comma 1 | Uno.",
        "  comma 2 | Due nuovo.",
        "  comma 3 | ☂",
    ]
    assert said(reading) == []


def test_words_in_a_place_that_is_not_known_are_left_out_with_a_doubt() -> None:
    reading = read(
        paragraph("Art. 1"),
        paragraph("Vale."),
        f"<w:unknown>{paragraph('Ignoto.')}</w:unknown>",
        paragraph(
            "Anche ", inner="<w:r><w:ruby><w:rt><w:r><w:t>x</w:t></w:r></w:rt></w:ruby></w:r>"
        ),
    )

    unread = "Something here is written in a way that is not read: its words are left out."
    assert said(reading) == [f"2: {unread}", f"3: {unread}"]


def test_the_signs_of_word_s_own_fonts_are_read_as_they_look() -> None:
    reading = read(
        paragraph("Art. 1"),
        paragraph(
            "1. Fino a 45", inner=sign("Symbol", "F0B0") + run("; 3 ") + sign("Symbol", "F0B3")
        ),
        paragraph("2. ", inner=sign("Wingdings", "F0FC") + run(" sì, ") + sign("Symbol", "64")),
        paragraph("3. 25 ", inner=sign("Times New Roman", "2103")),
    )

    assert outline(reading) == [
        "article 1",
        "  comma 1 | Fino a 45°; 3 ≥",
        "  comma 2 | ✔ sì, δ",
        "  comma 3 | 25 ℃",
    ]
    assert said(reading) == []


@pytest.mark.parametrize(
    ("font", "place"),
    [("Wingdings 3", "F041"), ("Symbol", "F0F0"), ("Wingdings", "F024"), ("Arial", "x")],
)
def test_a_sign_that_nothing_equals_is_said_at_its_paragraph(font: str, place: str) -> None:
    reading = read(paragraph("Art. 1"), paragraph("Vale ", inner=sign(font, place)))

    assert outline(reading) == ["article 1 | Vale \ufffd"]
    assert said(reading) == [
        "2: It holds a sign of a font that is not text: it stands here as «\ufffd»."
    ]


def test_the_notes_of_a_paragraph_without_words_or_end_are_kept() -> None:
    def noted(number: int) -> str:
        return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'

    notes = "".join(
        f'<w:footnote w:id="{n}">{paragraph(f"Nota {n}.")}</w:footnote>' for n in (1, 2, 3)
    )

    reading = read(
        paragraph("Art. 1"),
        paragraph("Il piano ", "<w:rPr><w:del/></w:rPr>", inner=noted(1)),
        paragraph("vale."),
        paragraph(inner=noted(2)),
        paragraph("Sempre.", inner=noted(3) + noted(3)),
        footnotes=part("footnotes", notes),
    )

    assert outline(reading) == [
        "article 1 | Il piano vale.\nSempre.",
        "  note 1 | Nota 1.",
        "  note 2 | Nota 2.",
        "  note 3 | Nota 3.",
    ]


def test_a_table_of_contents_is_known_by_its_field_and_by_its_style() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText> TOC \\o </w:instrText></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'

    reading = read(
        paragraph(inner=begin + run("Art. 1 Oggetto")),
        paragraph("Art. 2 Suolo", inner=end),
        paragraph("Art. 3 Acque", '<w:pStyle w:val="Sommario1"/>'),
        paragraph("Art. 1 Oggetto"),
        paragraph("Vale."),
    )

    assert outline(reading) == ["article 1 | Oggetto | Vale."]
    assert said(reading) == ["1: 3 paragraphs of the table of contents are left out."]


# --- Hostile and broken files ------------------------------------------------------------------

GOOD = docx(paragraph("Art. 1"), paragraph("Vale."))
BOMB = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


def _with(member: str, content: str) -> bytes:
    return docx(paragraph("Art. 1"), paragraph("Vale."), **{member: content})


def _noise(size: int) -> str:
    """Words that do not pack well."""
    letters = random.Random(1)
    return "".join(letters.choices("abcdefghilmnopqrstuvz ", k=size))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Disguised),
        (b"%PDF-1.7 non un documento", Disguised),
        (GOOD[:-40], Damaged),
        (GOOD[:60] + b"\0" * 30 + GOOD[90:], Damaged),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), Disguised),
        (zipped({"foto.txt": "ciao"}), Disguised),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Protected),
        (_with("vbaProject", "x").replace(b"vbaProject.xml", b"vbaProject.bin"), HasMacros),
        (docx(paragraph("Art. 1"), types="application/x.macroEnabled.main+xml"), HasMacros),
        (docx(paragraph("Una lettera.")), NoArticle),
        (docx(paragraph("Art. 1", inner="<w:r>")), Damaged),
        (_with("numbering", f"{BOMB}<a>&b;</a>"), UnsafeXml),
        (docx("<w:sdt>" * 200 + "</w:sdt>" * 200), TooDeeplyNestedText),
        (docx(paragraph("a" * 40_000_000)), PacksTooMuch),
        (docx(paragraph(_noise(MAX_BYTES + 1))), TooLargeText),
        (docx(paragraph("Art. 1") * (MOST_PARAGRAPHS + 1), x=_noise(50_000)), TooManyParagraphs),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_not_a_document_is_refused(
    app: Flask, data: bytes, reason: type[DomainError]
) -> None:
    with pytest.raises(DomainError) as refusal:
        read_docx(data, "nda.docx")

    assert refusal.type is reason
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("blocks", "parts"),
    [
        ('<w:p><w:r><w:fldChar w:fldCharType="begin"/>%s</w:r></w:p>' % (
            "<w:instrText>TOC o altro</w:instrText>" * 200_000), {}),
        ("<w:p>{}{}</w:p>".format(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' * 60_000, run("a") * 60_000), {}),
        (paragraph("x" * 90, "<w:rPr><w:del/></w:rPr>") * 40_000 + paragraph("y"), {}),
        (paragraph(inner='<w:r><w:footnoteReference w:id="1"/></w:r>' * 100_000), {
            "footnotes": part(
                "footnotes", f'<w:footnote w:id="1">{paragraph("nota " * 100_000)}</w:footnote>')}),
        ("".join(paragraph("a", f'<w:pStyle w:val="S{n}"/>') for n in range(2_000)), {
            "styles": part("styles", f'<w:style w:styleId="B">{"<w:x/>" * 200_000}</w:style>'
                + "".join(f'<w:style w:styleId="S{n}"><w:basedOn w:val="B"/></w:style>'
                          for n in range(2_000)))}),
    ],
    ids=["instruction", "fields", "ends", "notes", "styles"],
)  # fmt: skip
def test_what_is_heaped_up_is_read_once(blocks: str, parts: dict[str, str]) -> None:
    """Read again for each paragraph, field or reference, it would take an hour."""
    noise = "".join(random.Random(1).choices("0123456789abcdef", k=500_000))

    reading = read(paragraph("Art. 1"), paragraph("Vale."), blocks, x=noise, **parts)

    assert "Vale." in outline(reading)[0]


def test_nothing_that_a_document_points_to_is_looked_for() -> None:
    outside = '<w:altChunk r:id="rId9" xmlns:r="r"/>'
    linked = f'<w:hyperlink r:id="rId8" xmlns:r="r">{run("vedi.")}</w:hyperlink>'

    reading = read(paragraph("Art. 1"), paragraph("Norme: ", inner=linked), outside)

    assert outline(reading) == ["article 1 | Norme: vedi.\n…"]
    assert len(said(reading)) == 1


def test_a_style_based_on_itself_and_numbers_of_no_list_do_no_harm() -> None:
    loop = '<w:style w:styleId="A"><w:basedOn w:val="A"/></w:style>'
    place = '<w:ilvl w:val="99999999999999"/><w:numId w:val="x"/>'

    reading = read(
        paragraph("Art. 1", '<w:pStyle w:val="A"/>'),
        paragraph("Vale.", f"<w:numPr>{place}</w:numPr>"),
        styles=part("styles", loop),
    )

    assert outline(reading) == ["article 1 | Vale."]


# --- Properties --------------------------------------------------------------------------------

WORDS = st.sampled_from(["Il suolo è tutelato", "La rete connette i parchi", "Vale la soglia"])


@st.composite
def letters(draw: st.DrawFn) -> tuple[Node, ...]:
    count = draw(st.sampled_from([0, 0, 2, 3, 8]))
    return tuple(
        Node(SectionKind.LETTER, "abcdefghi"[n], "", draw(WORDS) + (";" if n < count - 1 else "."))
        for n in range(count)
    )


@st.composite
def commi(draw: st.DrawFn) -> tuple[Node, ...]:
    numbers = draw(st.sampled_from([["1"], ["1", "2"], ["1", "1-bis", "2", "3"]]))
    made = []
    for number in numbers:
        inner = draw(letters())
        text = draw(WORDS) + (":" if inner else ".")
        made.append(Node(SectionKind.COMMA, number, "", text, inner))
    return tuple(made)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Node, ...]:
    """Chapters of articles; the articles are numbered through all of them."""
    chapters, number = [], 0
    for roman in ("I", "II", "III")[: draw(st.integers(1, 3))]:
        articles = []
        for _article in range(draw(st.integers(1, 3))):
            number += 1
            words = draw(st.sampled_from(["Oggetto", "Rete verde", "Soglie (edifici)"]))
            articles.append(Node(SectionKind.ARTICLE, str(number), words, "", draw(commi())))
        chapters.append(Node(SectionKind.CHAPTER, roman, "PRINCIPI", "", tuple(articles)))
    return tuple(chapters)


def _block(line: Line, *, styled: bool) -> str:
    return heading(line.level, line.text) if styled and line.level else paragraph(line.text)


@given(tree=plans(), styled=st.booleans())
def test_a_tree_that_is_written_is_read_again(tree: tuple[Node, ...], styled: bool) -> None:
    reading = read(*(_block(line, styled=styled) for line in lines_of(tree)))

    assert reading.tree == tree
    assert reading.doubts == ()
    assert all(paragraph.node is not None for paragraph in reading.paragraphs)


@given(lines=st.lists(st.sampled_from([
    *("Art. 1", "Art. 2 - Suolo", "CAPO I", "TITOLO II – Regole", "1. Vale.", "2. Vale:", "a) sì;"),
    *("b) no.", "ii) forse", "«Art. 3", "chiuso»", "Parole.", "1) uno", "3-bis. Tre.", "ALLEGATO"),
]), max_size=25))  # fmt: skip
def test_no_paragraph_is_lost_without_a_word(lines: list[str]) -> None:
    reading = typed("Art. 100 - Primo", *lines)

    nodes = [node for root in reading.tree for node in root.walk()]
    words = " ".join(f"{node.number} {node.heading} {node.text}" for node in nodes)
    for shown in reading.paragraphs:
        assert shown.node is not None
        assert all(word.strip(".)") in words for word in shown.text.split()[-1:])


def test_the_members_of_a_document_are_read_by_name_and_once() -> None:
    buffer = io.BytesIO(GOOD)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("word/media/image1.png", b"\x89PNG")

    reading = read_docx(buffer.getvalue(), "nda.docx")

    assert outline(reading) == ["article 1 | Vale."]
