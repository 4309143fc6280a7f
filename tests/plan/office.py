"""Documents saved by LibreOffice, from flat ones that a test writes."""

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
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles>
%s
</office:styles>
%s
<office:body><office:text>
"""
_HEADING_STYLES = "\n".join(
    f'<style:style style:name="Heading_20_{n}" style:display-name="Heading {n}"'
    f' style:family="paragraph" style:default-outline-level="{n}"/>'
    for n in range(1, 7)
)
# A page with a head and a foot: what runs, and the number of the page.
_RUNNING = """<office:automatic-styles>
<style:page-layout style:name="P"><style:page-layout-properties fo:page-width="21cm"
 fo:page-height="29.7cm" fo:margin="2cm"/>
<style:header-style><style:header-footer-properties fo:min-height="1cm" fo:margin-bottom="0.5cm"/>
</style:header-style>
<style:footer-style><style:header-footer-properties fo:min-height="1cm" fo:margin-top="0.5cm"/>
</style:footer-style></style:page-layout>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="P">
<style:header><text:p>%s</text:p></style:header>
<style:footer><text:p>Pag. <text:page-number/></text:p></style:footer>
</style:master-page></office:master-styles>
"""
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


def flat_odt(lines: Iterable[Line], *, styled: bool, running: str = "") -> str:
    """The lines as a text document, with heading styles or all alike."""
    written = [_HEAD % (_HEADING_STYLES, _RUNNING % running if running else "")]
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


def save_all(folder: Path, documents: dict[str, str]) -> None:
    """Have LibreOffice save flat documents as Word ones, as ODT and as PDF, by their names."""
    assert SOFFICE is not None
    for name, flat in documents.items():
        (folder / f"{name}.fodt").write_text(flat, encoding="utf-8")
    sources = [str(path) for path in folder.glob("*.fodt")]
    profile = (folder / "profile").as_uri()
    for wanted in ("docx:MS Word 2007 XML", "odt", "pdf"):
        subprocess.run(
            [
                *(SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--norestore"),
                *("--convert-to", wanted, "--outdir", str(folder), *sources),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
