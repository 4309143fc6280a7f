"""The sections of the edition under observation, each with what speaks of it."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask_babel import gettext as _

from ptm_participation.core.db import db
from ptm_participation.plan.models import Document, ProvisionTheme, SectionVersion, Theme
from ptm_participation.reporting import queries
from ptm_participation.reporting.exports import Column, Kind
from ptm_participation.reporting.exports.sheet import Row
from ptm_participation.reporting.sheets.content import Content, Wanted


def make(wanted: Wanted) -> Content:
    lines = {line.arguments["articolo"]: line for line in queries.by_section(wanted.tally).lines}
    themes: dict[int, list[str]] = {}
    for provision_id, name in db.session.execute(
        sa.select(ProvisionTheme.provision_id, Theme.name)
        .join(Theme, Theme.id == ProvisionTheme.theme_id)
        .order_by(Theme.position)
    ):
        themes.setdefault(provision_id, []).append(name)
    sections = db.session.execute(
        sa.select(
            SectionVersion.provision_id,
            Document.title,
            SectionVersion.citation,
            SectionVersion.heading,
            SectionVersion.verification,
        )
        .join(Document, Document.id == SectionVersion.document_id)
        .where(
            SectionVersion.edition_id == wanted.procedure.edition_id,
            SectionVersion.unit_id == SectionVersion.id,
        )
        .order_by(Document.position, SectionVersion.position)
    ).all()
    columns = [
        Column("document", _("Document")),
        Column("section", _("Section")),
        Column("heading", _("Heading"), width=48),
        Column("verification", _("Checked against the source")),
        Column("themes", _("Themes"), width=36),
        Column("observations", _("Observations"), Kind.NUMBER),
        Column("in_time", _("In time"), Kind.NUMBER),
        Column("late", _("Late ones"), Kind.NUMBER),
        Column("consultations", _("Consultations"), Kind.NUMBER),
    ]

    def rows() -> Iterator[Row]:
        for provision_id, document, citation, heading, verification in sections:
            line = lines.get(str(provision_id))
            yield (
                document,
                citation,
                heading,
                str(verification.label),
                "; ".join(themes.get(provision_id, [])),
                line.total if line else 0,
                line.in_time if line else 0,
                line.late if line else 0,
                line.consultations if line else 0,
            )

    return Content(columns, rows(), len(sections))
