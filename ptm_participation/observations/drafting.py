"""An observation while it is being written.

A draft keeps whatever was typed, valid or not. It is found by its key, which only its author's
browser (or the message that the author asked for) holds. Drafts are notes of their authors,
not acts: they leave no trace in the log, and are deleted when they are old.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.models import User
from ptm_participation.core import clock, form_tokens, jobs
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.sealing import seal
from ptm_participation.core.storage import Kept, name_file
from ptm_participation.core.throttle import Limit
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import queries
from ptm_participation.observations.audiences import admitted
from ptm_participation.observations.draft_models import Draft, DraftFile
from ptm_participation.observations.intake import submit_observation
from ptm_participation.observations.models import Observation
from ptm_participation.observations.received import Received
from ptm_participation.observations.workflow import FileClass
from ptm_participation.plan.quotes import Quotation
from ptm_participation.procedure.models import PrivacyNotice, Window

DRAFT_LIFE = dt.timedelta(days=90)
MOST_FILES = 10
MOST_REQUESTS = 50
RESUME_LINK = "draft.link"
FORGET_FILES = "files.forget"
LINKS_BY_ADDRESS = Limit("draft links", failures=5, minutes=60)


class DraftGone(DomainError):
    message = _l("This draft is no longer here: it was old, or its address is not complete.")
    status = 404


class DraftChanged(DomainError):
    message = _l("The draft changed in the meantime: read it again, then send it.")


class TooManyFiles(DomainError):
    message = _l("At most 10 files: put several pages into one.")


class TooManyLinks(DomainError):
    message = _l("The link was already sent several times: wait an hour.")
    status = 429


def empty_request() -> dict[str, Any]:
    """What a request holds before anything is typed."""
    return {
        "sections": [],
        "whole_plan": False,
        "kind": "",
        "place": "",
        "proposed": "",
        "reasons": "",
    }


def quoted_words(version_id: int, quotation: Quotation) -> dict[str, Any]:
    """A section with the words chosen in it, as a request holds it."""
    return {
        "version": version_id,
        "exact": quotation.exact,
        "prefix": quotation.prefix,
        "suffix": quotation.suffix,
    }


def empty_content() -> dict[str, Any]:
    """What a draft holds before anything is typed."""
    return {"subject": "", "requests": [empty_request()], "party": {}}


@use_case
def begin_draft(
    window: Window,
    *,
    author: User | None,
    sections: Sequence[dict[str, Any]] = (),
    **known: Any,
) -> str:
    """Start a draft, perhaps on a section already chosen, or with what else is `known` of its
    content; returns its key."""
    key = secrets.token_hex(16)
    content = empty_content()
    content["requests"][0]["sections"] = list(sections)
    if len(types := admitted(window)) == 1:
        content["party"] = {"type": next(iter(types)).value}  # there is nothing to choose
    content |= known
    now = clock.now()
    db.session.add(
        Draft(
            key_sha256=form_tokens.digest(key),
            window_id=window.id,
            user_id=author.id if author else None,
            content=content,
            revision=1,
            created_at=now,
            updated_at=now,
        )
    )
    return key


def find_draft(key: str) -> Draft:
    """The draft of that key. Raises DraftGone."""
    draft = db.session.scalar(sa.select(Draft).filter_by(key_sha256=form_tokens.digest(key)))
    if draft is None:
        raise DraftGone()
    return draft


def drafts_of(keys: Sequence[str]) -> list[tuple[str, Draft]]:
    """The drafts of these keys that are still there, in the same order."""
    if not keys:
        return []
    digests = {form_tokens.digest(key): key for key in keys}
    query = sa.select(Draft).where(Draft.key_sha256.in_(digests))
    found = {digests[draft.key_sha256]: draft for draft in db.session.scalars(query)}
    return [(key, found[key]) for key in keys if key in found]


@use_case
def change_draft(key: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Draft:
    """Keep what was typed: `change` is given the draft's content and returns the new one.

    It is called with the draft locked, so that an autosave still on its way does not undo
    what a button did meanwhile.
    """
    draft = _locked(key)
    content = change(draft.content)
    if draft.content != content:
        draft.content = content
        draft.revision += 1
    draft.updated_at = clock.now()
    return draft


def _locked(key: str) -> Draft:
    draft = db.session.scalar(
        sa.select(Draft).filter_by(key_sha256=form_tokens.digest(key)).with_for_update()
    )
    if draft is None:
        raise DraftGone()
    return draft


@use_case
def put_file(key: str, name: str, kept: Kept, file_class: FileClass) -> None:
    """Put a stored file beside the draft; one of a private class replaces the one before."""
    draft = _locked(key)
    if file_class is FileClass.ATTACHMENT:
        draft.revision += 1  # the check page shows the attachments: it must be read again
    else:
        draft.files = [file for file in draft.files if file.file_class is not file_class]
    if len(draft.files) >= MOST_FILES:
        raise TooManyFiles()
    draft.files.append(DraftFile(file_sha256=name_file(kept), name=name, file_class=file_class))
    draft.updated_at = clock.now()


@use_case
def drop_file(key: str, file_id: int) -> None:
    """Take a file away from the draft."""
    draft = _locked(key)
    draft.files = [file for file in draft.files if file.id != file_id]
    draft.revision += 1
    jobs.enqueue(FORGET_FILES)


@use_case
def drop_draft(key: str) -> None:
    """Delete the draft: it was sent, or its author does not want it."""
    db.session.delete(_locked(key))
    jobs.enqueue(FORGET_FILES)


@use_case
def send_resume_link(key: str, email: str, *, address: str, language: str) -> None:
    """Have the draft's address sent, so that it can be resumed on another device."""
    if not LINKS_BY_ADDRESS.left(address):
        raise TooManyLinks()
    LINKS_BY_ADDRESS.count_failure(address)
    draft = _locked(key)
    jobs.enqueue(
        RESUME_LINK,
        {"sealed": seal({"key": key, "email": email, "language": language})},
        about=f"draft:{draft.id}",
    )


@use_case
def delete_old_drafts() -> int:
    """Delete the drafts that nobody has touched for 90 days; returns how many."""
    old = db.session.scalars(
        sa.select(Draft).where(Draft.updated_at < clock.now() - DRAFT_LIFE)
    ).all()
    for draft in old:
        db.session.delete(draft)
    return len(old)


@use_case
def send_draft(
    actor: Actor,
    window: Window,
    key: str,
    received: Received,
    *,
    revision: int,
    notice: PrivacyNotice | None,
) -> Observation:
    """Submit the draft and delete it. The key is the form's token: sent twice, it is one.

    Raises DraftChanged if it is no longer at the revision that its author read, and DraftGone
    if it was deleted unsent.
    """
    left = db.session.scalar(
        sa.select(Draft).filter_by(key_sha256=form_tokens.digest(key)).with_for_update()
    )
    if left is None and queries.observation_by_token(form_tokens.digest(key)) is None:
        raise DraftGone()
    if left is not None and left.revision != revision:
        raise DraftChanged()
    observation = submit_observation(
        actor,
        window,
        received,
        token=key,
        notice=notice,
        author=actor if isinstance(actor, User) else None,
    )
    if left is not None:
        db.session.delete(left)
        jobs.enqueue(FORGET_FILES)
    return observation
