"""PDFs: paragraphs are made of printed lines; what is no text is named by its page."""

import io
from collections import Counter
from typing import Any

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.core.errors import DomainError
from ptm_participation.core.uploads import Damaged, Disguised, Protected
from ptm_participation.plan import apart, pdf
from ptm_participation.plan.pdf import PdfStopped, Scanned, TooLongPdf, read_pdf
from ptm_participation.plan.reading import Reading
from tests.core.test_uploads import _encrypted_pdf
from tests.plan.texts import outline

RIGHT = 500.0


def line(text: str, base: float, *, left: float = 60, right: float = 0, size: float = 11) -> Any:
    """A printed line; it ends at the right margin unless it is told where."""
    width = right or min(RIGHT, left + 5.5 * len(text))
    place = {"left": left, "right": width, "base": base, "bottom": base, "top": base + size}
    return {"text": text, "size": size, "heavy": False, **place}


def page(*texts: str, **more: Any) -> dict[str, Any]:
    """A page of lines one under the other; those that end with «¶» end before the margin."""
    lines = [
        line(text.rstrip("¶"), 700 - 14 * n, right=0 if text.endswith("¶") else RIGHT)
        for n, text in enumerate(texts)
    ]
    return {"width": 595, "height": 842, "images": False, "lines": lines, **more}


def read(monkeypatch: pytest.MonkeyPatch, *pages: dict[str, Any]) -> Reading:
    monkeypatch.setattr(pdf, "run", lambda _program, _data: {"pages": list(pages)})
    return read_pdf(b"%PDF-", "nda.pdf")


def said(reading: Reading) -> list[str]:
    return [f"{reading.place_of(doubt)}: {doubt}" for doubt in reading.doubts]


def test_lines_are_joined_and_words_that_were_parted_are_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = read(
        monkeypatch,
        page(
            "Art. 3-bis - Rete verde¶",
            "1. La rete verde connette i parchi regio\u00ad",
            "nali e le aree agricole di cui all'art.",
            "5 della legge, secondo il decreto-",
            "legge 5, e il decreto-legge 6.¶",
            "2. La compensa\u00ad",
            "zione è dovuta.¶",
        ),
        page("Le opere sono escluse.¶"),
    )

    assert [p.text for p in reading.paragraphs] == [
        "Art. 3-bis - Rete verde",
        "1. La rete verde connette i parchi regionali e le aree agricole di cui all'art. 5 della "
        "legge, secondo il decreto-legge 5, e il decreto-legge 6.",
        "2. La compensazione è dovuta.",
        "Le opere sono escluse.",
    ]
    assert [p.page for p in reading.paragraphs] == [1, 1, 1, 2]
    assert said(reading) == []


def test_a_word_of_which_it_is_not_known_how_it_is_written_is_a_doubt_on_its_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = read(
        monkeypatch,
        page("Art. 1¶", "Il quadro tecnico e economico del piano tecnico-", "economico vale.¶"),
    )

    assert said(reading) == [
        "page 1, paragraph 2: «tecnico-economico» was parted at the end of a line: is its hyphen "
        "part of the word?"
    ]


def test_heads_feet_and_numbers_of_pages_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def printed(number: int, *texts: str) -> dict[str, Any]:
        found = page(*texts)
        head, foot = line("Norme di attuazione - bozza 3", 800), line(f"- {number} -", 30)
        return {**found, "lines": [head, *found["lines"], foot]}

    reading = read(
        monkeypatch,
        printed(1, "Art. 1¶", "1. Vale per tutti i Comuni della"),
        printed(2, "Città metropolitana.¶", "2. Vale da oggi.¶"),
        printed(3, "Art. 2¶", "1. Si applica.¶"),
    )

    assert list(outline(reading.tree)) == [
        "article 1",
        "  comma 1 | Vale per tutti i Comuni della Città metropolitana.",
        "  comma 2 | Vale da oggi.",
        "article 2",
        "  comma 1 | Si applica.",
    ]
    assert said(reading) == [
        "page 1, paragraph 1: 6 lines at the head or foot of the pages are left out, such as "
        "«Norme di attuazione - bozza 3» (page 1)."
    ]


def test_small_print_at_the_foot_of_a_page_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    found = page(
        "Art. 1¶", "1. Vale la legge regionale che regola il governo del terri\u00ad", "torio.¶"
    )
    notes = [line("1 Legge regionale 12/2005,", 100, size=8), line("articolo 17.", 90, size=8)]

    reading = read(monkeypatch, {**found, "lines": found["lines"] + notes})

    assert list(outline(reading.tree))[-1] == "  note 1 | Legge regionale 12/2005, articolo 17."
    assert said(reading) == [
        "page 1, paragraph 2: It has a footnote, which is kept as a note of its section."
    ]


def test_a_page_that_is_an_image_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    image = {"width": 595, "height": 842, "images": True, "lines": []}

    reading = read(monkeypatch, page("Art. 1¶", "1. Vale in tutti i Comuni della Città."), image)

    assert said(reading) == [
        "page 1, paragraph 2: Page 2 is an image or cannot be read: its words are left out."
    ]


def _blank_pdf() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "error", "sentence"),
    [
        (_blank_pdf(), Scanned, "page 1 and all the others are images"),
        (_encrypted_pdf(), Protected, "protected by a password"),
        (b"%PDF-1.7 and nothing more", Damaged, "seems damaged"),
        (b"PK\x03\x04", Disguised, "contains something else"),
    ],
)
def test_a_pdf_without_text_is_refused_with_a_sentence(
    data: bytes, error: type[DomainError], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        read_pdf(data, "nda.pdf")

    assert sentence in str(refused.value)


def test_a_pdf_that_takes_too_long_or_too_much_holds_no_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0)
    with pytest.raises(PdfStopped):
        read_pdf(_blank_pdf(), "nda.pdf")

    monkeypatch.setattr(pdf, "run", lambda _program, _data: {"error": "large"})
    with pytest.raises(TooLongPdf):
        read_pdf(b"%PDF-", "nda.pdf")


PLACES = st.floats(0, 600)
LINES = st.builds(
    lambda text, base, left, right, size: line(text, base, left=left, right=right, size=size),
    st.text("Art. 1ab-)\u00ad", min_size=1, max_size=20).filter(str.strip),
    *(PLACES, PLACES, PLACES),
    st.sampled_from([8.0, 11.0, 14.0]),
)


@given(st.lists(st.lists(LINES, max_size=8), min_size=1, max_size=5))
def test_wherever_lines_stand_none_is_lost_without_a_word(found: list[list[Any]]) -> None:
    pages = pdf.pages_of([{"height": 842, "images": False, "lines": lines} for lines in found])
    if not pages.lines:
        return

    reader = pdf._Reader(pages)
    reader.read()

    words = (text for p in reader.paragraphs for text in (p.text, *(n[1] for n in p.notes)))
    kept, wanted = (
        Counter(sign for text in texts for sign in text if sign.isalnum())
        for texts in (words, (printed.text for printed in pages.lines))
    )
    assert not wanted - kept
