"""Two laws, and two plans in another style of drafting, from every format that carries them.

The tree that is read is compared with one that was checked by hand, and each doubt is listed.
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from flask import Flask

from ptm_participation.core.audit import SYSTEM
from ptm_participation.plan.files import read_folder, read_text
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.service import import_text
from tests import factories
from tests.commands import ptm
from tests.plan import texts

LEAST_IN_PLACE = 0.99
# What is doubtful in the texts themselves, whatever the file.
DOUBTS = {
    # The official text has lost letter a) of two articles.
    "codice": ["The first letter is b)."] * 2,
    # The published text has an article whose commi are numbered 1, 2, 3, 2.
    "statuto": ["Paragraph 2 comes after 3: the numbers go back."],
    "nda_capitali": [],
    "relazione_numerata": [],
}


def in_place(name: str, reading: Reading) -> float:
    wanted, found = Counter(texts.checked_tree(name)), Counter(texts.outline(reading.tree))
    return sum((wanted & found).values()) / max(sum(wanted.values()), sum(found.values()))


def said(reading: Reading) -> list[str]:
    return [str(doubt) for doubt in reading.doubts]


@pytest.mark.parametrize("extension", ["docx", "odt", "pdf"])
@pytest.mark.parametrize("typing", ["styled", "typed"])
@pytest.mark.parametrize("name", texts.TREES)
def test_a_text_that_an_office_saves_is_read_as_it_was_checked_by_hand(
    saved: Path, name: str, typing: str, extension: str
) -> None:
    path = saved / f"{name}_{typing}.{extension}"

    reading = read_text(path.name, path.read_bytes())

    assert in_place(name, reading) >= LEAST_IN_PLACE
    said_of_pages = [line for line in said(reading) if "head or foot of the pages" in line]
    assert [line for line in said(reading) if line not in said_of_pages] == DOUBTS[name]
    assert all(paragraph.node is not None for paragraph in reading.paragraphs)
    assert all(bool(paragraph.page) == (extension == "pdf") for paragraph in reading.paragraphs)
    has_heads = extension == "pdf" and typing == "styled" and name != "relazione_numerata"
    assert bool(said_of_pages) == has_heads


@pytest.mark.parametrize("name", texts.TREES)
def test_a_text_in_markdown_is_read_as_it_was_checked_by_hand(name: str) -> None:
    reading = read_text(f"{name}.md", texts.markdown(name))

    assert in_place(name, reading) >= LEAST_IN_PLACE
    assert said(reading) == DOUBTS[name]


def test_the_code_is_read_from_a_table_as_it_was_checked_by_hand() -> None:
    reading = read_text("codice.csv", texts.table(texts.code()))

    assert in_place("codice", reading) >= LEAST_IN_PLACE
    assert said(reading) == []


def test_the_statute_is_read_from_the_folder_that_it_is_published_in() -> None:
    reading = read_folder(texts.SAMPLES / "statuto_napoli_rst")

    assert in_place("statuto", reading) >= LEAST_IN_PLACE
    # Three of its headings are typed with a blank before them, which the format takes for a quote.
    quoted = [
        line
        for name, number in (("capoIII", 107), ("capoIV", 55), ("capoIV", 185))
        for line in (
            f"{name}.rst, line {number}, is not as the format wants it: Block quote ends without "
            "a blank line; unexpected unindent.",
            "It reads as the head of an article, but other articles have a heading's style.",
        )
    ]
    names = ", ".join(f"{name}.rst" for name in texts.STATUTE)
    assert sorted(said(reading)) == sorted(
        [
            f"The folder has no index: its files were read in this order: {names}.",
            *quoted,
            *DOUBTS["statuto"],
        ]
    )


@pytest.mark.parametrize("extension", ["docx", "odt", "pdf"])
def test_the_words_of_the_code_are_those_of_its_official_file(saved: Path, extension: str) -> None:
    path = saved / f"codice_styled.{extension}"

    reading = read_text(path.name, path.read_bytes())

    words = Counter((n.heading, n.text) for root in texts.code() for n in root.walk())
    read = Counter((n.heading, n.text) for root in reading.tree for n in root.walk())
    assert sum((words & read).values()) >= LEAST_IN_PLACE * sum(words.values())


def test_every_paragraph_of_the_statute_leads_to_its_section(saved: Path) -> None:
    path = saved / "statuto_styled.odt"

    reading = read_text(path.name, path.read_bytes())

    nodes = [node for root in reading.tree for node in root.walk()]
    for paragraph in reading.paragraphs:
        assert paragraph.node is not None, paragraph.text
        node = nodes[paragraph.node]
        words = re.sub(r"^(Art\. \d+ ?- ?|CAPO \w+(?: - )?|\d+\. |[a-z]\) )", "", paragraph.text)
        assert " ".join(words.split()) in f"{node.heading} {node.text}", paragraph.text


def _written(path: Path, app: Flask) -> Iterable[str]:
    ptm(app, "plan", "import", str(path), "--document=NDA", f"--edition={path.stem}")
    dry = ptm(
        app, "plan", "import", str(path), "--document=NDA", f"--edition={path.stem}", "--dry-run"
    )
    return dry.output.splitlines()


def test_both_laws_are_taken_into_an_edition_whole(app: Flask, saved: Path) -> None:
    norms = factories.section("18").document
    for name in ("statuto", "codice"):
        path = saved / f"{name}_typed.pdf"
        reading = read_text(path.name, path.read_bytes())

        report = import_text(SYSTEM, norms, name, reading.tree, source="prova")

        assert report.sections == sum(1 for root in reading.tree for _node in root.walk())


def test_the_command_takes_a_folder_and_writes_it_once(app: Flask) -> None:
    lines = _written(texts.SAMPLES / "statuto_napoli_rst", app)

    assert "260 sections" in lines[0]
    assert "0 change, 0 are added, 0 are dropped" in "\n".join(lines)
