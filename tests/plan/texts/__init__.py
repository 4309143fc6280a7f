"""The texts that are read in every format: two laws, and two plans in another style of drafting.

The tree of each was checked by hand, section by section, against the text: a comma or a letter
is shown by its first and last words, so that one that is parted in the wrong place shows.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ptm_participation.plan.akn import read_akoma_ntoso
from ptm_participation.plan.kinds import SectionKind, citation
from ptm_participation.plan.tree import Node
from tests.plan import office

HERE = Path(__file__).parent
SAMPLES = HERE.parents[2].parent / "shared" / "domain" / "samples"
STATUTE = ("preambolo", "capoI", "capoII", "capoIII", "capoIV", "capoV", "capoVI")
TREES = {
    "codice": HERE.parent / "cad_tree.txt",
    "statuto": HERE.parent / "statuto_tree.txt",
    "nda_capitali": HERE / "nda_capitali_tree.txt",
    "relazione_numerata": HERE / "relazione_numerata_tree.txt",
}


def checked_tree(name: str) -> list[str]:
    """The outline that was checked by hand."""
    return TREES[name].read_text(encoding="utf-8").splitlines()


def outline(nodes: Iterable[Node], depth: int = 0) -> Iterator[str]:
    """A line for each section: its kind and number, its heading, its first and last words."""
    for node in nodes:
        words = node.text.split()
        if len(words) > 9:
            words = [*words[:5], "…", *words[-3:]]
        label = f"{node.kind} {node.number}".strip()
        yield "  " * depth + " | ".join(filter(None, [label, node.heading, " ".join(words)]))
        yield from outline(node.children, depth + 1)


def code() -> tuple[Node, ...]:
    """The Codice dell'amministrazione digitale, from its official file."""
    return read_akoma_ntoso((SAMPLES / "cad_dlgs82_2005_akn.xml").read_bytes())


def statute_files() -> dict[str, bytes]:
    """The statute of the Città metropolitana di Napoli, as it is published."""
    folder = SAMPLES / "statuto_napoli_rst"
    return {path.name: path.read_bytes() for path in folder.glob("*.rst")}


def statute_lines() -> list[office.Line]:
    """The statute, read line by line."""
    lines: list[office.Line] = []
    for name in STATUTE:
        source = statute_files()[f"{name}.rst"].decode("utf-8")
        texts = [line.strip() for line in source.splitlines()]
        for text, below in zip(texts, [*texts[1:], ""], strict=True):
            if text and not re.fullmatch(r"[-=~]{4,}", text):
                underlined = re.fullmatch(r"[-=~]{4,}", below) is not None
                level = (2 if text.startswith("Art") else 1) if underlined else 0
                lines.append(office.Line(text, level))
    return lines


def written_lines(name: str) -> list[office.Line]:
    """A text of ours; what would be styled as a heading has its level."""
    lines = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [office.Line(line, _level(line)) for line in lines]


def _level(line: str) -> int:
    if number := re.match(r"(\d(?:\.\d+)*) [A-Z]", line):
        return number.group(1).count(".") + 1
    return next((n for n, w in enumerate(("TIT.", "CAPO", "ARTICOLO"), 1) if line.startswith(w)), 0)


def lines_of(name: str) -> list[office.Line]:
    if name == "codice":
        return list(office.lines_of(code()))
    return statute_lines() if name == "statuto" else written_lines(name)


def flat_documents() -> dict[str, str]:
    """Each text as a flat document, with heading styles and heads and feet, and all alike."""
    documents = {}
    for name in TREES:
        lines = lines_of(name)
        running = "" if name == "relazione_numerata" else "Testo in bozza"  # which fills one page
        documents[f"{name}_styled"] = office.flat_odt(lines, styled=True, running=running)
        documents[f"{name}_typed"] = office.flat_odt(lines, styled=False)
    return documents


def markdown(name: str) -> bytes:
    """A text as somebody types it in Markdown."""
    written = (f"{'#' * line.level} {line.text}".strip() + "\n" for line in lines_of(name))
    return "\n".join(line.replace("\n", "  \n", line.count("\n") - 1) for line in written).encode()


def table(nodes: Iterable[Node]) -> bytes:
    """A tree as rows of a code, a heading and a text."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerows([["codice", "rubrica", "testo"], *_rows(nodes)])
    return buffer.getvalue().encode()


def _rows(nodes: Iterable[Node], path: tuple[str, ...] = ()) -> Iterator[list[str]]:
    numbered = (SectionKind.ARTICLE, SectionKind.COMMA, SectionKind.LETTER, SectionKind.NOTE)
    for node in nodes:
        own: tuple[str, ...] = ()
        code = citation(node.kind, node.number) or node.heading
        if node.kind in numbered:
            own = (*path, node.number)
            note = "nota " if node.kind is SectionKind.NOTE else ""
            code = ".".join((*path, note + node.number))
        heading = "" if code == node.heading else node.heading
        yield [code, heading, node.text]
        yield from _rows(node.children, own)
