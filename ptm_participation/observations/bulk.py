"""The verbs of the register, for many observations in one transaction.

Each gives the rows and the entries in the log that the verb for one would have given, since it
builds them with the same functions; only the statements are fewer.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, load_only, selectinload

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.audit import Actor
from ptm_participation.core.bulk import fresh_keys, write_all
from ptm_participation.core.db import Model, db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.form_tokens import FormToken
from ptm_participation.core.storage import Kept, name_file
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import intake, links, placing, rows, service
from ptm_participation.observations.intake import CountedOtherwise
from ptm_participation.observations.models import (
    Observation,
    ObservationParty,
    Protocol,
    Request,
    RequestAnchor,
    Submission,
    SubmissionFile,
    WorkingText,
)
from ptm_participation.observations.received import Received
from ptm_participation.plan.models import Anchor, SectionVersion
from ptm_participation.plan.service import anchor_on
from ptm_participation.procedure.models import PrivacyNotice, Register, Window
from ptm_participation.stakeholders.models import Stakeholder


class TakenAlready(DomainError):
    message = _l("Some of these observations are registered already: nothing was registered.")


@dataclasses.dataclass(frozen=True, slots=True)
class Arrival:
    """One submission of a batch: who takes it in and when, and the token of its form."""

    actor: Actor
    received: Received
    token: str
    at: dt.datetime
    author: User | None = None
    notice: PrivacyNotice | None = None
    counted: CountedOtherwise | None = None
    protocol: Protocol | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """What a submission of a batch became: the observation's key and number."""

    id: int
    number: int


@use_case
def submit_observations(
    window: Window, arrivals: Sequence[Arrival], *, files: Iterable[Kept] = ()
) -> list[Taken]:
    """Take submissions into the window's register in this order.

    Either all are taken, with numbers that follow one another, or none. `files` are those
    that they bring, if no record names them yet. Raises what `submit_observation` raises, and
    TakenAlready if a form among them made an observation before.
    """
    if not arrivals:
        return []
    for file in files:
        name_file(file)
    _refuse_used(arrivals)
    versions = intake.sections_of(window, [arrival.received for arrival in arrivals])
    placing.hold_sheets(window, [arrival.received for arrival in arrivals])
    intake.check_municipalities(arrival.received for arrival in arrivals)
    keys = _Keys([arrival.received for arrival in arrivals])
    number = intake.next_number(window, len(arrivals))
    records: list[Model] = []
    taken = []
    for place, arrival in enumerate(arrivals):
        with clock.at(arrival.at):
            observation, facts, made = _take_in(window, arrival, versions, keys, number + place)
            subject = (Observation.__tablename__, observation.id)
            audit.record(
                arrival.actor,
                "observation.registered",
                subject,
                stream=window.procedure.stream,
                **facts,
            )
            if arrival.protocol is not None:
                _give_protocol(window, arrival, observation)
        taken.append(Taken(observation.id, observation.number))
        records += made
    write_all(sorted(records, key=lambda record: _ORDER.get(type(record), len(_ORDER))))
    for arrival, made_of_it in zip(arrivals, taken, strict=True):
        if arrival.received.earlier is not None:
            with clock.at(arrival.at):
                _link(window, arrival, made_of_it)
    return taken


def _link(window: Window, arrival: Arrival, taken: Taken) -> None:
    assert arrival.received.earlier is not None
    links.link_observations(
        arrival.actor,
        db.session.get_one(Observation, taken.id),
        arrival.received.earlier.kind,
        intake.get_earlier(window, arrival.received.earlier),
        because=arrival.received.because[:300],
    )


# What is named by the others is written first.
_ORDER = {kind: place for place, kind in enumerate((Submission, Request, Anchor, Observation))}


def _refuse_used(arrivals: Sequence[Arrival]) -> None:
    if any(len(arrival.token) < form_tokens.LEAST_LETTERS for arrival in arrivals):
        raise form_tokens.NoToken()
    digests = {form_tokens.digest(arrival.token) for arrival in arrivals}
    used = sa.select(sa.func.count()).where(FormToken.token_sha256.in_(digests))
    if len(digests) < len(arrivals) or db.session.scalar(used):
        raise TakenAlready()


class _Keys:
    """The keys of what a batch is about to write."""

    def __init__(self, several: Sequence[Received]) -> None:
        asked = [request for received in several for request in received.requests]
        counts: dict[type[Any], int] = {
            Submission: len(several),
            Observation: len(several),
            Request: len(asked),
            Anchor: sum(len(request.quotes) for request in asked),
            SubmissionFile: sum(len(received.files) for received in several),
            ObservationParty: sum(len(received.parties) for received in several),
            WorkingText: len(several),
        }
        self._left = {
            kind: iter(fresh_keys(kind, count)) for kind, count in counts.items() if count
        }

    def give(self, record: Any) -> Any:
        record.id = next(self._left[type(record)])
        return record


def _take_in(
    window: Window,
    arrival: Arrival,
    versions: dict[int, SectionVersion],
    keys: _Keys,
    number: int,
) -> tuple[Observation, dict[str, Any], list[Model]]:
    """What `submit_observation` makes of one submission, not yet written, and what the log
    says of it."""
    received, actor = arrival.received, arrival.actor
    counts_at, basis, reason = intake.date_that_counts(received, arrival.counted)
    intake.check_received(window, received, counts_at)
    submission = keys.give(
        rows.make_submission(
            window,
            received,
            versions,
            counts_at,
            arrival.token,
            arrival.notice,
            arrival.author,
            actor,
        )
    )
    observation = keys.give(rows.make_observation(window, received, versions, submission, number))
    observation.date(window, counts_at, basis, reason)
    digest = form_tokens.digest(arrival.token)
    token = FormToken(token_sha256=digest, used_at=clock.now(), made=str(observation.id))
    intake.send_receipt(observation, received, arrival.token)
    working = keys.give(rows.make_working_text(observation, received, versions, submission))
    made = [
        submission,
        observation,
        token,
        *map(keys.give, rows.make_files(submission, received)),
        *map(keys.give, rows.make_parties(observation, received)),
        working,
        *_requests(submission, observation, received, versions, keys),
    ]
    said = intake.registered(window, received, submission, observation, working)
    return observation, said, made


def _requests(
    submission: Submission,
    observation: Observation,
    received: Received,
    versions: dict[int, SectionVersion],
    keys: _Keys,
) -> Iterator[Model]:
    for position, asked in enumerate(received.requests, 1):
        request = keys.give(rows.make_request(submission, position, asked))
        yield request
        yield from placing.make_places(request, asked)
        for quote in asked.quotes:
            section = versions[quote.version_id]
            anchor = keys.give(anchor_on(section, quote.quotation))
            yield anchor
            yield RequestAnchor(request_id=request.id, anchor_id=anchor.id)
            yield rows.make_filing(observation, anchor, section)


def _give_protocol(window: Window, arrival: Arrival, observation: Observation) -> None:
    assert arrival.protocol is not None
    before = observation.give_protocol(service.dated(arrival.protocol))
    audit.record(
        arrival.actor,
        "observation.protocol_recorded",
        (Observation.__tablename__, observation.id),
        stream=window.procedure.stream,
        before=before,
        **observation.protocol._asdict(),
    )


# -- the office --------------------------------------------------------------------------

# What the verbs below read: the others would be read for nothing, many times over.
_WORKED_ON = (
    Observation.register_id,
    Observation.number,
    Observation.state,
    Observation.regularity,
    Observation.protocol_number,
    Observation.protocol_on,
    Observation.protocol_registry,
    Observation.protocol_case_file,
    Observation.sender_protocol_number,
    Observation.sender_protocol_on,
    Observation.sender_protocol_registry,
    Observation.annulled_at,
    Observation.published_at,
    Observation.published_version,
)


def _observations(keys: Iterable[int], *options: Any) -> Sequence[Observation]:
    """These observations in the order of their registers, in a fixed number of queries."""
    return intake.held(
        sa.select(Observation)
        .options(
            load_only(*_WORKED_ON),
            joinedload(Observation.register).joinedload(Register.procedure),
            *options,
        )
        .where(Observation.id.in_(list(keys)))
    )


@use_case
def record_protocols(
    actor: Actor, protocols: Mapping[int, Protocol], senders: Mapping[int, Protocol] | None = None
) -> None:
    """Write down the protocol numbers of many observations, given by their keys; and those of
    their senders."""
    of_senders = senders or {}
    for observation in _observations({*protocols, *of_senders}):
        if observation.id in protocols:
            service.record_protocol(actor, observation, protocols[observation.id])
        if observation.id in of_senders:
            service.record_sender_protocol(actor, observation, of_senders[observation.id])


@use_case
def check_observations(actor: Actor, keys: Iterable[int]) -> None:
    """Say of each that admissibility, term and duplicates were looked at."""
    for observation in _observations(keys):
        service.check_observation(actor, observation)


@use_case
def regularise_observations(actor: Actor, how: Mapping[int, str]) -> None:
    """Say how the author of each was identified after all."""
    for observation in _observations(how):
        service.regularise(actor, observation, how=how[observation.id])


@use_case
def write_working_texts(actor: User, texts: Mapping[int, tuple[str, int]]) -> None:
    """A new version of the working text of each: the words, and the version that they follow."""
    for observation in _observations(texts):
        text, base_version = texts[observation.id]
        service.write_working_text(actor, observation, text=text, base_version=base_version)


@use_case
def tie_parties(actor: Actor, stakeholders: Mapping[int, int]) -> None:
    """Say of the submitters of many observations which stakeholder each of them is."""
    known = {
        row.id: row
        for row in db.session.scalars(
            sa.select(Stakeholder).where(Stakeholder.id.in_(set(stakeholders.values())))
        )
    }
    for observation in _observations(stakeholders, selectinload(Observation.parties)):
        stakeholder = known[stakeholders[observation.id]]
        service.tie_party(actor, observation.submitter, stakeholder)


@use_case
def publish_observations(actor: Actor, keys: Iterable[int]) -> int:
    """Let the public read these observations. Returns how many were published now."""
    versions = selectinload(Observation.texts).load_only(WorkingText.version, raiseload=True)
    return service.publish(actor, _observations(keys, versions))
