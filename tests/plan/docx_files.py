"""Word documents written by hand, as small as they can be; good ones and hostile ones."""

import io
import zipfile
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Override PartName="/word/document.xml" ContentType="{}"/></Types>'
)


def run(text: str, properties: str = "") -> str:
    lines = escape(text).split("\n")
    words = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"<w:r><w:rPr>{properties}</w:rPr>{words}</w:r>"


def paragraph(text: str = "", properties: str = "", *, inner: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text) if text else ''}{inner}</w:p>"


def heading(level: int, text: str) -> str:
    return paragraph(text, f'<w:pStyle w:val="Titolo{level}"/>')


def counted(level: int, text: str, *, list: int = 1) -> str:
    """A paragraph that Word numbers."""
    place = f'<w:ilvl w:val="{level}"/><w:numId w:val="{list}"/>'
    return paragraph(text, f"<w:numPr>{place}</w:numPr>")


def sign(font: str, place: str) -> str:
    """A sign as Word takes it from a font of signs."""
    return f'<w:r><w:sym w:font="{font}" w:char="{place}"/></w:r>'


def box(text: str) -> str:
    """A text box, written for newer programs and again for older ones."""
    held = f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"
    return (
        f"<w:r>{alternatives(f'<w:drawing>{held}</w:drawing>', f'<w:pict>{held}</w:pict>')}</w:r>"
    )


def alternatives(choice: str, fallback: str) -> str:
    return (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{choice}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>"
        "</mc:AlternateContent>"
    )


def controlled(content: str) -> str:
    """What stands in a content control."""
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(map(cell, cells))}</w:tr>"


def cell(*blocks: str) -> str:
    """A cell of blocks, or of one paragraph of plain words."""
    held = (block if block.startswith("<") else paragraph(block) for block in blocks)
    return f"<w:tc>{''.join(held)}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def part(name: str, content: str) -> str:
    return f'<?xml version="1.0"?><w:{name} xmlns:w="{W}">{content}</w:{name}>'


def styles() -> str:
    """Headings by their localised keys, one of them named by its outline level only."""
    named = "".join(
        f'<w:style w:type="paragraph" w:styleId="Titolo{n}"><w:name w:val="heading {n}"/></w:style>'
        for n in range(1, 6)
    )
    based = (
        '<w:style w:styleId="Nostro"><w:name w:val="Nostro"/><w:basedOn w:val="Titolo2"/></w:style>'
    )
    toc = '<w:style w:styleId="Sommario1"><w:name w:val="toc 1"/></w:style>'
    return part("styles", named + based + toc)


def level(at: int, format: str, text: str, start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{format}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(*levels: str, nums: str = "") -> str:
    """One list, of the given levels; other numbers of it may start again."""
    own = f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
    num = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    return part("numbering", own + num + nums)


def docx(*blocks: str, types: str = MAIN, **parts: str) -> bytes:
    """A document of these blocks, with other parts by their names."""
    written = {"[Content_Types].xml": _TYPES.format(types)}
    written["word/document.xml"] = part("document", f"<w:body>{''.join(blocks)}</w:body>")
    written["word/styles.xml"] = styles()
    written |= {f"word/{name}.xml": content for name, content in parts.items()}
    return zipped(written)


def zipped(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
