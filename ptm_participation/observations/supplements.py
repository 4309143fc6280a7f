"""An author who is to be regularised: what the office asks, until when, and what then comes.

Neither a request nor what comes for it is ever altered, and nothing here alters what was
submitted: the office reads the two side by side and says how the author was identified.
"""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import Reader, User
from ptm_participation.core import audit, clock, form_tokens, jobs
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError, NotFound, WrongState
from ptm_participation.core.storage import Kept, name_file
from ptm_participation.core.transaction import use_case
from ptm_participation.observations.intake import must_stand
from ptm_participation.observations.models import Observation
from ptm_participation.observations.supplement_models import (
    RegularisationRequest,
    Supplement,
    SupplementFile,
)
from ptm_participation.observations.workflow import FileClass, Regularity
from ptm_participation.procedure import terms
from ptm_participation.procedure.deadline import Deadline
from ptm_participation.procedure.models import Procedure

ASKED_BY_MAIL = "observation.regularise"


class SentWithOtherFiles(DomainError):
    message = _l("This page was sent already, with other files. Open it again to add these.")


class NothingAdded(DomainError):
    message = _l("Add at least one file.")


def term(procedure: Procedure, start: dt.date, days: int) -> Deadline:
    """When so many days from `start` are over, and why. Raises NotATerm and TermOutOfTime."""
    found = terms.times(procedure, terms.Term(opens_on=start, notice_on=start, days=days))
    assert found.deadline is not None  # it is counted from a day
    return found.deadline


def reasons_of(observation: Observation, asked: RegularisationRequest) -> Deadline | None:
    """How the term of a request was counted; None if what was asked then no longer leads there,
    as after a suspension of the terms that came later."""
    counted = term(observation.procedure, clock.rome(asked.asked_at).date(), asked.days)
    return counted if counted.last_day == asked.due_on else None


@use_case
def ask_to_regularise(
    actor: User, observation: Observation, *, days: int, words: str
) -> RegularisationRequest:
    """Ask the sender to make itself known within so many days from today.

    The mail is sent to the addresses that came with the observation, if any did. Raises
    WrongState unless the author is to be regularised, and what `term` raises.
    """
    must_stand(observation)
    if observation.regularity is not Regularity.TO_REGULARISE:
        raise WrongState()
    due = term(observation.procedure, clock.today(), days)
    asked = RegularisationRequest(
        observation_id=observation.id,
        asked_at=clock.now(),
        days=days,
        due_on=due.last_day,
        words=words.strip(),
        asked_by_id=actor.id,
    )
    db.session.add(asked)
    db.session.flush()
    if any(party.email for party in observation.parties):
        jobs.enqueue(ASKED_BY_MAIL, {"request": asked.id}, about=f"observation:{observation.id}")
    audit.record(
        actor,
        "observation.regularisation_asked",
        observation,
        stream=observation.procedure.stream,
        days=days,
        due_on=due.last_day,
        words=asked.words,
    )
    return asked


@use_case
def supply(
    actor: Actor,
    observation: Observation,
    files: Sequence[tuple[str, Kept, FileClass]],
    *,
    token: str,
    received_at: dt.datetime,
) -> Supplement:
    """Keep what its sender adds to regularise it; after the term it is kept all the same.

    The same form again gives what it made the first time. Raises SentWithOtherFiles if it is not
    the same, WrongState unless the author is to be regularised, Annulled and NothingAdded.
    """
    made = form_tokens.claim(token)
    if made is not None:
        return _made_before(observation, files, token)
    must_stand(observation)
    if observation.regularity is not Regularity.TO_REGULARISE:
        raise WrongState()
    if not files:
        raise NothingAdded()
    asked = db.session.scalars(
        sa.select(RegularisationRequest)
        .filter_by(observation_id=observation.id)
        .order_by(RegularisationRequest.id.desc())
        .limit(1)
    ).first()
    supplement = Supplement(
        observation_id=observation.id,
        request_id=asked.id if asked else None,
        received_at=received_at,
        token_sha256=form_tokens.digest(token),
        user_id=actor.id if isinstance(actor, User) else None,
    )
    db.session.add(supplement)
    db.session.flush()
    db.session.add_all(
        SupplementFile(
            supplement_id=supplement.id,
            position=position,
            file_sha256=name_file(kept),
            name=name,
            file_class=file_class,
        )
        for position, (name, kept, file_class) in enumerate(files, 1)
    )
    form_tokens.made(token, supplement.id)
    audit.record(
        actor,
        "observation.supplemented",
        observation,
        stream=observation.procedure.stream,
        supplement=supplement.id,
        received_at=received_at,
        files={name: kept.sha256 for name, kept, _class in files},
    )
    return supplement


def _made_before(
    observation: Observation, files: Sequence[tuple[str, Kept, FileClass]], token: str
) -> Supplement:
    """What this form made of these files, for this observation. Raises SentWithOtherFiles."""
    found = db.session.scalar(
        sa.select(Supplement).filter_by(
            observation_id=observation.id, token_sha256=form_tokens.digest(token)
        )
    )
    sent = [(name, kept.sha256, file_class) for name, kept, file_class in files]
    if found is None or sent != [(f.name, f.file_sha256, f.file_class) for f in found.files]:
        raise SentWithOtherFiles()
    return found


# -- reading -----------------------------------------------------------------------------

_REQUESTS = (
    sa.select(RegularisationRequest)
    .options(joinedload(RegularisationRequest.asked_by))
    .where(RegularisationRequest.observation_id == sa.bindparam("id"))
    .order_by(RegularisationRequest.id.desc())
)
_SUPPLEMENTS = (
    sa.select(Supplement)
    .options(
        joinedload(Supplement.request),
        selectinload(Supplement.files).joinedload(SupplementFile.file),
    )
    .where(Supplement.observation_id == sa.bindparam("id"))
    .order_by(Supplement.id)
)


def _was_to_regularise(observation: Observation) -> bool:
    """Whether anything was ever asked or added: an author who was identified from the start is
    asked nothing, and one who was not is never said to have been."""
    return observation.regularity is not Regularity.SUFFICIENT


def requests_of(observation: Observation) -> Sequence[RegularisationRequest]:
    """What its sender was asked, the last request first."""
    if not _was_to_regularise(observation):
        return ()
    return db.session.scalars(_REQUESTS, {"id": observation.id}).all()


def supplements_of(observation: Observation) -> Sequence[Supplement]:
    """What its sender added, the first first."""
    if not _was_to_regularise(observation):
        return ()
    return db.session.scalars(_SUPPLEMENTS, {"id": observation.id}).all()


def get_file(observation: Observation, file_id: int, *, seen_by: Reader) -> SupplementFile:
    """A file that was added. Staff alone read files. Raises NotFound."""
    row = db.session.scalar(
        sa.select(SupplementFile)
        .join(Supplement, Supplement.id == SupplementFile.supplement_id)
        .options(joinedload(SupplementFile.file))
        .where(SupplementFile.id == file_id, Supplement.observation_id == observation.id)
    )
    if row is None or not seen_by.can(Permission.REGISTER):
        raise NotFound()
    return row
