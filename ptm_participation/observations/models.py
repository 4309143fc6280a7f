"""An observation in its two halves.

What was received (Submission, Request, their anchors and files, the parties as declared) is
never altered: the database refuses it. What the office makes of it (Observation, WorkingText,
ObservationAnchor, the ties to stakeholders) stands beside.
"""

import datetime as dt
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.audit import canonical_json, sha256
from ptm_participation.core.db import Model, one_of
from ptm_participation.core.storage import StoredFile
from ptm_participation.observations.workflow import (
    OBSERVATION_WORKFLOW,
    Basis,
    Capacity,
    Channel,
    FileClass,
    LinkKind,
    ObservationState,
    PartyRole,
    Purpose,
    Regularity,
    RequestKind,
)
from ptm_participation.plan.models import Anchor
from ptm_participation.procedure.models import IdentityLevel, Procedure, Register, Window
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.models import Municipality


class Protocol(NamedTuple):
    """What a protocol gave a document: number and day, in which registry, under which case file.

    Source: DPR 445/2000, art. 53.
    """

    number: str
    on: dt.date | None
    registry: str = ""
    case_file: str = ""


class Submission(Model):
    """What was received. Immutable.

    `raw` is the canonical JSON of all that was sent, with the digests of the files; `sha256`
    is its hash and stands on the receipt. `text` is the plain text that extracts and search
    speak of. `counts_at` is the instant that counts in law, `received_at` that of arrival.
    """

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(sa.ForeignKey("submission_window.id"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    received_at: Mapped[dt.datetime]
    sent_on: Mapped[dt.date | None]
    counts_at: Mapped[dt.datetime]
    raw: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    identity_level: Mapped[IdentityLevel] = mapped_column(one_of(IdentityLevel, "identity_level"))
    token_sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    code_sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    privacy_notice_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_notice.id"))
    language: Mapped[str] = mapped_column(sa.String(5), default="it")

    requests: Mapped[list["Request"]] = relationship(order_by="Request.position")
    files: Mapped[list["SubmissionFile"]] = relationship(order_by="SubmissionFile.position")


class Request(Model):
    """One thing asked, with its sections, its proposed words and its reasons. Immutable."""

    __tablename__ = "request"
    __table_args__ = (sa.UniqueConstraint("submission_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"))
    position: Mapped[int]
    kind: Mapped[RequestKind | None] = mapped_column(one_of(RequestKind, "kind"))
    whole_plan: Mapped[bool] = mapped_column(default=False)
    place: Mapped[str] = mapped_column(sa.String(300), default="")
    proposed: Mapped[str] = mapped_column(sa.Text, default="")
    reasons: Mapped[str] = mapped_column(sa.Text)

    anchors: Mapped[list[Anchor]] = relationship(secondary="request_anchor", order_by="Anchor.id")


class RequestAnchor(Model):
    """The words that a request is about. Immutable."""

    __tablename__ = "request_anchor"

    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), primary_key=True)
    anchor_id: Mapped[int] = mapped_column(sa.ForeignKey("anchor.id"), primary_key=True, index=True)


class SubmissionFile(Model):
    """A file that came with a submission. Immutable."""

    __tablename__ = "submission_file"
    __table_args__ = (sa.UniqueConstraint("submission_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"))
    position: Mapped[int]
    file_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    file_class: Mapped[FileClass] = mapped_column(one_of(FileClass, "file_class"))

    file: Mapped[StoredFile] = relationship()


class Observation(Model):
    """A numbered entry of a register.

    `counts_at` and `in_time` are kept here beside the reason, since an office may have to
    set them by decision; `subject_type` and `municipality_id` are how the office counts the
    submitter, and begin as declared.
    """

    __tablename__ = "observation"
    __table_args__ = (
        sa.UniqueConstraint("register_id", "number"),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint(
            "(published_at IS NULL) = (published_version IS NULL)", name="published"
        ),
        sa.CheckConstraint("(protocol_number = '') = (protocol_on IS NULL)", name="protocol"),
        sa.CheckConstraint("(state = 'received') = (protocol_number = '')", name="state_protocol"),
        sa.CheckConstraint(
            "sender_protocol_number <> ''"
            " OR (sender_protocol_on IS NULL AND sender_protocol_registry = '')",
            name="sender_protocol",
        ),
        sa.CheckConstraint("counts_hour BETWEEN 0 AND 23", name="hour"),
        sa.CheckConstraint(
            "(state IN ('checked', 'decided')) = (checked_at IS NOT NULL)", name="checked"
        ),
        sa.CheckConstraint("(state = 'decided') = (decided_on IS NOT NULL)", name="decided"),
        sa.CheckConstraint("(decided_on IS NULL) = (decided_act = '')", name="decided_by_act"),
        sa.CheckConstraint("(annulled_at IS NULL) = (annulled_because = '')", name="annulled"),
        sa.CheckConstraint("annulled_at IS NULL OR published_at IS NULL", name="annulled_hidden"),
        # The worklist's order; then what it is filtered and counted by, each in that order; then
        # the standing, so that summaries count without reading a row. Each ends with what tells
        # the annulled ones, which no list shows unless it is asked for them, and what is no
        # observation, which no summary counts.
        *(
            sa.Index(f"ix_observation_{name}", "procedure_id", *keys, "annulled_at", "purpose")
            for name, keys in {
                "counts": ("counts_at", "id"),
                "in_time": ("in_time", "counts_at", "id"),
                "state": ("state", "counts_at", "id"),
                "regularity": ("regularity", "counts_at", "id"),
                "published": ("published_at", "counts_at", "id"),
                "assigned": ("assigned_to_id", "counts_at", "id"),
                "municipality": ("municipality_id", "counts_at", "id", "in_time"),
                "type": ("subject_type", "counts_at", "id", "in_time"),
                "channel": ("channel", "counts_at", "id", "in_time"),
                "day": ("counts_on", "counts_hour", "in_time"),
            }.items()
        ),
        sa.Index(
            "ix_observation_purpose", "procedure_id", "purpose", "counts_at", "id", "annulled_at"
        ),
        # Few are annulled, few cannot be read: they alone stand in these.
        sa.Index(
            "ix_observation_annulled",
            "procedure_id",
            "counts_at",
            "id",
            "annulled_at",
            "purpose",
            sqlite_where=sa.text("annulled_at IS NOT NULL"),
            postgresql_where=sa.text("annulled_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_observation_unreadable",
            "procedure_id",
            "counts_at",
            "id",
            "annulled_at",
            sqlite_where=sa.text("unreadable <> ''"),
            postgresql_where=sa.text("unreadable <> ''"),
        ),
        # The public list walks the published ones in the order of their numbers.
        sa.Index(
            "ix_observation_public",
            "procedure_id",
            "id",
            sqlite_where=sa.text("published_at IS NOT NULL"),
            postgresql_where=sa.text("published_at IS NOT NULL"),
        ),
        sa.Index("ix_observation_protocol", "register_id", "protocol_number", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # That of the register, beside it: lists go over all the registers of a procedure in order.
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"))
    register_id: Mapped[int] = mapped_column(sa.ForeignKey("register.id"))
    number: Mapped[int]
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), unique=True)
    window_id: Mapped[int] = mapped_column(sa.ForeignKey("submission_window.id"))
    received_at: Mapped[dt.datetime]
    counts_at: Mapped[dt.datetime]
    # The same instant's day in Rome, by which summaries count.
    counts_on: Mapped[dt.date]
    # Its hour in Rome; none where only the day is known, as of a postmark.
    counts_hour: Mapped[int | None]
    in_time: Mapped[bool]
    basis: Mapped[Basis] = mapped_column(one_of(Basis, "basis"))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    purpose: Mapped[Purpose] = mapped_column(
        one_of(Purpose, "purpose"), default=Purpose.OBSERVATION
    )
    protocol_number: Mapped[str] = mapped_column(sa.String(40), default="")
    protocol_on: Mapped[dt.date | None]
    # Where they are not the body's only registry, and the procedure's own case file.
    protocol_registry: Mapped[str] = mapped_column(sa.String(80), default="")
    protocol_case_file: Mapped[str] = mapped_column(sa.String(80), default="")
    # The protocol of who sent it, as the document bears it.
    sender_protocol_number: Mapped[str] = mapped_column(sa.String(40), default="")
    sender_protocol_on: Mapped[dt.date | None]
    sender_protocol_registry: Mapped[str] = mapped_column(sa.String(80), default="")
    state: Mapped[ObservationState] = mapped_column(
        one_of(ObservationState, "state"), default=ObservationState.RECEIVED
    )
    # When it was found admissible, and the day and act of the council's decision on it.
    checked_at: Mapped[dt.datetime | None]
    decided_on: Mapped[dt.date | None]
    decided_act: Mapped[str] = mapped_column(sa.String(200), default="")
    # An annulled entry keeps its number and all that it holds; nothing more is done with it.
    annulled_at: Mapped[dt.datetime | None]
    annulled_because: Mapped[str] = mapped_column(sa.String(300), default="")
    regularity: Mapped[Regularity] = mapped_column(one_of(Regularity, "regularity"))
    regularised_by: Mapped[str] = mapped_column(sa.String(300), default="")
    # Who in the office works on it.
    assigned_to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    # What of it cannot be read; empty if it can.
    unreadable: Mapped[str] = mapped_column(sa.String(300), default="")
    title: Mapped[str] = mapped_column(sa.String(200))
    search_text: Mapped[str] = mapped_column(sa.Text, deferred=True)
    subject_type: Mapped[SubjectType] = mapped_column(one_of(SubjectType, "subject_type"))
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"))
    published_at: Mapped[dt.datetime | None]
    # The version of the working text that the public reads.
    published_version: Mapped[int | None]

    register: Mapped[Register] = relationship()
    submission: Mapped[Submission] = relationship()
    window: Mapped[Window] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
    assigned_to: Mapped[User | None] = relationship()
    parties: Mapped[list["ObservationParty"]] = relationship(
        back_populates="observation", order_by="ObservationParty.id"
    )
    texts: Mapped[list["WorkingText"]] = relationship(
        back_populates="observation", order_by="WorkingText.version"
    )
    anchors: Mapped[list["ObservationAnchor"]] = relationship(
        order_by="ObservationAnchor.anchor_id"
    )

    @property
    def procedure(self) -> Procedure:
        return self.register.procedure

    @property
    def submitter(self) -> "ObservationParty":
        return next(party for party in self.parties if party.role is PartyRole.SUBMITTER)

    @property
    def signatories(self) -> list["ObservationParty"]:
        """Those who submit it together with the first signatory."""
        return [party for party in self.parties if party.role is PartyRole.SIGNATORY]

    @property
    def working_text(self) -> "WorkingText":
        return self.texts[-1]

    def date(self, window: Window, counts_at: dt.datetime, basis: Basis, reason: str) -> None:
        """Let this instant count: its day and hour in Rome and the standing follow from it."""
        self.counts_at, self.basis, self.reason = counts_at, basis, reason
        local = clock.rome(counts_at)
        self.counts_on = local.date()
        # Off this site, the first instant of a day stands for a day whose hour nobody wrote.
        day_alone = local.time() == dt.time() and self.channel is not Channel.WEB
        self.counts_hour = None if day_alone or basis is Basis.POSTMARK else local.hour
        self.in_time = window.in_time(counts_at)

    @property
    def protocol(self) -> Protocol:
        """The body's own; its number is empty until it is given."""
        registry, case_file = self.protocol_registry, self.protocol_case_file
        return Protocol(self.protocol_number, self.protocol_on, registry, case_file)

    @property
    def sender_protocol(self) -> Protocol:
        """That of who sent it; its number is empty if the document bears none."""
        number, on = self.sender_protocol_number, self.sender_protocol_on
        return Protocol(number, on, self.sender_protocol_registry)

    def give_protocol(self, protocol: Protocol) -> Protocol:
        """Let it bear this protocol number, or another one; returns what it bore before."""
        before = self.protocol
        self.protocol_number, self.protocol_on = protocol.number.strip(), protocol.on
        self.protocol_registry = protocol.registry.strip()
        self.protocol_case_file = protocol.case_file.strip()
        if self.state is ObservationState.RECEIVED:
            OBSERVATION_WORKFLOW.advance(self, ObservationState.REGISTERED)
        return before

    @property
    def author_standing(self) -> Any:
        """How well the author is identified, in words.

        What a sender signed and sent online is looked at when the office checks the
        observation; until then the words say so.
        """
        if self.regularity is Regularity.TO_REGULARISE:
            return _l("To be regularised: a sufficient signature is missing")
        signed = self.submission.identity_level in {
            IdentityLevel.SIGNED_FILE,
            IdentityLevel.SIGNATURE_AND_DOCUMENT,
        }
        online = self.channel is Channel.WEB and self.checked_at is None
        if signed and online and self.regularity is Regularity.SUFFICIENT:
            return _l("Signature to be verified by the office")
        return self.regularity.label

    @property
    def publication_mark(self) -> str:
        """What the public would read of it now, in a word: to tell whether it changed."""
        filed = sorted(link.anchor_id for link in self.anchors)
        place = [self.subject_type, self.municipality_id, filed]
        facts = [self.title, *place, self.working_text.version]
        return f"{self.id}-{sha256(canonical_json(facts))[:16]}"

    @property
    def address(self) -> tuple[str, int]:
        """What names the observation in addresses: register and number."""
        return self.register.slug, self.number


class ObservationParty(Model):
    """Who a submission says it is from. Only the tie to a stakeholder is the office's."""

    __tablename__ = "observation_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    observation_id: Mapped[int] = mapped_column(sa.ForeignKey("observation.id"), index=True)
    role: Mapped[PartyRole] = mapped_column(one_of(PartyRole, "role"))
    capacity: Mapped[Capacity] = mapped_column(one_of(Capacity, "capacity"))
    name: Mapped[str] = mapped_column(sa.String(200))
    type: Mapped[SubjectType | None] = mapped_column(one_of(SubjectType, "type"))
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"))
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    stakeholder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stakeholder.id"), index=True)
    tied_at: Mapped[dt.datetime | None]

    observation: Mapped[Observation] = relationship(back_populates="parties")
    municipality: Mapped[Municipality | None] = relationship()
    stakeholder: Mapped[Stakeholder | None] = relationship()


class WorkingText(Model):
    """A version of the text that the office works on and publishes; never the original."""

    __tablename__ = "working_text"
    __table_args__ = (sa.UniqueConstraint("observation_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    observation_id: Mapped[int] = mapped_column(sa.ForeignKey("observation.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[dt.datetime]
    written_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))

    observation: Mapped[Observation] = relationship(back_populates="texts")
    written_by: Mapped[User | None] = relationship()


class ObservationAnchor(Model):
    """A section under which the office counts an observation.

    At the start they are those of the requests. `provision_id`, `page_id` (the article of a
    comma, the section itself of one that has a page) and `document_id` repeat what the anchor
    says, so that lists and summaries find and count without walking to it.
    """

    __tablename__ = "observation_anchor"
    __table_args__ = (
        sa.Index("ix_observation_anchor_page", "page_id", "observation_id"),
        sa.Index("ix_observation_anchor_provision", "provision_id", "observation_id"),
        sa.Index("ix_observation_anchor_document", "document_id", "observation_id"),
    )

    observation_id: Mapped[int] = mapped_column(sa.ForeignKey("observation.id"), primary_key=True)
    anchor_id: Mapped[int] = mapped_column(sa.ForeignKey("anchor.id"), primary_key=True, index=True)
    provision_id: Mapped[int] = mapped_column(sa.ForeignKey("provision.id"))
    page_id: Mapped[int] = mapped_column(sa.ForeignKey("provision.id"))
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))

    anchor: Mapped[Anchor] = relationship()


class ObservationLink(Model):
    """What an observation is to an earlier one. It is undone with a reason, and never deleted."""

    __tablename__ = "observation_link"
    __table_args__ = (
        sa.Index(
            "uq_observation_link_standing",
            "from_id",
            "to_id",
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        ),
        sa.CheckConstraint("from_id > to_id", name="later_to_earlier"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_because = '')", name="undone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind] = mapped_column(one_of(LinkKind, "kind"))
    from_id: Mapped[int] = mapped_column(sa.ForeignKey("observation.id"))
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("observation.id"), index=True)
    because: Mapped[str] = mapped_column(sa.String(300), default="")
    made_at: Mapped[dt.datetime]
    undone_at: Mapped[dt.datetime | None]
    undone_because: Mapped[str] = mapped_column(sa.String(300), default="")
