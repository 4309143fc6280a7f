"""An entry of the register that should not be there: it is annulled, and nothing is deleted.

It keeps its number and all that it holds, with who annulled it, when and why, and leaves the
lists and counts. Source: DPR 445/2000, art. 54.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError, WrongState
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import links
from ptm_participation.observations.intake import get_earlier, hold, must_stand
from ptm_participation.observations.mail_models import IncomingMail
from ptm_participation.observations.models import Observation, SubmissionFile
from ptm_participation.observations.received import Earlier
from ptm_participation.observations.service import unpublish
from ptm_participation.observations.workflow import MAIL_WORKFLOW, FileClass, LinkKind, MailState


class EnteredAgain(DomainError):
    message = _l("Its message was entered again as n. %(number)d: annul that one first.")


@use_case
def annul(actor: Actor, observation: Observation, *, because: str) -> None:
    """Annul an entry, and take it back from the public. Raises Annulled.

    The message that it was made from waits to be entered again.
    """
    must_stand(observation)
    if observation.published_at is not None:
        unpublish(actor, observation, reason=because)
    observation.annulled_at, observation.annulled_because = clock.now(), because.strip()
    for mail in _messages(observation):
        if mail.observation_id == observation.id:
            MAIL_WORKFLOW.advance(mail, MailState.TO_ENTER)
            mail.observation_id = None
            _note(actor, "mail.given_back", observation, because, of=mail)
    _note(actor, "observation.annulled", observation, because)


@use_case
def undo_annulment(actor: Actor, observation: Observation, *, because: str) -> None:
    """Let an entry that was annulled by mistake stand again.

    Raises WrongState, EnteredAgain and, for one that withdraws an observation, what `get_earlier`
    raises: it may have been withdrawn again meanwhile.
    """
    hold(observation)
    if observation.annulled_at is None:
        raise WrongState()
    for link in links.links_of(observation):
        if link.forward and link.kind is LinkKind.WITHDRAWS:
            get_earlier(observation.window, Earlier(link.register, link.number, link.kind))
    for mail in _messages(observation):
        if mail.observation is not None:
            raise EnteredAgain(number=mail.observation.number)
        before = {"state": mail.state, "reason": mail.reason}
        if mail.state is MailState.SET_ASIDE:
            MAIL_WORKFLOW.advance(mail, MailState.TO_ENTER)
            mail.reason = ""
        MAIL_WORKFLOW.advance(mail, MailState.ENTERED)
        mail.observation_id = observation.id
        _note(actor, "mail.entered", observation, because, of=mail, before=before)
    observation.annulled_at, observation.annulled_because = None, ""
    _note(actor, "observation.annulment_undone", observation, because)


def _messages(observation: Observation) -> Sequence[IncomingMail]:
    """The messages that the entry was made from, held so that nobody enters them meanwhile.

    Those that came within one of them are attachments, and have a life of their own.
    """
    files = sa.select(SubmissionFile.file_sha256).filter_by(
        submission_id=observation.submission_id, file_class=FileClass.SCAN
    )
    rows = sa.select(IncomingMail).where(IncomingMail.file_sha256.in_(files))
    return db.session.scalars(rows.with_for_update(of=IncomingMail)).all()


def _note(
    actor: Actor,
    action: str,
    observation: Observation,
    because: str,
    *,
    of: IncomingMail | None = None,
    **more: Any,
) -> None:
    """What the log says of the entry, or of the message that follows its fate."""
    stream, reason = observation.procedure.stream, because.strip()
    if of is not None:
        more["observation"] = observation.id
    audit.record(actor, action, of or observation, stream=stream, reason=reason, **more)
