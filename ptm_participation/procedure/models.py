"""A procedure, its calendar, its windows and its registers."""

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from ptm_participation.core.db import Json, Model, one_of
from ptm_participation.core.reference import Sourced
from ptm_participation.plan.models import Edition, Plan


class IdentityLevel(enum.StrEnum):
    """How the author of a submission was identified.

    Source: D.Lgs. 82/2005 (CAD) art. 65 c. 1; DPR 445/2000 art. 38.
    """

    NONE = "none"
    ACCOUNT = "account"
    SIGNED_FILE = "signed-file"
    SIGNATURE_AND_DOCUMENT = "signature-and-document"
    SPID_CIE = "spid-cie"
    PEC = "pec"
    COUNTER = "counter"

    @property
    def label(self) -> Any:
        return {
            IdentityLevel.NONE: _l("Not identified"),
            IdentityLevel.ACCOUNT: _l("Account of this service"),
            IdentityLevel.SIGNED_FILE: _l("Digitally signed file"),
            IdentityLevel.SIGNATURE_AND_DOCUMENT: _l("Signature with identity document"),
            IdentityLevel.SPID_CIE: _l("SPID or CIE"),
            IdentityLevel.PEC: _l("Own certified mail (PEC)"),
            IdentityLevel.COUNTER: _l("Identified at the counter"),
        }[self]


class RegisterKind(enum.StrEnum):
    PLAN = "plan"
    VAS = "vas"

    @property
    def label(self) -> Any:
        return {
            RegisterKind.PLAN: _l("Observations on the plan"),
            RegisterKind.VAS: _l("Observations on the environmental assessment (VAS)"),
        }[self]


class Audience(enum.StrEnum):
    """Whom a window is for."""

    EVERYONE = "everyone"
    MUNICIPALITIES = "municipalities"
    ENVIRONMENTAL_AUTHORITIES = "environmental-authorities"

    @property
    def label(self) -> Any:
        return {
            Audience.EVERYONE: _l("Anyone with an interest"),
            Audience.MUNICIPALITIES: _l("Comuni"),
            Audience.ENVIRONMENTAL_AUTHORITIES: _l("Environmental authorities consulted"),
        }[self]


class Procedure(Sourced, Model):
    """The making of one plan, from its start to its effect."""

    __tablename__ = "procedure"
    __table_args__ = (
        sa.CheckConstraint("(late_examined IS NULL) = (late_act = '')", name="late_by_act"),
        sa.CheckConstraint("position >= 1", name="position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    # The pattern that it was opened from; empty for one that was not.
    pattern: Mapped[str] = mapped_column(sa.String(40), default="")
    # Its place among the others, from 1 on: the first leads, and is what pages speak of.
    position: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.String(200))
    case_file: Mapped[str] = mapped_column(sa.String(80), default="")
    office: Mapped[str] = mapped_column(sa.String(200), default="")
    office_address: Mapped[str] = mapped_column(sa.String(200), default="")
    office_pec: Mapped[str] = mapped_column(sa.String(200), default="")
    # The edition that people observe on now, and read first.
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    # The identity levels that suffice; any other is taken and marked «da regolarizzare».
    sufficient_levels: Mapped[list[str]] = mapped_column(Json)
    levels_source: Mapped[str] = mapped_column(sa.String(300), default="")
    # Feast days of the place, one a line («07-12 Sant’Ambrogio»), on which no term ends.
    local_feasts: Mapped[str] = mapped_column(sa.Text, default="")
    # Whether late observations are examined all the same, once an act has said so.
    late_examined: Mapped[bool | None]
    late_act: Mapped[str] = mapped_column(sa.String(200), default="")

    # Whether anything of it has a day; known of those that `list_procedures` found.
    begun: Mapped[bool | None] = query_expression()

    plan: Mapped[Plan] = relationship()
    edition: Mapped[Edition] = relationship()
    steps: Mapped[list["Step"]] = relationship(back_populates="procedure", order_by="Step.position")
    windows: Mapped[list["Window"]] = relationship(
        back_populates="procedure", order_by="Window.opens_at"
    )

    @property
    def is_public(self) -> bool:
        """Whether it leads, or anything of it has a day: until then the office prepares it."""
        return self.leads or bool(self.begun)

    @property
    def stream(self) -> str:
        """The audit stream of everything that belongs to this procedure."""
        return f"procedure/{self.code}"

    @property
    def leads(self) -> bool:
        """Whether it is the one that pages speak of where none is named."""
        return self.position == 1

    def suffices(self, level: IdentityLevel) -> bool:
        return level.value in self.sufficient_levels


class StepKind(enum.StrEnum):
    """The stages that a reader is shown; several dated steps may belong to one."""

    START = "start"
    LISTENING = "listening"
    ADOPTION = "adoption"
    OBSERVATIONS = "observations"
    REPLIES = "replies"
    APPROVAL = "approval"
    EFFECT = "effect"

    @property
    def label(self) -> Any:
        return {
            StepKind.START: _l("Start"),
            StepKind.LISTENING: _l("Listening to the territories"),
            StepKind.ADOPTION: _l("Adoption"),
            StepKind.OBSERVATIONS: _l("Observations"),
            StepKind.REPLIES: _l("Counter-deductions"),
            StepKind.APPROVAL: _l("Approval"),
            StepKind.EFFECT: _l("Entry into effect"),
        }[self]


class Step(Sourced, Model):
    """A fact of the procedure's calendar; without a day for as long as it is to come.

    `when` is what is printed («autunno 2019»); the days place it in time, and are the first
    and last that the source allows. `counts_from` is the code of the step whose day is the
    notice from which `term_days` are counted.
    """

    __tablename__ = "step"
    __table_args__ = (
        sa.UniqueConstraint("procedure_id", "code"),
        sa.CheckConstraint(
            "ends_on IS NULL OR (starts_on IS NOT NULL AND ends_on >= starts_on)", name="order"
        ),
        sa.CheckConstraint("term_days BETWEEN 1 AND 3650", name="term_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"))
    code: Mapped[str] = mapped_column(sa.String(60))
    stage: Mapped[StepKind] = mapped_column(one_of(StepKind, "stage"))
    title: Mapped[str] = mapped_column(sa.String(200))
    when: Mapped[str] = mapped_column(sa.String(80), default="")
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    act: Mapped[str] = mapped_column(sa.String(200), default="")
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    # Who acts, on what legal ground, and in how many days where the law gives a term.
    actor: Mapped[str] = mapped_column(sa.String(200), default="")
    ground: Mapped[str] = mapped_column(sa.String(200), default="")
    term_days: Mapped[int | None]
    counts_from: Mapped[str] = mapped_column(sa.String(60), default="")
    position: Mapped[int]

    procedure: Mapped[Procedure] = relationship(back_populates="steps")

    @property
    def last_day(self) -> dt.date | None:
        """The last day of those that it took; None while it is to come."""
        return self.ends_on or self.starts_on


class Register(Model):
    """A register of observations: its numbers have no gaps and go on over the years."""

    __tablename__ = "register"
    __table_args__ = (
        sa.UniqueConstraint("procedure_id", "kind"),
        sa.CheckConstraint("next_number >= 1", name="next_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"))
    kind: Mapped[RegisterKind] = mapped_column(one_of(RegisterKind, "kind"))
    slug: Mapped[str] = mapped_column(sa.String(40), unique=True)
    next_number: Mapped[int] = mapped_column(default=1)

    procedure: Mapped[Procedure] = relationship()


class Window(Sourced, Model):
    """The time in which an audience may submit to a register.

    `closes_at` is exclusive: the first instant that is late. It is either counted, `term_days`
    from the notice of `notice_on`, or it ends with the `last_day` that an act names, and extensions
    move it (`procedure/terms.py`); `closing_hour` ends the last day before its end. Whether the
    window is open is a comparison with the clock. After it, submissions are taken as late, until
    an act shuts the window (`shut_at`, `shut_act`).
    """

    __tablename__ = "submission_window"
    __table_args__ = (
        sa.UniqueConstraint("procedure_id", "code"),
        sa.CheckConstraint("closes_at > opens_at", name="order"),
        sa.CheckConstraint("(shut_at IS NULL) = (shut_act = '')", name="shut_by_act"),
        sa.CheckConstraint("(notice_on IS NULL) = (term_days IS NULL)", name="counted"),
        sa.CheckConstraint("(notice_on IS NULL) <> (last_day IS NULL)", name="counted_or_named"),
        sa.CheckConstraint("term_days BETWEEN 1 AND 3650", name="term_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"))
    register_id: Mapped[int] = mapped_column(sa.ForeignKey("register.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    audience: Mapped[Audience] = mapped_column(one_of(Audience, "audience"))
    opens_at: Mapped[dt.datetime]
    closes_at: Mapped[dt.datetime]
    notice_on: Mapped[dt.date | None]
    term_days: Mapped[int | None]
    last_day: Mapped[dt.date | None]
    closing_hour: Mapped[dt.time | None]
    act: Mapped[str] = mapped_column(sa.String(200))
    shut_at: Mapped[dt.datetime | None]
    shut_act: Mapped[str] = mapped_column(sa.String(200), default="")

    procedure: Mapped[Procedure] = relationship(back_populates="windows")
    register: Mapped[Register] = relationship()
    extensions: Mapped[list["TermExtension"]] = relationship(order_by="TermExtension.id")

    def has_opened(self, at: dt.datetime) -> bool:
        return at >= self.opens_at

    def in_time(self, at: dt.datetime) -> bool:
        return self.opens_at <= at < self.closes_at

    def takes(self, at: dt.datetime) -> bool:
        """Whether a submission is taken at that instant, in time or late."""
        return self.has_opened(at) and (self.shut_at is None or at < self.shut_at)


class TermExtension(Model):
    """More time for a window, by an act: so many days, or until a day. Never taken back."""

    __tablename__ = "term_extension"
    __table_args__ = (
        sa.CheckConstraint("(days > 0) <> (until IS NOT NULL)", name="days_or_day"),
        sa.CheckConstraint("act <> ''", name="by_act"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(sa.ForeignKey("submission_window.id"), index=True)
    days: Mapped[int] = mapped_column(default=0)
    until: Mapped[dt.date | None]
    act: Mapped[str] = mapped_column(sa.String(200))
    recorded_at: Mapped[dt.datetime]


class TermSuspension(Sourced, Model):
    """Days that no term of the procedure counts, both ends included, by an act."""

    __tablename__ = "term_suspension"
    __table_args__ = (
        sa.UniqueConstraint("procedure_id", "code"),
        sa.CheckConstraint("last_day >= first_day", name="order"),
        sa.CheckConstraint("act <> ''", name="by_act"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    act: Mapped[str] = mapped_column(sa.String(200))


class PrivacyNotice(Model):
    """A version of the notice on the processing of personal data (GDPR art. 13).

    A submission names the version that stood on its form.
    """

    __tablename__ = "privacy_notice"
    __table_args__ = (sa.UniqueConstraint("procedure_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    text_en: Mapped[str] = mapped_column(sa.Text)
    in_force_from: Mapped[dt.datetime]
