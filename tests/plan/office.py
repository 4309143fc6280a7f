"""Word documents made by LibreOffice, from a flat ODT that a test writes."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.tree import Node

SOFFICE = shutil.which("soffice")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles>
%s
</office:styles>
<office:body><office:text>
"""
_HEADING_STYLES = "\n".join(
    f'<style:style style:name="Heading_20_{n}" style:display-name="Heading {n}"'
    f' style:family="paragraph" style:default-outline-level="{n}"/>'
    for n in range(1, 7)
)
_TAIL = "</office:text></office:body></office:document>\n"
NAMES = {
    SectionKind.PART: "PARTE",
    SectionKind.TITLE: "TITOLO",
    SectionKind.CHAPTER: "CAPO",
    SectionKind.SECTION: "Sezione",
}


@dataclass(frozen=True)
class Line:
    """A paragraph to write; `level` is that of a heading, from 1, or 0 for plain text."""

    text: str
    level: int = 0


def lines_of(nodes: Iterable[Node], depth: int = 1) -> Iterator[Line]:
    """A tree as it is typed: «Art. 1», its heading on the line below, «1. …», «a) …»."""
    for node in nodes:
        yield from _lines(node, depth)
        yield from lines_of(node.children, depth + 1)


def _lines(node: Node, depth: int) -> Iterator[Line]:
    text = node.text.split("\n") if node.text else []
    if node.kind is SectionKind.COMMA:
        first, *text = text or [""]
        yield Line(f"{node.number}. {first}")
    elif node.kind is SectionKind.LETTER:
        first, *text = text or [""]
        yield Line(f"{node.number}) {first}")
    elif node.kind is SectionKind.NOTE:
        yield Line(f"{node.heading} ({node.number})")
    elif node.kind is SectionKind.ARTICLE:
        yield Line(f"Art. {node.number}.", depth)
        if node.heading:
            yield Line(node.heading, depth)
    elif node.kind in NAMES:
        yield Line(f"{NAMES[node.kind]} {node.number} - {node.heading}".strip(" -"), depth)
    else:
        yield Line(node.heading, depth)
    yield from (Line(line) for line in text)


def flat_odt(lines: Iterable[Line], *, styled: bool) -> str:
    """The lines as a text document, with heading styles or all alike."""
    written = [_HEAD % _HEADING_STYLES]
    for line in lines:
        text = escape(line.text).replace("\n", "<text:line-break/>")
        if styled and line.level:
            written.append(
                f'<text:h text:style-name="Heading_20_{line.level}"'
                f' text:outline-level="{line.level}">{text}</text:h>\n'
            )
        else:
            written.append(f"<text:p>{text}</text:p>\n")
    return "".join([*written, _TAIL])


def to_docx(folder: Path, name: str, flat: str) -> bytes:
    """Have LibreOffice save a flat document as a Word one."""
    assert SOFFICE is not None
    source = folder / f"{name}.fodt"
    source.write_text(flat, encoding="utf-8")
    profile = (folder / "profile").as_uri()
    subprocess.run(
        [
            *(SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--norestore"),
            *("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder), str(source)),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return (folder / f"{name}.docx").read_bytes()
