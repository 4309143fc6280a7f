"""A plan's identity and its text.

A provision is an identity without words: «the article on soil consumption». Each edition
gives it a version: its number, heading and words there. So an observation on art. 5 of the
adopted edition keeps its words when the article is number 6 of the approved one.
"""

import datetime as dt
import enum
import uuid
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.core.db import RESTORED_LAST, Model, one_of, ordered_text
from ptm_participation.core.formats import language
from ptm_participation.core.reference import Sourced
from ptm_participation.plan.kinds import SectionKind


class PlanKind(enum.StrEnum):
    TERRITORIAL = "territorial"
    STRATEGIC = "strategic"
    VARIANT = "variant"

    @property
    def label(self) -> Any:
        return {
            PlanKind.TERRITORIAL: _l("Territorial plan"),
            PlanKind.STRATEGIC: _l("Strategic plan"),
            PlanKind.VARIANT: _l("Variant"),
        }[self]


class Plan(Sourced, Model):
    """A statutory plan, or one that it must agree with."""

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[PlanKind] = mapped_column(one_of(PlanKind, "kind"))

    documents: Mapped[list["Document"]] = relationship(
        back_populates="plan", order_by="Document.position"
    )
    editions: Mapped[list["Edition"]] = relationship(
        back_populates="plan", order_by="Edition.position"
    )


class PlanLink(Sourced, Model):
    """How one plan stands to another: the PTM to the Piano strategico."""

    __tablename__ = "plan_link"
    __table_args__ = (sa.UniqueConstraint("plan_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    meaning: Mapped[str] = mapped_column(sa.String(300))

    plan: Mapped[Plan] = relationship(foreign_keys=[plan_id])
    other: Mapped[Plan] = relationship(foreign_keys=[other_id])


class DocumentKind(enum.StrEnum):
    NORMS = "norms"
    MAPS = "maps"
    REPORT = "report"
    REPERTORY = "repertory"
    ENVIRONMENTAL = "environmental"
    STRATEGIES = "strategies"
    REGISTER = "register"

    @property
    def label(self) -> Any:
        return {
            DocumentKind.NORMS: _l("Norms"),
            DocumentKind.MAPS: _l("Maps"),
            DocumentKind.REPORT: _l("Report"),
            DocumentKind.REPERTORY: _l("Repertories"),
            DocumentKind.ENVIRONMENTAL: _l("Strategic environmental assessment"),
            DocumentKind.STRATEGIES: _l("Strategies"),
            DocumentKind.REGISTER: _l("Observations and replies"),
        }[self]


class Document(Sourced, Model):
    """A document of the plan (elaborato)."""

    __tablename__ = "document"
    __table_args__ = (sa.UniqueConstraint("plan_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    slug: Mapped[str] = mapped_column(sa.String(20), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[DocumentKind] = mapped_column(one_of(DocumentKind, "kind"))
    facts: Mapped[str] = mapped_column(sa.Text, default="")
    position: Mapped[int]

    plan: Mapped[Plan] = relationship(back_populates="documents")


class EditionState(enum.StrEnum):
    """A draft may be imported again; a frozen edition's words are fixed for ever."""

    DRAFT = "draft"
    FROZEN = "frozen"

    @property
    def label(self) -> Any:
        return {
            EditionState.DRAFT: _l("Draft"),
            EditionState.FROZEN: _l("Published for good"),
        }[self]


class EditionKind(enum.StrEnum):
    """Where in the procedure an edition of the plan comes from (l.r. 12/2005 art. 17)."""

    PROPOSAL = "proposal"
    ADOPTED = "adopted"
    WITH_REPLIES = "with-replies"
    APPROVED = "approved"
    VARIANT = "variant"

    @property
    def label(self) -> Any:
        return {
            EditionKind.PROPOSAL: _l("Proposal"),
            EditionKind.ADOPTED: _l("Adopted"),
            EditionKind.WITH_REPLIES: _l("With the counter-deductions"),
            EditionKind.APPROVED: _l("Approved"),
            EditionKind.VARIANT: _l("Variant of the plan"),
        }[self]


class Edition(Sourced, Model):
    """The plan as one act made it: adopted, approved.

    Once it is frozen the database refuses to change its sections, and `frozen_sha256` is the
    digest of all its words, by which anybody can prove them.
    """

    __tablename__ = "edition"
    __table_args__ = (
        sa.UniqueConstraint("plan_id", "label"),
        sa.CheckConstraint(
            "(state = 'frozen') = (frozen_at IS NOT NULL)"
            " AND (frozen_at IS NULL) = (frozen_sha256 IS NULL)",
            name="frozen",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    label: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(120))
    act: Mapped[str] = mapped_column(sa.String(200), default="")
    dated_on: Mapped[dt.date | None]
    position: Mapped[int]
    kind: Mapped[EditionKind] = mapped_column(
        one_of(EditionKind, "kind"), default=EditionKind.PROPOSAL
    )
    state: Mapped[EditionState] = mapped_column(
        one_of(EditionState, "state"),
        default=EditionState.DRAFT,
        info={RESTORED_LAST: EditionState.DRAFT},
    )
    frozen_at: Mapped[dt.datetime | None] = mapped_column(info={RESTORED_LAST: None})
    frozen_sha256: Mapped[str | None] = mapped_column(sa.String(64), info={RESTORED_LAST: None})

    plan: Mapped[Plan] = relationship(back_populates="editions")

    @property
    def is_public(self) -> bool:
        """Whether an act made it: until then it is the office's own draft."""
        return self.act != ""

    @property
    def named(self) -> str:
        """The title, which is data in Italian; the two editions of every plan have a name in
        English too."""
        if language() == "it":
            return self.title
        english = {"adottata": _("Adopted edition"), "approvata": _("Approved edition")}
        return english.get(self.label, self.title)


class Theme(Sourced, Model):
    """A subject that runs through the plan."""

    __tablename__ = "theme"
    __table_args__ = (sa.UniqueConstraint("plan_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    code: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(120))
    position: Mapped[int]


class Provision(Model):
    """The identity of a section through the editions. It has no words of its own."""

    __tablename__ = "provision"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True, default=lambda: str(uuid.uuid4()))
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)

    document: Mapped[Document] = relationship()


class ProvisionTheme(Model):
    """The themes of a provision, in whichever edition it stands."""

    __tablename__ = "provision_theme"

    provision_id: Mapped[int] = mapped_column(sa.ForeignKey("provision.id"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(sa.ForeignKey("theme.id"), primary_key=True, index=True)


class SectionVersion(Sourced, Model):
    """A provision in one edition: its place in the tree, number, heading and words.

    `position` counts the document's sections in reading order and `depth` their nesting, so
    that a whole tree is one ordered query. `unit` is the section that has a page of its own
    and holds this one (a comma's article); a unit is its own. `citation` («art. 18, comma 2»)
    and `brief` («art. 18 c. 2») are kept beside the number that they come from. `search_text`
    holds the stems by which it is found (`plan/search.py`).
    """

    __tablename__ = "section_version"
    __table_args__ = (
        sa.UniqueConstraint("edition_id", "provision_id"),
        sa.UniqueConstraint("edition_id", "document_id", "slug"),
        sa.Index("ix_section_version_order", "edition_id", "document_id", "position"),
        # What a branch of the tree holds, and what stands before and after a section of its kind.
        sa.Index(
            "ix_section_version_branch",
            *("edition_id", "document_id", "parent_id", "position", "kind"),
        ),
        sa.Index("ix_section_version_kind", "edition_id", "document_id", "kind", "position"),
        # A text imported again must not take the numbers that somebody's draft still names.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provision_id: Mapped[int] = mapped_column(sa.ForeignKey("provision.id"), index=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section_version.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section_version.id"), index=True)
    position: Mapped[int]
    depth: Mapped[int]
    kind: Mapped[SectionKind] = mapped_column(one_of(SectionKind, "kind"))
    number: Mapped[str] = mapped_column(sa.String(40), default="")
    sort_key: Mapped[str] = mapped_column(ordered_text(80))
    slug: Mapped[str] = mapped_column(sa.String(120))
    citation: Mapped[str] = mapped_column(sa.String(200))
    brief: Mapped[str] = mapped_column(sa.String(120))
    heading: Mapped[str] = mapped_column(sa.String(500), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    search_text: Mapped[str] = mapped_column(sa.Text, default="", deferred=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))

    provision: Mapped[Provision] = relationship()
    edition: Mapped[Edition] = relationship()
    document: Mapped[Document] = relationship()
    parent: Mapped["SectionVersion | None"] = relationship(
        foreign_keys=[parent_id], remote_side=[id]
    )
    unit: Mapped["SectionVersion | None"] = relationship(
        foreign_keys=[unit_id], remote_side=[id], post_update=True
    )


class SuccessionKind(enum.StrEnum):
    SAME = "same"
    MOVED = "moved"
    SPLIT = "split"
    JOINED = "joined"
    NEW = "new"
    DROPPED = "dropped"

    @property
    def label(self) -> Any:
        return {
            SuccessionKind.SAME: _l("Same place"),
            SuccessionKind.MOVED: _l("Moved or renumbered"),
            SuccessionKind.SPLIT: _l("Split"),
            SuccessionKind.JOINED: _l("Joined"),
            SuccessionKind.NEW: _l("New"),
            SuccessionKind.DROPPED: _l("Dropped"),
        }[self]


class Succession(Model):
    """Which section of an edition follows which of the one before; many to many, since articles
    are split and joined. A new section follows none, and none follows one that is dropped.

    It is proposed by likeness when a text comes in, and holds once somebody has confirmed it.
    """

    __tablename__ = "succession"
    __table_args__ = (
        sa.UniqueConstraint("from_version_id", "to_version_id"),
        sa.CheckConstraint(
            "(from_version_id IS NULL) = (kind = 'new')"
            " AND (to_version_id IS NULL) = (kind = 'dropped')",
            name="ends",
        ),
        sa.CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
        sa.Index("ix_succession_edition", "edition_id", "confirmed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))  # the later one
    from_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section_version.id"))
    to_version_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("section_version.id"), index=True
    )
    kind: Mapped[SuccessionKind] = mapped_column(one_of(SuccessionKind, "kind"))
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    confirmed_at: Mapped[dt.datetime | None]

    before: Mapped[SectionVersion | None] = relationship(foreign_keys=[from_version_id])
    after: Mapped[SectionVersion | None] = relationship(foreign_keys=[to_version_id])


class Anchor(Model):
    """The words that somebody speaks of.

    A version of a section, and words in it: `exact` is empty when the whole section is meant;
    `prefix` and `suffix` are the words around it, so that it can be found again where it
    occurs twice. Immutable: whoever means something else makes another anchor.
    """

    __tablename__ = "anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    section_version_id: Mapped[int] = mapped_column(sa.ForeignKey("section_version.id"), index=True)
    exact: Mapped[str] = mapped_column(sa.Text, default="")
    prefix: Mapped[str] = mapped_column(sa.String(80), default="")
    suffix: Mapped[str] = mapped_column(sa.String(80), default="")

    section_version: Mapped[SectionVersion] = relationship()


class Closing(Model):
    """That a document, or a provision of it and what stands in it, takes no observations."""

    __tablename__ = "closing"
    __table_args__ = (
        sa.CheckConstraint("reason <> ''", name="reason"),
        sa.CheckConstraint("(reopened_at IS NULL) = (reopened_because = '')", name="reopened"),
        sa.Index(
            "ix_closing_document_in_force",
            "document_id",
            unique=True,
            sqlite_where=sa.text("provision_id IS NULL AND reopened_at IS NULL"),
            postgresql_where=sa.text("provision_id IS NULL AND reopened_at IS NULL"),
        ),
        sa.Index(
            "ix_closing_provision_in_force",
            "provision_id",
            unique=True,
            sqlite_where=sa.text("reopened_at IS NULL"),
            postgresql_where=sa.text("reopened_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    provision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("provision.id"))
    reason: Mapped[str] = mapped_column(sa.String(500))
    act: Mapped[str] = mapped_column(sa.String(200), default="")
    from_on: Mapped[dt.date]
    closed_at: Mapped[dt.datetime]
    reopened_at: Mapped[dt.datetime | None]
    reopened_because: Mapped[str] = mapped_column(sa.String(500), default="")

    document: Mapped[Document] = relationship()
