"""The office brings in a text: it chooses a file, compares, confirms."""

import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.core import clock, storage
from ptm_participation.core.audit import SYSTEM, AuditEntry
from ptm_participation.core.db import db
from ptm_participation.core.storage import StoredFile, files
from ptm_participation.plan.models import Document, Edition, EditionState, SectionVersion
from ptm_participation.worker import work
from tests import factories
from tests.commands import ptm
from tests.pages import Browser, Page
from tests.plan.docx_files import docx, paragraph

NORMS = docx(
    paragraph("CAPO I - PRINCIPI"),
    paragraph("Art. 1 - Finalità"),
    paragraph("1. Il piano tutela il suolo."),
    paragraph("2. Il piano si attua:"),
    paragraph("a) con intese;"),
    paragraph("c) con accordi."),
    paragraph("Art. 2 - Rete verde"),
    paragraph("1. La rete verde connette i parchi."),
)


def choose(browser: Browser, data: bytes, *, name: str = "nda.docx", edition: str = "bozza") -> Page:
    page = browser.open("/ufficio/piano/importa")
    return page.submit(
        document="NDA",
        edition=edition,
        source="Delibera 12/2021",
        file=(io.BytesIO(data), name),
    )


def texts(edition: str) -> list[str]:
    """The sections that an edition holds, as they are cited."""
    rows = db.session.scalars(
        sa.select(SectionVersion.citation)
        .join(Edition)
        .join(Document)
        .where(Edition.label == edition, Document.code == "NDA")
        .order_by(SectionVersion.position)
    )
    return list(rows)


def test_the_tree_is_shown_beside_the_source_and_written_when_confirmed(
    app: Flask, as_staff: Browser
) -> None:
    page = choose(as_staff, NORMS)

    assert page.heading == "Confronta e conferma"
    assert page.items(".ptm-doubts li") == [
        "Paragrafo 6 del file La lettera c) viene dopo la a): ne manca una? «c) con accordi.»"
    ]
    assert page.items(".pair .src p")[4] == "a) con intese;"
    assert page.items(".pair:nth-of-type(5) .read li") == ["lett. a) (paragrafo 5) con intese;"]
    assert page.items(".ptm-counts div") == ["Capo 1", "Articolo 2", "Comma 3", "Lettera 2"]
    assert texts("bozza") == []
    done = page.press("Scrivi il testo nell")
    assert "edizione bozza: scritte 8 sezioni" in done.text
    assert texts("bozza")[2:4] == ["art. 1, comma 1", "art. 1, comma 2"]
    assert done.follow("Norme").status == 200
    source = db.session.scalars(sa.select(SectionVersion.source).join(Edition).filter_by(label="bozza"))
    assert set(source) == {"Delibera 12/2021"}
