"""Texts in plain signs and tables: what their marks mean, and errors that name the line."""

import contextlib
import io
import zipfile

import pytest

from ptm_participation.plan.akn_xml import EmptyText
from ptm_participation.plan.files import read_text
from ptm_participation.plan.plain import NotUtf8, PlainStopped, ordered, read_plain_files
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.table import BadTable, read_csv
from tests.plan.texts import outline


def said(reading: Reading) -> list[str]:
    return [f"{reading.place_of(doubt)}: {doubt}" for doubt in reading.doubts]


MARKDOWN = """# Capo I - Principi

## Art. 1 - Finalità

1. Il piano tutela
   il **suolo**.
2. Il piano si attua:
a) con intese;
b) con accordi <br> di programma.

| zona | metri |
|------|-------|
| A    | 10    |

![mappa](mappa.png)
"""


def test_markdown_is_read_by_its_headings_lists_and_tables() -> None:
    reading = read_text("nda.md", MARKDOWN.encode())

    assert list(outline(reading.tree)) == [
        "chapter I | Principi",
        "  article 1 | Finalità",
        "    comma 1 | Il piano tutela il suolo.",
        "    comma 2 | Il piano si attua:",
        "      letter a | con intese;",
        "      letter b | con accordi di programma. zona … A | 10",
    ]
    assert said(reading) == [
        "line 7, paragraph 4: It holds HTML, which is left out.",
        "line 11, paragraph 5: A table was read as text, one line for each row.",
        "line 13, paragraph 6: A table was read as text, one line for each row.",
        "line 13, paragraph 6: It holds an image, which is left out.",
    ]


def test_the_title_of_a_text_holds_no_article() -> None:
    reading = read_text("nda.md", f"# Norme di attuazione\n\n#{MARKDOWN}".encode())

    assert list(outline(reading.tree))[:2] == ["chapter I | Principi", "  article 1 | Finalità"]
    assert said(reading)[0] == (
        "line 1, paragraph 1: «Norme di attuazione» is taken as the title of the whole text, and "
        "left out."
    )


RST = """Capo I - Principi
=================

Art. 1 - Finalità
-----------------

1. Il piano tutela il suolo [1]_.

2. Il piano si attua:

   a) con intese;
   b) con accordi.

.. include:: /etc/passwd

.. raw:: html

   <script>alert(1)</script>

.. [1] Legge 56.
"""


def test_restructuredtext_is_read_and_nothing_is_fetched() -> None:
    reading = read_text("nda.rst", RST.encode())

    assert list(outline(reading.tree)) == [
        "chapter I | Principi",
        "  article 1 | Finalità",
        "    comma 1 | Il piano tutela il suolo 1.",
        "    comma 2 | Il piano si attua:",
        "      letter a | con intese;",
        "      letter b | con accordi.",
        "    note 1 | Legge 56.",
    ]
    assert [line.split(" is not as")[0] for line in said(reading)][1:] == [
        "line 12, paragraph 6: nda.rst, line 14,",
        "line 12, paragraph 6: nda.rst, line 16,",
    ]
    assert "root:" not in str(reading)
    assert "alert" not in str(reading)


INDEX = """Statuto
=======

.. toctree::
   :maxdepth: 2

   premesse/inizio
   Il corpo <corpo>

Altro
"""


def test_files_are_read_in_the_order_of_their_index() -> None:
    texts = {
        "index.rst": INDEX.encode(),
        "corpo.rst": b"Art. 2 - Poi\n------------\n\nVale.\n",
        "premesse/inizio.rst": b"Art. 1 - Prima\n--------------\n\nVale.\n",
    }

    reading = read_plain_files(texts)

    assert [node.number for node in reading.tree] == ["1", "2"]
    assert said(reading) == []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in texts.items():
            archive.writestr(name, data)
    assert read_text("statuto.zip", packed.getvalue()).tree == reading.tree


def test_without_an_index_numbers_in_names_say_the_order() -> None:
    names = ["capoX.rst", "capoIX.rst", "capoII.rst", "allegato.rst", "preambolo.rst"]
    assert ordered(dict.fromkeys(names, b""))[0] == [
        "preambolo.rst",
        "allegato.rst",
        "capoII.rst",
        "capoIX.rst",
        "capoX.rst",
    ]
    assert ordered(dict.fromkeys(["10.md", "9.md", "1.md"], b""))[0] == ["1.md", "9.md", "10.md"]


def test_signs_of_another_encoding_are_named_by_their_line() -> None:
    with pytest.raises(NotUtf8) as refused:
        read_text("nda.md", "Art. 1\n\nVale.\nUtilità".encode("latin-1"))

    assert "line 4" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "> " * 50_000,
        "*a " * 50_000,
        "`" * 100_000 + "a",
        "- " * 20_000,
        "<a " * 50_000,
    ],
)
@pytest.mark.parametrize("extension", ["md", "rst"])
def test_marks_that_are_written_to_keep_a_parser_busy_hold_no_server(
    text: str, extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ptm_participation.plan.apart.SECONDS", 10)
    data = f"Art. 1\n\nVale.\n\n{text}\n".encode()
    with contextlib.suppress(PlainStopped):
        assert read_text(f"nda.{extension}", data).tree[0].number == "1"


# -- tables ----------------------------------------------------------------------------------

TABLE = """codice;rubrica;testo
Titolo II;Le reti;
18;Rete verde;
18.1;;La rete connette.
18.2;;"Si attua:
anche per parti"
18.2.a;;con intese;
18-bis;Fasce;Sono di 10 metri.
20;Deroghe;Sono motivate.
"""


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (TABLE.replace("è", "é").encode().replace(b"rete connette", b"rete \xe0 perch\xc3\xa9"), 4),
        (TABLE.replace("con intese", "con\0intese").encode(), 7),
    ],
)
def test_a_table_with_broken_signs_is_refused_with_the_line(data: bytes, line: int) -> None:
    with pytest.raises(BadTable) as refused:
        read_csv(data)

    assert f"Line {line}: it holds bytes that are no letters" in str(refused.value)


def test_the_maps_of_a_plan_are_rows_of_their_own() -> None:
    reading = read_csv(b"Parte I;Struttura;\nTav. 1;Sistema;Nota\ntavola 5.2;Reti;\nTav. 6;Aree;")

    assert list(outline(reading.tree)) == [
        "part I | Struttura",
        "  map 1 | Sistema | Nota",
        "  map 5.2 | Reti",
        "  map 6 | Aree",
    ]
    with pytest.raises(BadTable, match="is already on line 1"):
        read_csv(b"Tav. 1;Sistema;\nTav. 1;Reti;")


def test_a_table_says_itself_that_it_is_utf_16() -> None:
    assert read_csv(TABLE.encode("utf-16")).tree == read_csv(TABLE.encode()).tree


def test_a_row_stands_under_the_one_that_its_code_names() -> None:
    reading = read_csv(TABLE.replace("con intese;", "con intese").encode("cp1252"))

    assert list(outline(reading.tree)) == [
        "title II | Le reti",
        "  article 18 | Rete verde",
        "    comma 1 | La rete connette.",
        "    comma 2 | Si attua: anche per parti",
        "      letter a | con intese",
        "  article 18-bis | Fasce | Sono di 10 metri.",
        "  article 20 | Deroghe | Sono motivate.",
    ]
    assert [p.line for p in reading.paragraphs] == [2, 3, 4, 5, 7, 8, 9]
    assert said(reading) == ["line 9, paragraph 7: Article 20 comes after 18-bis: is one missing?"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("18;a;b\n18;c;d", "Line 2: «18» is already on line 1."),
        ("18.2;;testo", "Line 1: «18.2» comes before «18», which would hold it."),
        ("18;a;b\n19;c;d\n18.1;;e", "Line 3: «18.1» does not stand among the rows of «18»."),
        (
            "18;a;b\nboh;c;d",
            "Line 2: «boh» is no code such as 18, 18.2, 18.2.a, Tav. 6 or Titolo II.",
        ),
        ("18;a;b\n19;a;b;c;d", "Line 2: a row has a code, a heading and a text; this one has 5"),
        ('18;a;b\n19;"a;b', "Line 2: a quotation mark is not closed, or a cell is too long."),
        ("\n".join(["boh;a;b"] * 15), "There are 5 more lines like these."),
    ],
)
def test_a_row_that_has_no_place_is_named_by_its_line(rows: str, sentence: str) -> None:
    with pytest.raises(BadTable) as refused:
        read_csv(rows.encode())

    assert sentence in str(refused.value)


def test_an_empty_table_is_no_text() -> None:
    with pytest.raises(EmptyText):
        read_csv(b"codice;rubrica;testo\n")
