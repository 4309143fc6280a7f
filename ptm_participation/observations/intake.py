"""Taking what was sent into the register: one transaction, one number, one receipt.

What is kept here is never altered afterwards.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock, form_tokens, jobs
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.sealing import seal
from ptm_participation.core.transaction import is_writing, notes, use_case
from ptm_participation.observations import codes, links, placing, rows
from ptm_participation.observations.audiences import check_audience
from ptm_participation.observations.models import (
    Observation,
    RequestAnchor,
    Submission,
    WorkingText,
)
from ptm_participation.observations.received import (
    Asked,
    Declared,
    Earlier,
    Received,
)
from ptm_participation.observations.workflow import (
    BASIS_OF_CHANNEL,
    Basis,
    Channel,
    LinkKind,
    ObservationState,
    Purpose,
)
from ptm_participation.plan.closing import refuse_closed
from ptm_participation.plan.models import Anchor, Edition, SectionVersion
from ptm_participation.plan.service import draw_anchor
from ptm_participation.procedure.models import PrivacyNotice, Procedure, Register, Window
from ptm_participation.territory.models import Municipality

RECEIPT = "observation.receipt"
_HELD = "observations held"  # a note of the running use case


class NotYetOpen(DomainError):
    message = _l("Observations are not open yet.")


class WindowShut(DomainError):
    message = _l("Observations are closed by an act: %(act)s.")


class Annulled(DomainError):
    message = _l("This entry of the register is annulled: nothing more is done with it.")
    status = 409


class DecidedAlready(DomainError):
    message = _l("The council has decided on n. %(number)d: it can no longer be changed.")


class SentAfterArrival(DomainError):
    message = _l("It cannot have been sent after it arrived.")


class NothingAsked(DomainError):
    message = _l("Write what you ask.")


class NotABody(DomainError):
    message = _l(
        "Only a body answers that it has no observations: as a private person you need not "
        "send anything."
    )


class NoSuchEarlier(DomainError):
    message = _l("There is no observation of this number.")


class WithdrawnAlready(DomainError):
    message = _l("Observation n. %(number)d is withdrawn already: submit a new one.")


class NothingToReturnTo(DomainError):
    message = _l("N. %(number)d is a withdrawal: it can be neither completed nor withdrawn.")


class SectionOfAnotherPlan(DomainError):
    message = _l("A section that you chose does not belong to this plan: choose it again.")


class UnknownMunicipality(DomainError):
    message = _l("Choose the Comune from the list.")


class SentWithOtherWords(DomainError):
    message = _l(
        "This page had already registered n. %(number)d, with other words. "
        "Open the form again to register another one."
    )


class InTheFuture(DomainError):
    message = _l("This date is still to come.")


class ReasonNeeded(DomainError):
    message = _l("Say why another date counts.")


@dataclasses.dataclass(frozen=True, slots=True)
class CountedOtherwise:
    """The office's decision that another instant counts, with its reason."""

    counts_at: dt.datetime
    reason: str


@use_case
def submit_observation(
    actor: Actor,
    window: Window,
    received: Received,
    *,
    token: str,
    notice: PrivacyNotice | None = None,
    author: User | None = None,
    counted: CountedOtherwise | None = None,
) -> Observation:
    """Take a submission into the window's register and give it the next number.

    The same token again returns the observation that it made the first time. After the term
    it is taken as late. One that integrates, replaces or withdraws an earlier one is linked to it.
    Raises NotYetOpen, WindowShut, NotOfTheAudience, NothingAsked, NotABody, SectionOfAnotherPlan,
    ClosedToObservations, UnknownMunicipality, InTheFuture, SentAfterArrival, ReasonNeeded or what
    `get_earlier` and `hold_sheets` raise; then nothing is written and no number is used up.
    """
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(Observation, int(made))
    counts_at, basis, reason = date_that_counts(received, counted)
    check_received(window, received, counts_at)
    check_municipalities([received])
    earlier = get_earlier(window, received.earlier) if received.earlier else None
    versions = sections_of(window, [received])
    placing.hold_sheets(window, [received])
    submission, anchors = _keep_submission(
        window, received, versions, counts_at, token, notice, author, actor
    )
    number = next_number(window)
    observation = rows.make_observation(window, received, versions, submission, number)
    observation.date(window, counts_at, basis, reason)
    db.session.add(observation)
    db.session.flush()
    db.session.add_all(rows.make_parties(observation, received))
    working = rows.make_working_text(observation, received, versions, submission)
    db.session.add(working)
    for anchor in anchors:
        file_under(observation, anchor)
    db.session.flush()
    form_tokens.made(token, observation.id)
    send_receipt(observation, received, token)
    audit.record(
        actor,
        "observation.registered",
        observation,
        stream=window.procedure.stream,
        **registered(window, received, submission, observation, working),
    )
    if earlier is not None and received.earlier is not None:
        links.link_observations(
            actor, observation, received.earlier.kind, earlier, because=received.because[:300]
        )
    return observation


def get_earlier(window: Window, named: Earlier) -> Observation:
    """The earlier observation that another one is about to be linked to, locked so that it is
    withdrawn once. Raises NoSuchEarlier and what `check_stands` raises."""
    found = db.session.scalar(
        sa.select(Observation)
        .join(Register, Register.id == Observation.register_id)
        .where(
            Observation.procedure_id == window.procedure_id,
            Register.slug == named.register,
            Observation.number == named.number,
        )
        .with_for_update(of=Observation)
    )
    if found is None:
        raise NoSuchEarlier()
    check_stands(found)
    return found


def hold(observation: Observation) -> None:
    """Lock the entry until the commit, once, and read it again: of two verbs at once on one entry
    the second decides on what the first has made of it."""
    already = notes().setdefault(_HELD, set())
    if observation.id not in already:
        db.session.refresh(observation, with_for_update={"of": Observation})
        already.add(observation.id)


def held(query: sa.Select[Observation]) -> Sequence[Observation]:
    """The entries that a query finds, in the order of the registers, each locked as by `hold`."""
    ordered = query.order_by(Observation.register_id, Observation.number)
    locked = db.session.scalars(ordered.with_for_update(of=Observation)).all()
    notes().setdefault(_HELD, set()).update(row.id for row in locked)
    return locked


def must_stand(observation: Observation) -> None:
    """Raises Annulled for an entry with which nothing more is done; a verb that asks holds it."""
    if is_writing():
        hold(observation)
    if observation.annulled_at is not None:
        raise Annulled()


def check_stands(observation: Observation) -> None:
    """Whether it can be integrated, replaced or withdrawn. Raises Annulled, DecidedAlready,
    WithdrawnAlready and NothingToReturnTo."""
    must_stand(observation)
    if observation.state is ObservationState.DECIDED:
        raise DecidedAlready(number=observation.number)
    if observation.purpose is Purpose.WITHDRAWAL:
        raise NothingToReturnTo(number=observation.number)
    if links.is_withdrawn(observation):
        raise WithdrawnAlready(number=observation.number)


def send_receipt(observation: Observation, received: Received, token: str) -> None:
    """Have the receipt sent, if there is an address for it."""
    if any(party.email for party in received.parties):
        jobs.enqueue(
            RECEIPT,
            {"sealed": seal({"code": codes.code_of(token)})},
            about=f"observation:{observation.id}",
        )


def registered(
    window: Window,
    received: Received,
    submission: Submission,
    observation: Observation,
    working: WorkingText,
) -> dict[str, Any]:
    """What the log says of a new entry of the register."""
    return {
        "register": window.register.slug,
        "number": observation.number,
        "sha256": submission.sha256,
        "text_sha256": audit.sha256(submission.text),
        "working_sha256": audit.sha256(working.text),
        "received_at": received.received_at,
        "counts_at": observation.counts_at,
        "in_time": observation.in_time,
        "basis": observation.basis,
        "channel": received.channel,
        "identity_level": received.identity_level,
    }


def date_that_counts(
    received: Received, counted: CountedOtherwise | None
) -> tuple[dt.datetime, Basis, str]:
    """The instant that counts in law, on what ground, and the officer's reason if any."""
    if counted is not None:
        if not counted.reason.strip():
            raise ReasonNeeded()
        return counted.counts_at, Basis.OFFICER, counted.reason.strip()
    basis = BASIS_OF_CHANNEL[received.channel]
    if received.accepted_at is not None:
        return received.accepted_at, Basis.PEC_ACCEPTANCE, ""
    if basis is Basis.POSTMARK and received.sent_on is not None:
        return clock.start_of_day(received.sent_on), basis, ""
    if basis is Basis.POSTMARK:
        return received.received_at, Basis.RECEIPT, ""
    return received.received_at, basis, ""


def check_received(window: Window, received: Received, counts_at: dt.datetime) -> None:
    """Raises InTheFuture, SentAfterArrival, NotYetOpen, WindowShut, NotOfTheAudience,
    NothingAsked, NotABody or NoSuchEarlier."""
    now = clock.now() + dt.timedelta(seconds=5)  # another server's clock may be a little ahead
    if received.received_at > now or counts_at > now:
        raise InTheFuture()
    if received.sent_on is not None and received.sent_on > clock.rome(received.received_at).date():
        raise SentAfterArrival()
    if not window.has_opened(counts_at):
        raise NotYetOpen()
    check_open(window, received.received_at)
    check_audience(window, received.submitter.type)
    if received.purpose is Purpose.NO_OBSERVATIONS and _is_private(received.submitter):
        raise NotABody()
    asks = received.purpose is Purpose.OBSERVATION
    if asks != bool(received.requests) or not all(map(_says_something, received.requests)):
        raise NothingAsked()
    if (received.purpose is Purpose.WITHDRAWAL) != _withdraws(received):
        raise NoSuchEarlier()


def check_municipalities(several: Iterable[Received]) -> None:
    """Raises UnknownMunicipality."""
    ids = {party.municipality_id for received in several for party in received.parties} - {None}
    known = db.session.scalars(sa.select(Municipality.id).where(Municipality.id.in_(ids)))
    if ids - set(known):
        raise UnknownMunicipality()


def check_open(window: Window, at: dt.datetime) -> None:
    """Whether the window takes submissions, in time or late. Raises NotYetOpen and WindowShut."""
    if not window.has_opened(at):
        raise NotYetOpen()
    if not window.takes(at):
        raise WindowShut(act=window.shut_act)


def _is_private(party: Declared) -> bool:
    return party.type is None or party.type.is_private_person


def _withdraws(received: Received) -> bool:
    return received.earlier is not None and received.earlier.kind is LinkKind.WITHDRAWS


def _says_something(asked: Asked) -> bool:
    return bool(asked.reasons.strip() or asked.proposed.strip())


def sections_of(window: Window, several: Iterable[Received]) -> dict[int, SectionVersion]:
    """The sections spoken of, all of the window's plan, and where the form sent them none that
    takes no observations. Raises SectionOfAnotherPlan and ClosedToObservations."""
    several = list(several)
    ids = {
        quote.version_id
        for received in several
        for asked in received.requests
        for quote in asked.quotes
    }
    found = db.session.scalars(
        sa.select(SectionVersion)
        .options(joinedload(SectionVersion.edition), joinedload(SectionVersion.document))
        .join(Edition, Edition.id == SectionVersion.edition_id)
        .where(SectionVersion.id.in_(ids), Edition.plan_id == window.procedure.plan_id)
    ).all()
    if len(found) != len(ids):
        raise SectionOfAnotherPlan()
    versions = {row.id: row for row in found}
    _refuse_closed(versions, several)
    return versions


def _refuse_closed(versions: dict[int, SectionVersion], several: list[Received]) -> None:
    """What comes on paper or by mail is filed all the same: the office says what becomes of it."""
    by_day: dict[dt.date, set[int]] = {}
    for received in several:
        if received.channel is Channel.WEB:
            on = clock.rome(received.received_at).date()
            quotes = {quote.version_id for asked in received.requests for quote in asked.quotes}
            by_day.setdefault(on, set()).update(quotes)
    for on, ids in by_day.items():
        refuse_closed((versions[version_id] for version_id in sorted(ids)), on)


def _keep_submission(
    window: Window,
    received: Received,
    versions: dict[int, SectionVersion],
    counts_at: dt.datetime,
    token: str,
    notice: PrivacyNotice | None,
    author: User | None,
    actor: Actor,
) -> tuple[Submission, list[Anchor]]:
    submission = rows.make_submission(
        window, received, versions, counts_at, token, notice, author, actor
    )
    db.session.add(submission)
    db.session.flush()
    db.session.add_all(rows.make_files(submission, received))
    anchors = [
        anchor
        for position, asked in enumerate(received.requests, 1)
        for anchor in _keep_request(submission, position, asked, versions)
    ]
    return submission, anchors


def holds(
    observation: Observation,
    window: Window,
    received: Received,
    counted: CountedOtherwise | None,
) -> bool:
    """Whether the observation is what was received here, to the last letter, and counts alike."""
    raw = rows.sent_form(window, received, sections_of(window, [received]), None)
    same = observation.submission.sha256 == audit.sha256(raw)
    if counted is None:
        return same and observation.basis is not Basis.OFFICER
    return same and (observation.counts_at, observation.reason) == (
        counted.counts_at,
        counted.reason.strip(),
    )


def _keep_request(
    submission: Submission, position: int, asked: Asked, versions: dict[int, SectionVersion]
) -> list[Anchor]:
    request = rows.make_request(submission, position, asked)
    db.session.add(request)
    db.session.flush()
    anchors = [draw_anchor(versions[quote.version_id], quote.quotation) for quote in asked.quotes]
    for anchor in anchors:
        db.session.add(RequestAnchor(request_id=request.id, anchor_id=anchor.id))
    db.session.add_all(placing.make_places(request, asked))
    return anchors


def next_number(window: Window, count: int = 1) -> int:
    """Take the next number of the window's register, the first of `count`.

    The row stays locked until the commit. Whoever moves a term holds it too: the window is read
    once more, so that what comes in meanwhile stands as the new term says.
    """
    number = db.session.scalars(
        sa.update(Register)
        .where(Register.id == window.register_id)
        .values(next_number=Register.next_number + count)
        .returning(Register.next_number - count)
        .execution_options(synchronize_session=False)
    ).one()
    db.session.refresh(window)
    return number


def hold_registers(procedure: Procedure) -> None:
    """Let nobody take a number in the procedure's registers until the commit."""
    registers = sa.select(Register.id).filter_by(procedure_id=procedure.id).order_by(Register.id)
    db.session.execute(registers.with_for_update())


def file_under(observation: Observation, anchor: Anchor) -> None:
    """Count the observation under the anchor's section."""
    db.session.add(rows.make_filing(observation, anchor, anchor.section_version))
