"""Lines that are written to keep a server busy: each is read in one pass, or refused."""

import random

import pytest

from ptm_participation.plan.docx import read_docx
from ptm_participation.plan.paragraphs import MOST_PARAGRAPHS, TooManyParagraphs
from tests.plan.docx_files import docx, heading, paragraph


def _noise(size: int) -> str:
    """Words that do not pack well: without them a file is refused for packing too well."""
    return "".join(random.Random(1).choices("abcdefghilmnopqrstuvz ", k=size))


SIGNS = [*".…(-1Ia«, \t\u00a0\u0301"]
RUNS = ["((", "( )) ", "))) ", "1.", "1. ", "a) ", " bis", "-bis", "art. 1 ", "Capo I ", " ;"]


@pytest.mark.parametrize("filling", [*SIGNS, *RUNS])
def test_lines_of_two_hundred_thousand_signs_are_read(filling: str) -> None:
    """Each sign is looked at once; for each two of them, it would take hours."""
    starts = ("", "3", "a", "Art. 5", "Capo I", "ALLEGATO", "AGGIORNAMENTO (", "Art. 5 ( ( ((")
    lines = [start + filling * (200_000 // len(filling)) for start in starts]
    document = docx(
        *(paragraph("Art. 1"), paragraph("Vale.")),
        *(block for line in lines for block in (paragraph(line + "x"), heading(2, line + "1"))),
        x=_noise(90_000),
    )

    reading = read_docx(document, "prova.docx")

    assert reading.tree[0].text.startswith("Vale.")


def test_lines_are_counted_as_paragraphs_are() -> None:
    lines = paragraph("a\n" * MOST_PARAGRAPHS)
    document = docx(paragraph("Art. 1"), lines, x=_noise(20_000))

    with pytest.raises(TooManyParagraphs):
        read_docx(document, "prova.docx")
