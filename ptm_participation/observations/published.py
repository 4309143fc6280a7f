"""What the public reads of observations: read models that hold nothing private.

A private person's name, and its Comune where that could name it, never leave these queries;
filters are only those over public facts, since a search over private words would tell them.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import NotFound
from ptm_participation.core.remembering import remembered
from ptm_participation.observations.links import Linked, published_links, withdrawal_of
from ptm_participation.observations.lists import (
    COUNT_CAP,
    Filter,
    Submitter,
    on_page,
    section_briefs,
    with_submitter,
)
from ptm_participation.observations.models import (
    Observation,
    ObservationAnchor,
    ObservationParty,
    WorkingText,
)
from ptm_participation.observations.placing import places_of
from ptm_participation.observations.received import Located
from ptm_participation.observations.workflow import PartyRole, Purpose
from ptm_participation.plan.models import Anchor, Edition, SectionVersion
from ptm_participation.plan.queries import SectionRow
from ptm_participation.plan.queries import sections as section_rows
from ptm_participation.plan.quotes import Quotation, Standing, find, is_repeated
from ptm_participation.procedure.models import Procedure, Register
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory.models import Municipality, Zone

PAGE = 25


@dataclasses.dataclass(frozen=True, slots=True)
class PublicFilter:
    """What the public list can be narrowed by."""

    group: SubjectGroup | None = None
    zone: int | None = None
    in_time: bool | None = None
    provision: int | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if self.group is not None:
            types = [t for t in SubjectType if t.group is self.group]
            found.append(Observation.subject_type.in_(types))
        if self.zone is not None:
            found.append(Municipality.zone_id == self.zone)
        if self.in_time is not None:
            found.append(Observation.in_time == self.in_time)
        if self.provision is not None:
            found.append(
                Observation.id.in_(
                    sa.select(ObservationAnchor.observation_id).where(on_page(self.provision))
                )
            )
        return found


class Quoted(NamedTuple):
    """Words that an observation speaks of, seen from another text of their section: where they are
    no longer there, `edition` and `slug` say where they stood."""

    exact: str
    standing: Standing
    edition: str
    slug: str


class PublishedRow(NamedTuple):
    """A published observation in a list."""

    id: int
    register: str
    number: int
    title: str
    name: str
    type: SubjectType
    municipality: str | None
    zone: str | None
    in_time: bool
    counts_at: dt.datetime
    purpose: Purpose
    withdrawn: bool
    sections: tuple[str, ...] = ()
    quoted: tuple[Quoted, ...] = ()

    @property
    def who(self) -> str:
        """Who wrote, in a line: nothing that the name says already, the zone alone for a
        private person."""
        if self.type.is_private_person or self.type is SubjectType.MUNICIPALITY:
            parts = [self.name, self.zone]
        else:
            parts = [self.name, str(self.type.label), self.municipality]
        return ", ".join(part for part in parts if part)


@dataclasses.dataclass(frozen=True, slots=True)
class PublishedPage:
    rows: list[PublishedRow]
    after: int | None
    total: int  # no further than COUNT_CAP


def list_published(
    procedure: Procedure, filter_: PublicFilter, *, after: int = 0, size: int = PAGE
) -> PublishedPage:
    """Published observations in the order of their numbers, from the one after `after`."""
    query = _rows(procedure, filter_)
    rows = ask(query.where(Observation.id > after).order_by(Observation.id).limit(size + 1))
    found = [_public_row(row) for row in rows[:size]]
    capped = query.with_only_columns(Observation.id).limit(COUNT_CAP).subquery()
    total = db.session.scalar(sa.select(sa.func.count()).select_from(capped)) or 0
    return PublishedPage(_with_sections(found), found[-1].id if len(rows) > size else None, total)


_BASE: sa.Select[Any] = with_submitter(
    sa.select(
        Observation.id,
        Register.slug,
        Observation.number,
        Observation.title,
        Submitter.name,
        Observation.subject_type,
        Submitter.type,
        Municipality.name,
        Zone.name,
        Observation.in_time,
        Observation.counts_at,
        Observation.purpose,
        withdrawal_of(Observation.id, published=True),
    )
)
_Quoted = aliased(SectionVersion)  # the section as it was when it was quoted
# The questions of a section's page, put together once: that costs more than asking them.
_SPEAKING_OF = (
    sa.select(
        SectionVersion.id,
        ObservationAnchor.observation_id,
        Anchor.exact,
        Anchor.prefix,
        Anchor.suffix,
        _Quoted.text,
        Edition.label,
        _Quoted.slug,
    )
    .join(ObservationAnchor, ObservationAnchor.provision_id == SectionVersion.provision_id)
    .join(Observation, Observation.id == ObservationAnchor.observation_id)
    .join(Anchor, Anchor.id == ObservationAnchor.anchor_id)
    .outerjoin(_Quoted, sa.and_(_Quoted.id == Anchor.section_version_id, Anchor.exact != ""))
    .outerjoin(Edition, Edition.id == _Quoted.edition_id)
    .where(
        SectionVersion.unit_id == sa.bindparam("unit"),
        Observation.procedure_id == sa.bindparam("procedure"),
        Observation.published_at.is_not(None),
    )
    .order_by(ObservationAnchor.observation_id, Anchor.id)
    .limit(sa.bindparam("most"))
)
_PUBLISHED = _BASE.where(
    Observation.id.in_(sa.bindparam("observations", expanding=True)),
    Observation.published_at.is_not(None),
)
_UNIT_COUNTS = (
    sa.select(SectionVersion.unit_id, sa.func.count(sa.distinct(ObservationAnchor.observation_id)))
    .join(ObservationAnchor, ObservationAnchor.provision_id == SectionVersion.provision_id)
    .join(Observation, Observation.id == ObservationAnchor.observation_id)
    .where(
        SectionVersion.unit_id.in_(sa.bindparam("units", expanding=True)),
        Observation.procedure_id == sa.bindparam("procedure"),
        Observation.published_at.is_not(None),
    )
    .group_by(SectionVersion.unit_id)
)


_ONE = (
    _BASE.add_columns(
        WorkingText.text,
        Observation.published_at,
        Observation.received_at,
        Observation.submission_id,
    )
    .join(
        WorkingText,
        sa.and_(
            WorkingText.observation_id == Observation.id,
            WorkingText.version == Observation.published_version,
        ),
    )
    .where(
        Observation.register_id == sa.bindparam("register"),
        Observation.number == sa.bindparam("number"),
        Observation.published_at.is_not(None),
    )
)
_CITED_BY = (
    sa.select(Anchor.section_version_id)
    .join(ObservationAnchor, ObservationAnchor.anchor_id == Anchor.id)
    .where(ObservationAnchor.observation_id == sa.bindparam("observation"))
)

_SIGNED_ALONG = (
    sa.select(ObservationParty.name, ObservationParty.type)
    .where(
        ObservationParty.observation_id == sa.bindparam("observation"),
        ObservationParty.role == PartyRole.SIGNATORY,
    )
    .order_by(ObservationParty.id)
)


def published_on_page(
    procedure: Procedure, parts: Sequence[SectionRow], *, limit: int = 200
) -> dict[int, list[PublishedRow]]:
    """For each section on a page, the procedure's published observations that speak of it, with
    the words that they quote."""
    spoken = ask(_SPEAKING_OF, unit=parts[0].unit_id, procedure=procedure.id, most=limit)
    ids = {observation_id for _section, observation_id, *_quote in spoken}
    if not ids:
        return {}
    found = map(_public_row, ask(_PUBLISHED, observations=list(ids)))
    rows = {row.id: row for row in found}
    texts = {part.id: part.text for part in parts}
    quotes: dict[tuple[int, int], list[Quoted]] = {}
    for section_id, observation_id, *quote in spoken:
        about = quotes.setdefault((section_id, observation_id), [])
        if quote[0]:
            about.append(_quoted(texts[section_id], *quote))
    by_section: dict[int, list[PublishedRow]] = {}
    for (section_id, observation_id), quoted in quotes.items():
        row = rows[observation_id]._replace(quoted=tuple(quoted))
        by_section.setdefault(section_id, []).append(row)
    return by_section


def _quoted(
    text: str, exact: str, prefix: str, suffix: str, then: str, edition: str, slug: str
) -> Quoted:
    """Words that were quoted from a section as it stood then, looked for as it stands here."""
    place = find(text, Quotation(exact, prefix, suffix, is_repeated(then, exact)))
    return Quoted(exact, place.standing, edition, slug)


def page_counts(procedure: Procedure, index: Iterable[SectionRow]) -> dict[int, int]:
    """For each page among those shown of an index, how many published observations of the
    procedure speak of it or within. A text that is imported again has sections of other ids, and
    other counts."""
    ids = tuple(row.id for row in index)
    if not ids:
        return {}

    def count() -> dict[int, int]:
        rows = ask(_UNIT_COUNTS, procedure=procedure.id, units=ids)
        return {unit_id: count for unit_id, count in rows if unit_id is not None}

    return remembered(procedure.stream, ("pages", ids), count)


@dataclasses.dataclass(frozen=True, slots=True)
class PublishedObservation:
    """A published observation whole: the words are those of its published working text."""

    row: PublishedRow
    text: str
    published_at: dt.datetime
    received_at: dt.datetime
    sections: list[SectionRow]
    along: tuple[str, ...] = ()  # the bodies that signed with the first
    unnamed: int = 0  # the private persons that did
    links: tuple[Linked, ...] = ()  # with other published ones
    places: tuple[Located, ...] = ()  # those that are not reserved to the office


def get_published(register: Register, number: int) -> PublishedObservation:
    """A published observation. Raises NotFound for one that is not."""
    found = ask(_ONE, register=register.id, number=number)
    if not found:
        raise NotFound()
    *row, text, published_at, received_at, submission = found[0]
    shown = _public_row(row)
    cited = ask(_CITED_BY, observation=shown.id)
    sections = list(section_rows(version for (version,) in cited).values())
    signed = ask(_SIGNED_ALONG, observation=shown.id)
    places = places_of(submission, public_only=True)
    along = tuple(name for name, type_ in signed if _is_named(shown, type_))
    return PublishedObservation(
        shown,
        text,
        published_at,
        received_at,
        sections,
        along,
        len(signed) - len(along),
        tuple(published_links(shown.id)),
        tuple(place for several in places.values() for place in several),
    )


def _is_named(shown: PublishedRow, type_: SubjectType | None) -> bool:
    """Whether one who signed along is a body: who is not known to be one is taken for a
    private person."""
    return type_ is not None and not (type_.is_private_person or shown.type.is_private_person)


def totals(procedure: Procedure) -> dict[str, int]:
    """What the home page counts: received, in time, Comuni that wrote, sections spoken of."""
    return remembered(procedure.stream, ("totals", procedure.id), lambda: _totals(procedure))


def _received(procedure: Procedure) -> list[sa.ColumnElement[bool]]:
    """What counts as an observation of the procedure, published or not."""
    return Filter(purpose=Purpose.OBSERVATION).conditions(procedure)


def _totals(procedure: Procedure) -> dict[str, int]:
    received, in_time, municipalities = db.session.execute(
        sa.select(
            sa.func.count(Observation.id),
            sa.func.count(sa.case((Observation.in_time, 1))),
            sa.func.count(
                sa.distinct(
                    sa.case(
                        (
                            Observation.subject_type == SubjectType.MUNICIPALITY,
                            Observation.municipality_id,
                        )
                    )
                )
            ),
        ).where(*_received(procedure))
    ).one()
    sections = db.session.scalar(
        sa.select(sa.func.count(sa.distinct(ObservationAnchor.provision_id)))
        .join(Observation, Observation.id == ObservationAnchor.observation_id)
        .where(*_received(procedure))
    )
    return {
        "received": received,
        "in_time": in_time,
        "municipalities": municipalities,
        "sections": sections or 0,
    }


def _rows(procedure: Procedure, filter_: PublicFilter) -> sa.Select[Any]:
    return _BASE.where(
        Observation.procedure_id == procedure.id,
        Observation.published_at.is_not(None),
        *filter_.conditions(),
    )


def _public_row(row: Iterable[Any]) -> PublishedRow:
    """The row as it may be told: here, and only here, private names are left behind.

    Who wrote as a private person stays one in public, however the office counts it.
    """
    id_, register, number, title, name, type_, declared, municipality, zone, *times = row
    if declared and declared.is_private_person:
        type_ = declared
    if type_.is_private_person:
        name, municipality = public_name(name, type_), None
    return PublishedRow(id_, register, number, title, name, type_, municipality, zone, *times)


def public_name(name: str, type_: SubjectType) -> str:
    """The name under which a submitter appears in public."""
    return _("Private citizen") if type_.is_private_person else name


def _with_sections(rows: list[PublishedRow]) -> list[PublishedRow]:
    briefs = section_briefs([row.id for row in rows])
    return [row._replace(sections=briefs.get(row.id, ())) for row in rows]
