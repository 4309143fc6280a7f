"""The rows that a submission becomes, as they are before the database has them."""

import datetime as dt
from collections.abc import Iterator

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.audit import Actor
from ptm_participation.core.reference import fold
from ptm_participation.observations import codes
from ptm_participation.observations.models import (
    Observation,
    ObservationAnchor,
    ObservationParty,
    Request,
    Submission,
    SubmissionFile,
    WorkingText,
)
from ptm_participation.observations.received import (
    Asked,
    Received,
    as_sent,
    as_text,
    default_title,
)
from ptm_participation.observations.workflow import (
    ObservationState,
    Regularity,
)
from ptm_participation.plan.models import Anchor, SectionVersion
from ptm_participation.procedure.models import PrivacyNotice, Window
from ptm_participation.stakeholders.subjects import SubjectType


def make_submission(
    window: Window,
    received: Received,
    versions: dict[int, SectionVersion],
    counts_at: dt.datetime,
    token: str,
    notice: PrivacyNotice | None,
    author: User | None,
    actor: Actor,
) -> Submission:
    """What is kept of what was received."""
    raw = sent_form(window, received, versions, notice)
    return Submission(
        window_id=window.id,
        channel=received.channel,
        received_at=received.received_at,
        sent_on=received.sent_on,
        counts_at=counts_at,
        raw=raw,
        text=as_text(received, versions),
        sha256=audit.sha256(raw),
        identity_level=received.identity_level,
        token_sha256=form_tokens.digest(token),
        code_sha256=codes.digest(codes.code_of(token)),
        user_id=author.id if author else None,
        entered_by_id=actor.id if isinstance(actor, User) and actor is not author else None,
        privacy_notice_id=notice.id if notice else None,
        language=received.language,
    )


def sent_form(
    window: Window,
    received: Received,
    versions: dict[int, SectionVersion],
    notice: PrivacyNotice | None,
) -> str:
    """What was received, in the form of which the digest is taken."""
    return as_sent(
        received,
        versions,
        procedure=window.procedure.code,
        window=window.code,
        privacy_notice=notice.version if notice else None,
    )


def make_files(submission: Submission, received: Received) -> Iterator[SubmissionFile]:
    """The files that came with it."""
    for position, file in enumerate(received.files, 1):
        yield SubmissionFile(
            submission_id=submission.id,
            position=position,
            file_sha256=file.sha256,
            name=file.name,
            file_class=file.file_class,
        )


def make_request(submission: Submission, position: int, asked: Asked) -> Request:
    """One of the things asked."""
    return Request(
        submission_id=submission.id,
        position=position,
        kind=asked.kind,
        whole_plan=asked.whole_plan,
        place=asked.place,
        proposed=asked.proposed,
        reasons=asked.reasons,
    )


def make_observation(
    window: Window,
    received: Received,
    versions: dict[int, SectionVersion],
    submission: Submission,
    number: int,
) -> Observation:
    """The register's new entry, as the office begins with it."""
    return Observation(
        procedure_id=window.procedure_id,
        register_id=window.register_id,
        submission_id=submission.id,
        window_id=window.id,
        received_at=received.received_at,
        channel=received.channel,
        purpose=received.purpose,
        protocol_number="",
        protocol_registry="",
        protocol_case_file="",
        sender_protocol_number=received.sender_protocol,
        sender_protocol_registry="",
        state=ObservationState.RECEIVED,
        regularity=(
            Regularity.SUFFICIENT
            if window.procedure.suffices(received.identity_level)
            else Regularity.TO_REGULARISE
        ),
        title=default_title(received, versions),
        search_text=_search_text(received, submission.text),
        subject_type=received.submitter.type or SubjectType.CITIZEN,
        municipality_id=received.submitter.municipality_id,
        number=number,
    )


def _search_text(received: Received, text: str) -> str:
    names = " ".join(party.name for party in received.parties)
    return fold(f"{received.subject} {names} {text}")


def make_parties(observation: Observation, received: Received) -> Iterator[ObservationParty]:
    """Who it is from, as declared."""
    for party in received.parties:
        yield ObservationParty(
            observation_id=observation.id,
            role=party.role,
            capacity=party.capacity,
            name=party.name,
            type=party.type,
            municipality_id=party.municipality_id,
            email=party.email,
            phone=party.phone,
        )


def make_working_text(
    observation: Observation,
    received: Received,
    versions: dict[int, SectionVersion],
    submission: Submission,
) -> WorkingText:
    """The first version of the text that the office works on: what was received, but its places,
    of which the public sees those that it may."""
    placed = any(asked.places for asked in received.requests)
    text = as_text(received, versions, with_places=False) if placed else submission.text
    return WorkingText(observation_id=observation.id, version=1, text=text, written_at=clock.now())


def make_filing(
    observation: Observation, anchor: Anchor, section: SectionVersion
) -> ObservationAnchor:
    """That the observation counts under the anchor's section."""
    return ObservationAnchor(
        observation_id=observation.id,
        anchor_id=anchor.id,
        provision_id=section.provision_id,
        page_id=section.unit.provision_id if section.unit else section.provision_id,
        document_id=section.document_id,
    )
