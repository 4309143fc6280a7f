"""The reader of Akoma Ntoso texts, on small texts that each show one habit of the source."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.plan.akn import NotAkomaNtoso, read_akoma_ntoso
from ptm_participation.plan.akn_xml import (
    MAX_BYTES,
    MAX_ELEMENTS,
    EmptyText,
    NotXml,
    TooDeeplyNestedText,
    TooLargeText,
    UnreadableText,
    UnsafeXml,
)
from ptm_participation.plan.drafts import NoArticle
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.tree import Node

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"


def act(body: str, namespace: str = NAMESPACE) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><akomaNtoso xmlns="{namespace}"><act><meta/>'
        f"<preface><p>Legge</p></preface><body>{body}</body></act></akomaNtoso>"
    ).encode()


def article(content: str, heading: str = "Oggetto", number: str = "Art. 1.") -> str:
    return f"<article><num>{number}</num><heading>{heading}</heading>{content}</article>"


def comma(text: str, number: str = "1.") -> str:
    num = f"<num>{number}</num>" if number else ""
    return f"<paragraph>{num}<content><p>{text}</p></content></paragraph>"


def listed(intro: str, *points: tuple[str, str], number: str = "1.") -> str:
    items = "".join(
        f"<point><num>{num}</num><content><p>{text}</p></content></point>" for num, text in points
    )
    return (
        f"<paragraph><num>{number}</num><list><intro><p>{intro}</p></intro>{items}</list>"
        "</paragraph>"
    )


def read_article(content: str, heading: str = "Oggetto") -> Node:
    (read,) = read_akoma_ntoso(act(article(content, heading)))
    return read


def sections(node: Node) -> list[tuple[str, str, str]]:
    """Each section inside a node, in order: its kind, its number and its words."""
    return [
        line
        for child in node.children
        for line in [(str(child.kind), child.number, child.text), *sections(child)]
    ]


# --- The tree --------------------------------------------------------------------------


def test_every_level_of_an_act_becomes_a_section_of_its_kind() -> None:
    body = (
        "<part><num>Parte I</num><heading>Norme</heading>"
        "<title><num>Titolo II</num><heading>Del piano</heading>"
        "<chapter><num>Capo III</num><heading>Del suolo</heading>"
        "<section><num>Sezione IV</num><heading>Dell'uso</heading>"
        + article(
            listed("Sono esclusi:", ("a)", "i boschi;"), ("b)", "le acque."), number="2-bis.")
        )
        + "</section></chapter></title></part>"
    )

    (part,) = read_akoma_ntoso(act(body))

    letters = (
        Node(SectionKind.LETTER, "a", "", "i boschi;"),
        Node(SectionKind.LETTER, "b", "", "le acque."),
    )
    commi = (Node(SectionKind.COMMA, "2-bis", "", "Sono esclusi:", letters),)
    articles = (Node(SectionKind.ARTICLE, "1", "Oggetto", "", commi),)
    parts = (Node(SectionKind.SECTION, "IV", "Dell'uso", "", articles),)
    chapters = (Node(SectionKind.CHAPTER, "III", "Del suolo", "", parts),)
    titles = (Node(SectionKind.TITLE, "II", "Del piano", "", chapters),)
    assert part == Node(SectionKind.PART, "I", "Norme", "", titles)


@pytest.mark.parametrize("namespace", ["", f"{NAMESPACE}/CSD13", "urn:other"])
def test_the_namespace_of_the_elements_does_not_matter(namespace: str) -> None:
    data = act(article(comma("Il piano vale.")), namespace)

    (read,) = read_akoma_ntoso(data)

    assert sections(read) == [("comma", "1", "Il piano vale.")]


def test_unknown_wrappers_are_walked_through() -> None:
    content = "<hcontainer><component>" + comma("Il piano vale.") + "</component></hcontainer>"
    body = "<container><wrap>" + article(content) + "</wrap></container>"

    (read,) = read_akoma_ntoso(act(body))

    assert (read.kind, read.number) == (SectionKind.ARTICLE, "1")
    assert sections(read) == [("comma", "1", "Il piano vale.")]


def test_a_division_of_an_unknown_name_keeps_its_heading() -> None:
    body = (
        "<book><num>1</num><heading>Il territorio</heading>" + article("<p>Vale.</p>") + "</book>"
    )

    (read,) = read_akoma_ntoso(act(body))

    assert (read.kind, read.number, read.heading) == (SectionKind.HEADING, "1", "Il territorio")
    assert read.children == (Node(SectionKind.ARTICLE, "1", "Oggetto", "Vale."),)


def test_what_closes_a_list_belongs_to_the_comma() -> None:
    content = listed("Sono vietati:", ("a)", "gli scavi;"), ("b)", "i riporti;"))
    content = content.replace("</list>", "<wrapUp><p>salvo deroga.</p></wrapUp></list>")

    read = read_article(content)

    assert read.children[0].text == "Sono vietati:\nsalvo deroga."
    assert [child.text for child in read.children[0].children] == ["gli scavi;", "i riporti;"]


def test_numbered_items_inside_a_letter_stay_in_its_text() -> None:
    nested = "le zone:</p><list><point><num>1)</num><content><p>agricole;</p></content></point>"
    nested += "<point><num>2)</num><content><p>urbane.</p></content></point></list><p>"

    read = read_article(listed("Si distinguono:", ("a)", "i suoli;"), ("b)", nested)))

    letters = read.children[0].children
    assert [letter.number for letter in letters] == ["a", "b"]
    assert letters[1].text == "le zone:\n1) agricole;\n2) urbane."


# --- Divisions -------------------------------------------------------------------------


def chapters(*headings: str) -> bytes:
    return act(
        "".join(
            f"<chapter><num>-</num><heading>{heading}</heading>"
            + article(comma("Vale."), number=f"Art. {number}.")
            + "</chapter>"
            for number, heading in enumerate(headings, 1)
        )
    )


def places(nodes: tuple[Node, ...], path: str = "") -> dict[str, str]:
    """For each article, the divisions that hold it."""
    found: dict[str, str] = {}
    for node in nodes:
        if node.kind is SectionKind.ARTICLE:
            found[node.number] = path.strip()
        else:
            found |= places(node.children, f"{path} {node.kind} {node.number} {node.heading}")
    return found


def test_a_heading_that_prints_a_chapter_and_a_section_is_parted() -> None:
    data = chapters("Capo I PRINCIPI Sezione I Oggetto", "Sezione II Fini", "Capo II USI")

    nodes = read_akoma_ntoso(data)

    assert places(nodes) == {
        "1": "chapter I PRINCIPI section I Oggetto",
        "2": "chapter I PRINCIPI section II Fini",
        "3": "chapter II USI",
    }


def test_amendment_marks_in_headings_are_dropped() -> None:
    data = chapters(
        "((Capo I)) DATI ((, ISTANZE E\nSERVIZI)) ((Sezione I Usi))", "((Sezione II Suoli))"
    )

    nodes = read_akoma_ntoso(data)

    assert places(nodes) == {
        "1": "chapter I DATI, ISTANZE E SERVIZI section I Usi",
        "2": "chapter I DATI, ISTANZE E SERVIZI section II Suoli",
    }


def test_a_suppressed_division_leaves_its_articles_to_the_one_that_is_open() -> None:
    data = chapters("Capo V DATI Sezione I Usi", "Sezione II Suoli", "((...))")

    nodes = read_akoma_ntoso(data)

    assert places(nodes)["3"] == places(nodes)["2"] == "chapter V DATI section II Suoli"


def test_a_section_that_a_heading_only_mentions_does_not_part_it() -> None:
    data = chapters("Capo I Pareri della Sezione III del Consiglio")

    nodes = read_akoma_ntoso(data)

    assert places(nodes) == {"1": "chapter I Pareri della Sezione III del Consiglio"}


# --- Marks, headings, notes ------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("di usare ((, con cura,)) le soluzioni", "di usare, con cura, le soluzioni"),
        ("firma ((elettronica))avanzata", "firma elettronica avanzata"),
        ("dell'articolo 23((...)).", "dell'articolo 23."),
        ("i costi ((...)) sono", "i costi sono"),
        ("((Vale anche dopo.)).", "Vale anche dopo."),
        ("sui (( soggetti, lettera b) )), nonche'", "sui soggetti, lettera b), nonche'"),
        ("di cui alle ((lettere a) e b),)) del comma", "di cui alle lettere a) e b), del comma"),
        ("il sistema (( (SPC), che unisce)) tutti", "il sistema (SPC), che unisce tutti"),
        ("(con l'art. 61, lettera d)) che la parola", "(con l'art. 61, lettera d)) che la parola"),
        ("alla lettera d)) che la parola", "alla lettera d)) che la parola"),
        ("((nel (lettera a) e d)) del resto)) vale", "nel (lettera a) e d)) del resto vale"),
        ("procedimenti amministrativi.))", "procedimenti amministrativi."),
        ("informatici , ivi  comprese", "informatici, ivi comprese"),
    ],
)
def test_amendment_marks_vanish_and_leave_the_words_as_printed(printed: str, read: str) -> None:
    content = comma(printed)

    found = read_article(content)

    assert found.children[0].text == read


def test_brackets_alone_in_a_paragraph_vanish() -> None:
    content = comma("((", "") + comma("Il piano vale.") + comma("))", "") + comma("Segue.", "2.")

    read = read_article(content)

    assert read.text == ""
    assert sections(read) == [("comma", "1", "Il piano vale."), ("comma", "2", "Segue.")]


@pytest.mark.parametrize(
    ("printed", "heading"),
    [
        ("(Codice di condotta)", "Codice di condotta"),
        ("((  (Costi del piano). ))", "Costi del piano"),
        ("(Riutilizzo dei dati ((...)) ).", "Riutilizzo dei dati"),
        ("Anagrafe (ANPR).", "Anagrafe (ANPR)."),
        ("(Parte) prima (seconda)", "(Parte) prima (seconda)"),
    ],
)
def test_a_heading_loses_the_brackets_that_wrap_the_whole_of_it(printed: str, heading: str) -> None:
    read = read_article(comma("Il piano vale."), printed)

    assert read.heading == heading
    assert sections(read) == [("comma", "1", "Il piano vale.")]


@pytest.mark.parametrize(
    "printed", ["(Indice ((dei domicili)) pubblici).", "Indice dei domicili pubblici"]
)
def test_a_heading_hidden_in_the_first_paragraph_becomes_the_heading(printed: str) -> None:
    content = comma(printed, "") + comma("E' istituito l'indice.")

    read = read_article(content, heading="")

    assert (read.heading, read.text) == ("Indice dei domicili pubblici", "")
    assert sections(read) == [("comma", "1", "E' istituito l'indice.")]


def test_the_words_of_a_repealed_article_are_its_own_text() -> None:
    content = comma("((ARTICOLO ABROGATO DAL D.LGS. 26 AGOSTO 2016, N. 179))", "")

    read = read_article(content, heading="")

    expected = "ARTICOLO ABROGATO DAL D.LGS. 26 AGOSTO 2016, N. 179"
    assert read == Node(SectionKind.ARTICLE, "1", "", expected)


def test_update_notes_become_notes_of_the_article() -> None:
    lines = [
        "-----------",
        "AGGIORNAMENTO (21)",
        "Ha disposto (lettera d)) che vale.",
    ]
    lines += ["-----------", "AGGIORNAMENTO (28)", "Vale da oggi."]
    notes = "<paragraph><content>" + "".join(f"<p>{line}</p>" for line in lines)
    content = comma("Il piano vale.") + notes + "</content></paragraph>"

    read = read_article(content)

    assert read.children[1:] == (
        Node(SectionKind.NOTE, "21", "AGGIORNAMENTO", "Ha disposto (lettera d)) che vale."),
        Node(SectionKind.NOTE, "28", "AGGIORNAMENTO", "Vale da oggi."),
    )


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("Il piano vale. (21)", "Il piano vale."),
        ("Il piano vale.\n((28))", "Il piano vale."),
        ("Il piano vale;(21) (28)", "Il piano vale;"),
        ("Il piano vale. (50)", "Il piano vale. (50)"),
        ("di cui all'articolo (21)", "di cui all'articolo (21)"),
        ("Vale. (21) E segue.", "Vale. (21) E segue."),
        ("entro ((28)) giorni e ((50)) ore", "entro (28) giorni e 50 ore"),
    ],
)
def test_only_a_certain_pointer_to_a_note_stays_out_of_the_words(printed: str, read: str) -> None:
    notes = "".join(f"\nAGGIORNAMENTO ({number})\nNota." for number in (21, 28))
    content = comma(printed) + comma(f"------{notes}", "")

    found = read_article(content)

    assert found.children[0].text == read


# --- Hidden commi and letters ----------------------------------------------------------


def test_a_comma_hidden_in_a_sentence_becomes_a_comma() -> None:
    content = comma(
        "Il piano vale.\n2-bis). Salvo deroga, vale.\n2-ter. Fatto salvo l'uso. 2-quater. Segue.",
        "2.",
    ) + comma("Chiude.", "3.")

    read = read_article(content)

    assert sections(read) == [
        ("comma", "2", "Il piano vale."),
        ("comma", "2-bis", "Salvo deroga, vale."),
        ("comma", "2-ter", "Fatto salvo l'uso."),
        ("comma", "2-quater", "Segue."),
        ("comma", "3", "Chiude."),
    ]


def test_a_comma_that_is_a_paragraph_without_a_number_becomes_a_comma() -> None:
    content = comma("((01. Chiunque ha diritto.))", "") + comma("1. Il piano vale.")
    content += comma("\n 1-bis. I Comuni aderiscono))", "") + comma("Segue.", "2.")

    read = read_article(content)

    assert sections(read) == [
        ("comma", "01", "Chiunque ha diritto."),
        ("comma", "1", "Il piano vale."),
        ("comma", "1-bis", "I Comuni aderiscono"),
        ("comma", "2", "Segue."),
    ]


def test_commi_that_are_plain_paragraphs_become_commi() -> None:
    content = "<content><p>(Fini).</p><p>1. Il piano vale.</p><p>2. Segue.</p></content>"

    read = read_article(content, heading="")

    assert read.heading == "Fini"
    assert sections(read) == [("comma", "1", "Il piano vale."), ("comma", "2", "Segue.")]


def test_a_comma_hidden_in_a_letter_closes_the_letters() -> None:
    content = listed(
        "La chiave:", ("a)", "sia riservata;"), ("b)", "sia una.\n1-bis) Resta fermo.")
    )

    read = read_article(content + comma("Segue.", "2."))

    assert sections(read) == [
        ("comma", "1", "La chiave:"),
        ("letter", "a", "sia riservata;"),
        ("letter", "b", "sia una."),
        ("comma", "1-bis", "Resta fermo."),
        ("comma", "2", "Segue."),
    ]


def test_letters_hidden_in_the_words_before_them_become_letters() -> None:
    content = listed(
        "Si intende per: 0a) Agenzia: l'ente;",
        ("a)", "piano: il testo;\na-bis)SOPPRESSA; a-ter) tavola: il disegno;"),
        ("b)", "nota: la glossa."),
    )

    read = read_article(content)

    assert sections(read) == [
        ("comma", "1", "Si intende per:"),
        ("letter", "0a", "Agenzia: l'ente;"),
        ("letter", "a", "piano: il testo;"),
        ("letter", "a-bis", "SOPPRESSA;"),
        ("letter", "a-ter", "tavola: il disegno;"),
        ("letter", "b", "nota: la glossa."),
    ]


def test_a_list_that_lost_its_markup_is_parted_into_letters() -> None:
    content = comma(
        "Secondo i principi:\n((a) unita' dei sistemi;))\nb) uso;\n((b-bis) cura;))\nc) fine."
    )

    read = read_article(content)

    assert [number for _, number, _ in sections(read)] == ["1", "a", "b", "b-bis", "c"]
    assert sections(read)[-1] == ("letter", "c", "fine.")


def test_a_letter_is_kept_though_the_source_lost_the_one_before() -> None:
    content = comma("Il piano vale.") + comma("2. Sono stabiliti:", "")
    content += "<paragraph><content/></paragraph>" + comma("b) le garanzie.", "")

    read = read_article(content)

    assert sections(read)[1:] == [
        ("comma", "2", "Sono stabiliti:"),
        ("letter", "b", "le garanzie."),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "all'articolo 1, comma 1, lettera b), del decreto; restano i limiti",
        "secondo: gli articoli 3, numero 37), e 44; le lettere a) e b) del comma",
        "nei casi delle lettere a); b) e c) del comma",
        "abrogati: i punti 1, 2, comma 1; 8; 9; 2. le altre",
        "per il decreto n. 2. Il Ministro provvede",
        "secondo l'art. 2. La Giunta decide",
        'e\' sostituito dal seguente:\n"2. Le istanze sono valide".',
        "sono aggiunte: «a) i suoli; b) le acque» e altro",
        "e cosi': «Il piano decade.\n2. Le istanze sono valide.» e altro",
        'e cosi\': "Il piano decade.\n2. Le istanze sono valide." e altro',
        "nelle zone elencate.\n2) Seconda zona.",
        "nell'elenco:\n1. Prima voce.\n2. Seconda voce.",
        "nelle zone:\n1) Prima;\n2) Seconda.",
        "pari a 1.589.784 euro. 3. Il resto manca",
    ],
)
def test_a_citation_or_an_item_is_never_taken_for_a_comma_or_a_letter(sentence: str) -> None:
    content = comma(f"Il piano vale {sentence}")

    read = read_article(content)

    assert sections(read) == [("comma", "1", " ".join(f"Il piano vale {sentence}".split()))]


@pytest.mark.parametrize(
    "words",
    [
        "le zone:\na) agricole;\nb) urbane;\nc) boschive;",
        "le zone agricole;\nd) e altre;",
        "le zone\nc) del piano;",
        "le zone agricole;\nb) quelle di cui sopra;",
    ],
)
def test_a_letter_keeps_what_only_looks_like_the_next_one(words: str) -> None:
    content = listed("Sono escluse:", ("a)", words), ("b)", words))

    read = read_article(content)

    text = " ".join(words.split())
    assert sections(read)[1:] == [("letter", "a", text), ("letter", "b", text)]


@pytest.mark.parametrize(
    ("before", "paragraph"), [("Vale.", "9. Nono elemento."), ("Le voci:", "2. Seconda voce.")]
)
def test_a_paragraph_whose_number_does_not_continue_the_commi_is_text(
    before: str, paragraph: str
) -> None:
    content = comma(before) + comma(paragraph, "")

    read = read_article(content)

    assert sections(read) == [("comma", "1", f"{before}\n{paragraph}")]


def test_a_hidden_number_that_the_markup_gives_later_is_not_parted() -> None:
    content = (
        comma("Vale.\n2. Non e' il secondo.") + comma("Vale.", "1-bis.") + comma("Ecco.", "2.")
    )

    read = read_article(content)

    assert [number for _, number, _ in sections(read)] == ["1", "1-bis", "2"]


# --- Refusals --------------------------------------------------------------------------

BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><akomaNtoso>&c;</akomaNtoso>'
EXTERNAL = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><akomaNtoso>&b;</akomaNtoso>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", EmptyText),
        (b" \n ", EmptyText),
        (b"%PDF-1.7", NotXml),
        (b'<?xml version="1.0" encoding="klingon"?><act/>', NotXml),
        (act(article(comma("Vale.")))[:-20], NotXml),
        (b"<html><body><p>unclosed<br></body></html>", NotXml),
        (b"<html><body><p>Art. 1</p></body></html>", NotAkomaNtoso),
        (b"<!DOCTYPE html><html><body/></html>", UnsafeXml),
        (BOMB, UnsafeXml),
        (EXTERNAL, UnsafeXml),
        (act("<p>Nessun articolo.</p>"), NoArticle),
        (act("<a>" * 300 + "</a>" * 300), TooDeeplyNestedText),
        (act("<a/>" * MAX_ELEMENTS), TooLargeText),
        (b" " * (MAX_BYTES + 1), TooLargeText),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_not_a_readable_act_is_refused(data: bytes, reason: type[UnreadableText]) -> None:
    with pytest.raises(UnreadableText) as refusal:
        read_akoma_ntoso(data)

    assert refusal.type is reason
    assert str(refusal.value).endswith(".")


# --- Properties ------------------------------------------------------------------------

WORDS = st.sampled_from(["piano", "suolo", "norma (ANPR)", "l'uso", "comma 2, lettera b)", "n. 4"])
SENTENCES = st.lists(WORDS, min_size=1, max_size=6).map(lambda words: f"Il {' '.join(words)} vale.")
HEADINGS = st.lists(st.sampled_from(["Usi", "Fini", "Del suolo"]), min_size=1).map(" ".join)
COMMA_NUMBERS = ("01", "1", "1-bis", "1-ter", "2", "3", "4-bis", "10")
LETTER_NUMBERS = ("0a", "a", "b", "b-bis", "c", "l", "z", "aa")
ELEMENTS = {
    SectionKind.TITLE: ("title", "Titolo {}"),
    SectionKind.CHAPTER: ("chapter", "Capo {}"),
    SectionKind.ARTICLE: ("article", "Art. {}."),
    SectionKind.COMMA: ("paragraph", "{}."),
    SectionKind.LETTER: ("point", "{})"),
}


def numbered(
    kind: SectionKind,
    numbers: tuple[str, ...],
    headings: st.SearchStrategy[str],
    texts: st.SearchStrategy[str],
    children: st.SearchStrategy[tuple[Node, ...]],
) -> st.SearchStrategy[tuple[Node, ...]]:
    """Sections of a kind, under some of the numbers, in their order."""

    def section(number: str) -> st.SearchStrategy[Node]:
        return st.builds(Node, st.just(kind), st.just(number), headings, texts, children)

    chosen = st.sets(st.sampled_from(numbers), min_size=1, max_size=3)
    in_order = chosen.map(lambda some: sorted(some, key=numbers.index))
    return in_order.flatmap(lambda some: st.tuples(*map(section, some)))


NOTHING = st.just("")
LETTERS = numbered(SectionKind.LETTER, LETTER_NUMBERS, NOTHING, SENTENCES, st.just(()))
COMMI = numbered(SectionKind.COMMA, COMMA_NUMBERS, NOTHING, SENTENCES, st.just(()) | LETTERS)
ARTICLES = numbered(SectionKind.ARTICLE, ("1", "2", "2-bis"), HEADINGS, NOTHING, COMMI)
CHAPTERS = numbered(SectionKind.CHAPTER, ("I", "II", "II-bis"), HEADINGS, NOTHING, ARTICLES)
TREES = ARTICLES | numbered(SectionKind.TITLE, ("I", "II"), HEADINGS, NOTHING, CHAPTERS)


def rendered(node: Node) -> str:
    element, number = ELEMENTS[node.kind]
    heading = f"<heading>{node.heading}</heading>" if node.heading else ""
    text = f"<intro><p>{node.text}</p></intro>" if node.text else ""
    inner = "".join(rendered(child) for child in node.children)
    return f"<{element}><num>{number.format(node.number)}</num>{heading}{text}{inner}</{element}>"


@given(TREES)
def test_a_plain_tree_is_read_back_as_it_was_written(tree: tuple[Node, ...]) -> None:
    data = act("".join(map(rendered, tree)))

    read = read_akoma_ntoso(data)

    assert read == tree


MARKS = ["((", "))", "(", ")", "((,))", "(21)", '"', "«", "»", ".", ";", ":", ",", "\n"]
NUMBERS = ["a)", "b)", "0a)", "a-bis)", "c) e d)", "2.", "2-bis.", "3)", "1-bis)."]
DIRT = st.sampled_from([*MARKS, *NUMBERS, "Il", "piano", "n. 4", "l'uso"])


@given(st.lists(DIRT, max_size=30).map(" ".join))
def test_whatever_the_dirt_no_word_is_lost_and_none_moves(dirt: str) -> None:
    content = comma(f"Vale {dirt}")

    read = read_article(content)

    words = " ".join(f"{number} {text}" for _, number, text in sections(read))
    assert re.findall(r"\w+", words) == re.findall(r"\w+", f"1 Vale {dirt}")
