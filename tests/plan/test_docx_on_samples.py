"""Word documents of real laws, saved by LibreOffice: the tree is the one that the law has.

The Codice dell'amministrazione digitale is compared with what the reader of Akoma Ntoso makes
of its official file; the statute of the Città metropolitana di Napoli with the headings and
numbers of its published source, which are read here line by line.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from ptm_participation.core.audit import SYSTEM
from ptm_participation.plan.akn import read_akoma_ntoso
from ptm_participation.plan.docx import read_docx
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from tests import factories
from tests.plan import office

SAMPLES = Path(__file__).parents[2].parent / "shared" / "domain" / "samples"
STATUTE = ("preambolo", "capoI", "capoII", "capoIII", "capoIV", "capoV", "capoVI")
LEAST_IN_PLACE = 0.99

Key = tuple[tuple[str, str], ...]


def keys(nodes: Iterable[Node], path: Key = ()) -> Iterator[Key]:
    """Each section as its kind and number under those of all that hold it."""
    for node in nodes:
        own = (*path, (node.kind.value, node.number))
        yield own
        yield from keys(node.children, own)


def in_place(expected: Iterable[Key], reading: Reading) -> float:
    wanted, found = Counter(expected), Counter(keys(reading.tree))
    return sum((wanted & found).values()) / max(sum(wanted.values()), sum(found.values()))


def said(reading: Reading) -> list[str]:
    """Each doubt with the first words of its paragraph."""
    return [
        f"{reading.paragraphs[doubt.paragraph - 1].text[:30]}: {doubt}" for doubt in reading.doubts
    ]


# --- The statute, read line by line --------------------------------------------------------


def statute_lines() -> list[office.Line]:
    lines: list[office.Line] = []
    for name in STATUTE:
        source = (SAMPLES / "statuto_napoli_rst" / f"{name}.rst").read_text(encoding="utf-8")
        texts = [line.strip() for line in source.splitlines()]
        for text, below in zip(texts, [*texts[1:], ""], strict=True):
            if text and not re.fullmatch(r"[-=~]{4,}", text):
                underlined = re.fullmatch(r"[-=~]{4,}", below) is not None
                level = (2 if text.startswith("Art") else 1) if underlined else 0
                lines.append(office.Line(text, level))
    return lines


def statute_keys(lines: list[office.Line]) -> Iterator[Key]:
    chapter: Key = ()
    article: Key = ()
    comma: Key = ()
    for line in lines:
        words = line.text.split()
        if line.level == 1:
            kind = ("chapter", words[1]) if words[0] == "CAPO" else ("heading", "")
            chapter = (kind,)
            yield chapter
        elif line.level == 2:
            article = (*chapter, ("article", words[1]))
            comma = article
            yield article
        elif number := re.match(r"(\d+)\.", line.text):
            comma = (*article, ("comma", number.group(1)))
            yield comma
        elif letter := re.match(r"([a-z])\)", line.text):
            yield (*comma, ("letter", letter.group(1)))


# --- What is read ------------------------------------------------------------------------


@pytest.mark.parametrize("styled", [True, False], ids=["heading styles", "typed numbers"])
def test_the_statute_of_naples_is_read_as_it_is_printed(tmp_path: Path, styled: bool) -> None:
    lines = statute_lines()
    document = office.to_docx(tmp_path, "statuto", office.flat_odt(lines, styled=styled))

    reading = read_docx(document, "statuto.docx")

    assert in_place(statute_keys(lines), reading) >= LEAST_IN_PLACE
    # The published text has an article whose commi are numbered 1, 2, 3, 2.
    assert said(reading) == [
        "2. La Città metropolitana, su : Paragraph 2 comes after 3: the numbers go back."
    ]


@pytest.mark.parametrize("styled", [True, False], ids=["heading styles", "typed numbers"])
def test_the_code_is_read_as_from_its_official_file(tmp_path: Path, styled: bool) -> None:
    tree = read_akoma_ntoso((SAMPLES / "cad_dlgs82_2005_akn.xml").read_bytes())
    flat = office.flat_odt(office.lines_of(tree), styled=styled)
    document = office.to_docx(tmp_path, "cad", flat)

    reading = read_docx(document, "cad.docx")

    assert in_place(keys(tree), reading) >= LEAST_IN_PLACE
    # The official text has lost letter a) of two articles.
    assert [doubt.split(": ")[1] for doubt in said(reading)] == ["The first letter is b)."] * 2
    words = [(node.heading, node.text) for root in tree for node in root.walk()]
    read = [(node.heading, node.text) for root in reading.tree for node in root.walk()]
    assert sum(a == b for a, b in zip(words, read, strict=True)) >= LEAST_IN_PLACE * len(words)


def test_every_paragraph_of_the_statute_leads_to_its_section(tmp_path: Path) -> None:
    document = office.to_docx(tmp_path, "statuto", office.flat_odt(statute_lines(), styled=True))

    reading = read_docx(document, "statuto.docx")

    nodes = [node for root in reading.tree for node in root.walk()]
    for paragraph in reading.paragraphs:
        assert paragraph.node is not None, paragraph.text
        node = nodes[paragraph.node]
        words = re.sub(r"^(Art\. \d+ ?- ?|CAPO \w+(?: - )?|\d+\. |[a-z]\) )", "", paragraph.text)
        assert " ".join(words.split()) in f"{node.heading} {node.text}", paragraph.text


def test_both_laws_are_taken_into_an_edition_whole(app: Flask, tmp_path: Path) -> None:
    norms = factories.section("18").document
    code = office.lines_of(read_akoma_ntoso((SAMPLES / "cad_dlgs82_2005_akn.xml").read_bytes()))
    for label, lines in (("statuto", statute_lines()), ("codice", code)):
        document = office.to_docx(tmp_path, label, office.flat_odt(lines, styled=False))
        reading = read_docx(document, f"{label}.docx")

        report = import_text(SYSTEM, norms, label, reading.tree, source="prova")

        assert report.sections == sum(1 for root in reading.tree for _node in root.walk())
