"""OpenDocument texts written by hand, as small as they can be; good ones and hostile ones."""

from tests.plan.docx_files import zipped

MIMETYPE = "application/vnd.oasis.opendocument.text"
_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("style", "style"),
        ("table", "table"),
        ("draw", "drawing"),
        ("script", "script"),
    )
)
LISTS = (
    '<text:list-style style:name="L">'
    '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/>'
    "</text:list-style>"
    '<text:list-style style:name="A">'
    '<text:list-level-style-number text:level="1" style:num-format="1" style:num-prefix="Art. "/>'
    "</text:list-style>"
)
HIDDEN = (
    '<style:style style:name="H" style:family="text">'
    '<style:text-properties text:display="none"/></style:style>'
)
TRACKED = (
    '<text:tracked-changes><text:changed-region text:id="i"><text:insertion/></text:changed-region>'
    '<text:changed-region text:id="d"><text:deletion><text:p>via</text:p></text:deletion>'
    "</text:changed-region></text:tracked-changes>"
)


def p(words: str) -> str:
    return f"<text:p>{words}</text:p>"


def h(level: int, words: str) -> str:
    return f'<text:h text:outline-level="{level}">{words}</text:h>'


def items(*words: str, style: str = "L", more: str = "") -> str:
    """A list; `more` is what continues another, or names this one."""
    inner = "".join(
        f"<text:list-item>{w if w.startswith('<') else p(w)}</text:list-item>" for w in words
    )
    return f'<text:list text:style-name="{style}" {more}>{inner}</text:list>'


def row(*cells: str) -> str:
    inner = "".join(f"<table:table-cell>{p(cell)}</table:table-cell>" for cell in cells)
    return f"<table:table-row>{inner}</table:table-row>"


def odt(*blocks: str, styles: str = "", scripts: str = "", **members: str) -> bytes:
    """A document of these blocks, with other members by their names."""
    content = (
        f'<?xml version="1.0"?><office:document-content {_NAMES}>{scripts}'
        f"<office:automatic-styles>{LISTS}{HIDDEN}{styles}</office:automatic-styles>"
        f"<office:body><office:text>{''.join(blocks)}</office:text></office:body>"
        "</office:document-content>"
    )
    return zipped({"mimetype": MIMETYPE, "content.xml": content, **members})
