"""OpenDocument texts: labels are counted, changes are read as accepted, the rest is named."""

import pytest

from ptm_participation.core.errors import DomainError
from ptm_participation.core.uploads import Damaged, HasMacros, Protected
from ptm_participation.plan.akn_xml import TooDeeplyNestedText, UnsafeXml
from ptm_participation.plan.odt import read_odt
from ptm_participation.plan.reading import Reading
from tests.plan.odt_files import TRACKED, h, items, odt, p, row
from tests.plan.texts import outline


def read(*blocks: str, **more: str) -> Reading:
    return read_odt(odt(*blocks, **more), "nda.odt")


def mark(kind: str, change: str) -> str:
    return f'<text:change{kind} text:change-id="{change}"/>'


def said(reading: Reading) -> list[str]:
    return [f"{doubt.paragraph}: {doubt}" for doubt in reading.doubts]


def test_numbers_that_lists_count_are_numbers_of_articles_commi_and_letters() -> None:
    inner = "<text:p>Si attua:</text:p>" + items("con intese;", "con accordi.")
    reading = read(
        items(p("Finalità"), style="A", more='xml:id="art"'),
        items("Il piano tutela il suolo.", inner, more='xml:id="one"'),
        p("Le intese sono pubbliche."),
        items("I Comuni concorrono.", more='text:continue-list="one"'),
        items(p("Rete"), style="A", more='text:continue-numbering="true"'),
        items("La rete connette."),
    )

    assert list(outline(reading.tree)) == [
        "article 1 | Finalità",
        "  comma 1 | Il piano tutela il suolo.",
        "  comma 2 | Si attua: Le intese sono pubbliche.",
        "    letter a | con intese;",
        "    letter b | con accordi.",
        "  comma 3 | I Comuni concorrono.",
        "article 2 | Rete",
        "  comma 1 | La rete connette.",
    ]
    assert said(reading) == []


def test_headings_are_known_by_their_rank_and_counted_by_the_outline() -> None:
    outline_style = (
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="1"/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
        "</text:outline-style>"
    )
    reading = read(
        h(1, "Strategie"), h(2, "Il suolo"), p("Si misura."), h(2, "La rete"), styles=outline_style
    )

    assert list(outline(reading.tree)) == [
        "heading 1 | Strategie",
        "  heading 1.1 | Il suolo | Si misura.",
        "  heading 1.2 | La rete",
    ]


def test_what_is_more_than_words_is_named_and_what_is_hidden_is_left_out() -> None:
    reading = read(
        TRACKED,
        p("Art. 1"),
        p(f"1. Vale {mark('-start', 'i')}da oggi{mark('', 'd')}."),
        p(
            '2. Si applica<text:note text:note-class="footnote"><text:note-citation>1'
            "</text:note-citation><text:note-body><text:p>Legge 56.</text:p></text:note-body>"
            '</text:note> ai\n   Comuni<text:s text:c="2"/>tutti.<text:line-break/>Sempre.'
        ),
        p('3. <text:span text:style-name="H">bozza</text:span>Resta fermo.'),
        p("4. <draw:frame><draw:image/></draw:frame>Segue."),
        f"<table:table>{row('zona', 'metri')}{row('A', '10')}</table:table>",
    )

    nodes = [node for root in reading.tree for node in root.walk()]
    assert [node.text for node in nodes[1:3]] == [
        "Vale da oggi.",
        "Si applica ai Comuni tutti. Sempre.",
    ]
    assert nodes[4].text == "Segue.\nzona | metri\nA | 10"
    assert [(node.number, node.text) for node in nodes if node.kind == "note"] == [
        ("1", "Legge 56.")
    ]
    assert said(reading) == [
        "2: It holds tracked insertions: they are read as accepted.",
        "2: It holds tracked deletions: what was deleted is left out.",
        "3: It has a footnote, which is kept as a note of its section.",
        "4: It holds hidden text, which is left out.",
        "5: It holds an image, which is left out.",
        "6: A table was read as text, one line for each row.",
    ]


def test_an_index_that_is_generated_is_left_out() -> None:
    listed = "<text:index-body><text:p>Art. 1 Oggetto</text:p></text:index-body>"
    reading = read(
        f"<text:table-of-content>{listed}</text:table-of-content>",
        p("Art. 1 - Oggetto"),
        p("Vale."),
    )

    assert list(outline(reading.tree)) == ["article 1 | Oggetto | Vale."]
    assert said(reading) == ["1: 1 paragraphs of the table of contents are left out."]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (odt(p("Art. 1"), **{"Basic/Standard/Modulo.xml": "<x/>"}), HasMacros),
        (odt(p("Art. 1"), **{"Scripts/python/m.py": "x"}), HasMacros),
        (
            odt(
                p("Art. 1"),
                scripts="<office:scripts><script:event-listener/></office:scripts>",
            ),
            HasMacros,
        ),
        (odt(p("Art. 1"), **{"META-INF/manifest.xml": "<m:encryption-data/>"}), Protected),
        (odt(p("Art. 1"), **{"content.xml": BOMB}), UnsafeXml),
        (odt(p("Art. 1"), **{"content.xml": "<x>" * 200}), TooDeeplyNestedText),
        (odt(p("Art. 1"), **{"content.xml": "<x>"}), Damaged),
        (odt(p("Art. 1"))[:-40], Damaged),
    ],
)
def test_a_document_that_is_no_plain_text_is_refused(data: bytes, error: type[DomainError]) -> None:
    with pytest.raises(error):
        read_odt(data, "nda.odt")
