"""What the office does with observations: enters them from paper, works on them, publishes.

Nothing here alters what was received.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import ChangedMeanwhile, DomainError, WrongState
from ptm_participation.core.storage import Kept, name_file
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import links, queries
from ptm_participation.observations.intake import (
    CountedOtherwise,
    InTheFuture,
    NotYetOpen,
    ReasonNeeded,
    SectionOfAnotherPlan,
    SentWithOtherWords,
    UnknownMunicipality,
    file_under,
    hold_registers,
    holds,
    must_stand,
    submit_observation,
)
from ptm_participation.observations.models import (
    Observation,
    ObservationParty,
    Protocol,
    WorkingText,
)
from ptm_participation.observations.received import Received
from ptm_participation.observations.workflow import (
    OBSERVATION_WORKFLOW,
    Basis,
    ObservationState,
    Purpose,
    Regularity,
)
from ptm_participation.plan.models import SectionVersion
from ptm_participation.plan.service import draw_anchor
from ptm_participation.procedure.models import Window
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.models import Municipality


class PublicAlready(DomainError):
    message = _l("It is public: only who publishes may change how it is counted and titled.")
    status = 403


class NotPublishable(DomainError):
    message = _l("Give the protocol number first: only registered observations are published.")


@use_case
def enter_observation(
    actor: User,
    window: Window,
    received: Received,
    *,
    token: str,
    scan: Kept | None = None,
    counted: CountedOtherwise | None = None,
    protocol: Protocol | None = None,
    sender_protocol: Protocol | None = None,
    unreadable: str = "",
) -> Observation:
    """Register what came on paper or by mail, with its protocol number if it has one, and what
    of it cannot be read.

    The same form again gives the same observation. Raises SentWithOtherWords if its words
    are no longer those that it registered: a correction would be lost without a word.
    """
    if scan is not None:
        name_file(scan)
    again = queries.observation_by_token(form_tokens.digest(token)) is not None
    observation = submit_observation(actor, window, received, token=token, counted=counted)
    if not holds(observation, window, received, counted) or _other_protocol(observation, protocol):
        raise SentWithOtherWords(number=observation.number)
    if protocol is not None and not observation.protocol_number:
        record_protocol(actor, observation, protocol)
    if sender_protocol is not None and not observation.sender_protocol_number:
        record_sender_protocol(actor, observation, sender_protocol)
    if not again:
        note_unreadable(actor, observation, what=unreadable)
    return observation


def _other_protocol(observation: Observation, protocol: Protocol | None) -> bool:
    known = observation.protocol
    return protocol is not None and bool(known.number) and protocol != known


def _record(actor: Actor, action: str, observation: Observation, **payload: Any) -> None:
    audit.record(actor, action, observation, stream=observation.procedure.stream, **payload)


@use_case
def record_protocol(actor: Actor, observation: Observation, protocol: Protocol) -> None:
    """Write down the protocol number that the body gave, or correct it. Raises InTheFuture."""
    must_stand(observation)
    if protocol.case_file == observation.procedure.case_file:
        protocol = protocol._replace(case_file="")  # that of all, should it be corrected
    before = observation.give_protocol(dated(protocol))
    _record(
        actor,
        "observation.protocol_recorded",
        observation,
        before=before,
        **observation.protocol._asdict(),
    )


@use_case
def record_sender_protocol(actor: Actor, observation: Observation, protocol: Protocol) -> None:
    """Write down the sender's own protocol number, as the document bears it; an empty number
    takes it away. Raises InTheFuture."""
    must_stand(observation)
    before = observation.sender_protocol
    number, on, registry, _case_file = dated(protocol)
    observation.sender_protocol_number = number.strip()
    observation.sender_protocol_on = on if number.strip() else None
    observation.sender_protocol_registry = registry.strip() if number.strip() else ""
    if before != observation.sender_protocol:
        _record(
            actor,
            "observation.sender_protocol_recorded",
            observation,
            before=before,
            **observation.sender_protocol._asdict(),
        )


def dated(protocol: Protocol) -> Protocol:
    """The protocol, if its day has come. Raises InTheFuture."""
    if protocol.on is not None and protocol.on > clock.today():
        raise InTheFuture()
    return protocol


@use_case
def check_observation(actor: Actor, observation: Observation) -> None:
    """Say that admissibility, term and duplicates were looked at: it is under review."""
    must_stand(observation)
    OBSERVATION_WORKFLOW.advance(observation, ObservationState.CHECKED)
    observation.checked_at = clock.now()
    _record(actor, "observation.checked", observation)


@use_case
def record_decision(
    actor: Actor, observations: Sequence[Observation], *, act: str, on: dt.date
) -> None:
    """Write down the act by which the council decided on these observations, or correct it.

    All of them or none. Raises WrongState if one is not under review, InTheFuture and Annulled.
    """
    if on > clock.today():
        raise InTheFuture()
    for observation in observations:
        must_stand(observation)
        if observation.purpose is not Purpose.OBSERVATION or links.is_withdrawn(observation):
            raise WrongState()
        before = {"act": observation.decided_act, "on": observation.decided_on}
        if observation.state is not ObservationState.DECIDED:
            OBSERVATION_WORKFLOW.advance(observation, ObservationState.DECIDED)
        observation.decided_act, observation.decided_on = act.strip(), on
        _record(
            actor,
            "observation.decided",
            observation,
            before=before,
            act=observation.decided_act,
            on=on,
        )


@use_case
def regularise(actor: Actor, observation: Observation, *, how: str) -> None:
    """Say how the author was identified after all. Raises WrongState if it already was."""
    must_stand(observation)
    if observation.regularity is not Regularity.TO_REGULARISE:
        raise WrongState()
    observation.regularity = Regularity.REGULARISED
    observation.regularised_by = how.strip()
    _record(actor, "observation.regularised", observation, how=how)


@use_case
def note_unreadable(actor: Actor, observation: Observation, *, what: str) -> None:
    """Say what of an observation cannot be read; with no words, that all of it can."""
    must_stand(observation)
    before, after = observation.unreadable, what.strip()
    if before == after:
        return
    observation.unreadable = after
    action = "observation.found_unreadable" if after else "observation.found_readable"
    _record(actor, action, observation, before=before, after=after)


@use_case
def count_from(
    actor: Actor, observation: Observation, *, counts_at: dt.datetime, reason: str
) -> None:
    """Decide that another instant counts. The submission keeps the one it came with."""
    must_stand(observation)
    if counts_at > clock.now():
        raise InTheFuture()
    if not observation.window.has_opened(counts_at):
        raise NotYetOpen()
    if not reason.strip():
        raise ReasonNeeded()
    hold_registers(observation.procedure)
    db.session.refresh(observation.window)
    before = {"counts_at": observation.counts_at, "in_time": observation.in_time}
    observation.date(observation.window, counts_at, Basis.OFFICER, reason.strip())
    _record(
        actor,
        "observation.date_decided",
        observation,
        before=before,
        counts_at=counts_at,
        in_time=observation.in_time,
        reason=reason,
    )


@use_case
def write_working_text(
    actor: User, observation: Observation, *, text: str, base_version: int
) -> WorkingText:
    """A new version of the working text. Raises ChangedMeanwhile if it is not the last's."""
    must_stand(observation)
    last = db.session.scalars(
        sa.select(WorkingText)
        .filter_by(observation_id=observation.id)
        .order_by(WorkingText.version.desc())
        .limit(1)
    ).one()
    if last.version != base_version:
        raise ChangedMeanwhile()
    if last.text == text:
        return last
    new = WorkingText(
        observation_id=observation.id,
        version=last.version + 1,
        text=text,
        written_at=clock.now(),
        written_by_id=actor.id,
    )
    db.session.add(new)
    _record(
        actor,
        "observation.text_written",
        observation,
        version=new.version,
        sha256=audit.sha256(text),
    )
    return new


@use_case
def classify(
    actor: User,
    observation: Observation,
    *,
    title: str,
    subject_type: SubjectType,
    municipality_id: int | None,
    sections: Sequence[SectionVersion],
) -> None:
    """Set how the office counts the observation: title, type, Comune and sections.

    A section that stays keeps its anchor, and so the words that were quoted. What the public
    reads changes only by the hand of who publishes: else raises PublicAlready.
    """
    must_stand(observation)
    if observation.published_at is not None and not actor.can(Permission.PUBLISH):
        raise PublicAlready()
    if any(s.edition.plan_id != observation.procedure.plan_id for s in sections):
        raise SectionOfAnotherPlan()
    if municipality_id is not None and not db.session.get(Municipality, municipality_id):
        raise UnknownMunicipality()
    before = _classification(observation)
    observation.title = title.strip()
    observation.subject_type = subject_type
    observation.municipality_id = municipality_id
    wanted = {section.id: section for section in sections}
    for link in list(observation.anchors):
        if link.anchor.section_version_id in wanted:
            wanted.pop(link.anchor.section_version_id)
        else:
            db.session.delete(link)
    for section in wanted.values():
        file_under(observation, draw_anchor(section))
    db.session.flush()
    db.session.expire(observation, ["anchors"])
    _record(
        actor,
        "observation.classified",
        observation,
        before=before,
        after=_classification(observation),
    )


def _classification(observation: Observation) -> dict[str, object]:
    return {
        "title": observation.title,
        "type": observation.subject_type,
        "municipality": observation.municipality_id,
        "sections": sorted(link.anchor.section_version.citation for link in observation.anchors),
    }


@use_case
def tie_party(actor: Actor, party: ObservationParty, stakeholder: Stakeholder | None) -> None:
    """Say which stakeholder a declared party is, or that it is none of them after all."""
    must_stand(party.observation)
    before, party.stakeholder_id = party.stakeholder_id, stakeholder.id if stakeholder else None
    party.tied_at = clock.now() if stakeholder else None
    _record(
        actor,
        "observation.party_tied" if stakeholder else "observation.party_untied",
        party.observation,
        party=party.id,
        before=before,
        stakeholder=party.stakeholder_id,
    )


@use_case
def publish(
    actor: Actor, observations: Sequence[Observation], *, seen: Collection[str] | None = None
) -> int:
    """Let the public read these observations, in the last version of their working text.

    `seen` holds the publication marks of what the person read before deciding. Returns how
    many were published now. Raises NotPublishable if one has no protocol number, and
    ChangedMeanwhile if one is no longer what was seen; then publishes none.
    """
    published = 0
    for observation in observations:
        must_stand(observation)
        if seen is not None and observation.publication_mark not in seen:
            raise ChangedMeanwhile()
        if observation.state is ObservationState.RECEIVED:
            raise NotPublishable()
        version = observation.working_text.version
        if observation.published_version == version:
            continue
        observation.published_at = observation.published_at or clock.now()
        observation.published_version = version
        _record(actor, "observation.published", observation, version=version)
        published += 1
    return published


@use_case
def unpublish(actor: Actor, observation: Observation, *, reason: str) -> None:
    """Take an observation back from the public, saying why. Raises Annulled."""
    must_stand(observation)
    observation.published_at = observation.published_version = None
    _record(actor, "observation.unpublished", observation, reason=reason)
