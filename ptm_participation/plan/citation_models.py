"""What each section cites, kept beside it so that it can be followed both ways."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.core.db import Model


class SectionCitation(Model):
    """Words of a section, from `start` to `stop`, and one thing that they cite.

    A provision of the plan, as it stands in the edition of the section that cites it; or an
    act outside; or neither, where the words do not say which, or nothing there has that
    number. «artt. 41-43» has a row for each. What is derived from texts is made again with
    them: nothing else points here.
    """

    __tablename__ = "section_citation"
    __table_args__ = (
        sa.CheckConstraint("start >= 0 AND start < stop", name="span"),
        sa.CheckConstraint(
            "cited_provision_id IS NULL OR (act_iri = '' AND NOT doubtful)", name="one_target"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    section_version_id: Mapped[int] = mapped_column(sa.ForeignKey("section_version.id"), index=True)
    start: Mapped[int]
    stop: Mapped[int]
    place: Mapped[str] = mapped_column(sa.String(120), default="")
    cited_provision_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("provision.id"), index=True
    )
    act_iri: Mapped[str] = mapped_column(sa.String(200), default="")
    act_label: Mapped[str] = mapped_column(sa.String(200), default="")
    act_address: Mapped[str] = mapped_column(sa.String(300), default="")
    doubtful: Mapped[bool] = mapped_column(default=False)
