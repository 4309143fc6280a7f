"""Reads a plan's norms from a Word document."""

from ptm_participation.plan.docx_paragraphs import paragraphs_of
from ptm_participation.plan.docx_parts import open_docx
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.structure import structured


def read_docx(data: bytes, name: str) -> Reading:
    """Read a Word document. Raises FileRefused or UnreadableText, with a class for each reason."""
    return structured(*paragraphs_of(open_docx(data, name)))
