"""A consultation and who attended it."""

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.core.db import Model, one_of
from ptm_participation.core.storage import StoredFile
from ptm_participation.plan.models import Anchor
from ptm_participation.procedure.models import Procedure, StepKind
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.territory.models import Municipality, Zone


class ConsultationKind(enum.StrEnum):
    MEETING = "meeting"
    TABLE = "table"
    FORUM = "forum"
    HEARING = "hearing"
    CONFERENCE = "conference"
    WRITTEN = "written"

    @property
    def label(self) -> Any:
        return {
            ConsultationKind.MEETING: _l("Meeting"),
            ConsultationKind.TABLE: _l("Round table"),
            ConsultationKind.FORUM: _l("Forum"),
            ConsultationKind.HEARING: _l("Hearing"),
            ConsultationKind.CONFERENCE: _l("Assessment conference"),
            ConsultationKind.WRITTEN: _l("Written consultation"),
        }[self]


class AttendanceRole(enum.StrEnum):
    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"

    @property
    def label(self) -> Any:
        return {
            AttendanceRole.PRESENT: _l("Present"),
            AttendanceRole.EXCUSED: _l("Excused"),
            AttendanceRole.ABSENT: _l("Absent"),
        }[self]


class Consultation(Model):
    """One occasion on which stakeholders were heard. Times are instants; minutes may follow."""

    __tablename__ = "consultation"
    __table_args__ = (
        sa.CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="order"),
        sa.Index("ix_consultation_procedure_starts", "procedure_id", "starts_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"))
    kind: Mapped[ConsultationKind] = mapped_column(one_of(ConsultationKind, "kind"))
    phase: Mapped[StepKind] = mapped_column(one_of(StepKind, "phase"))
    title: Mapped[str] = mapped_column(sa.String(200))
    starts_at: Mapped[dt.datetime]
    # The hour is not always known for a meeting of long ago.
    hour_known: Mapped[bool] = mapped_column(default=True)
    ends_at: Mapped[dt.datetime | None]
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"))
    zone_id: Mapped[int | None] = mapped_column(sa.ForeignKey("zone.id"))
    agenda: Mapped[str] = mapped_column(sa.Text, default="")
    minutes: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)

    procedure: Mapped[Procedure] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
    zone: Mapped[Zone | None] = relationship()
    attendances: Mapped[list["Attendance"]] = relationship(
        back_populates="consultation", order_by="Attendance.id"
    )
    anchors: Mapped[list[Anchor]] = relationship(
        secondary="consultation_anchor", order_by="Anchor.id"
    )


class Attendance(Model):
    """A stakeholder at a consultation, and who spoke for it."""

    __tablename__ = "attendance"
    __table_args__ = (sa.UniqueConstraint("consultation_id", "stakeholder_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    stakeholder_id: Mapped[int] = mapped_column(sa.ForeignKey("stakeholder.id"), index=True)
    role: Mapped[AttendanceRole] = mapped_column(
        one_of(AttendanceRole, "role"), default=AttendanceRole.PRESENT
    )
    represented_by: Mapped[str] = mapped_column(sa.String(120), default="")

    consultation: Mapped[Consultation] = relationship(back_populates="attendances")
    stakeholder: Mapped[Stakeholder] = relationship()


class ConsultationAnchor(Model):
    """A section that was discussed."""

    __tablename__ = "consultation_anchor"

    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"), primary_key=True)
    anchor_id: Mapped[int] = mapped_column(sa.ForeignKey("anchor.id"), primary_key=True, index=True)


class ConsultationFile(Model):
    """A file of the consultation: signed minutes, slides, the attendance sheet."""

    __tablename__ = "consultation_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"), index=True)
    file_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))

    file: Mapped[StoredFile] = relationship()
