"""What is done to contents: contributors draft, staff publish."""

import dataclasses
import datetime as dt
from typing import Any

from ptm_participation.accounts.models import User
from ptm_participation.communications.models import Content, ContentKind
from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.db import db
from ptm_participation.core.errors import ChangedMeanwhile
from ptm_participation.core.storage import Kept, name_file
from ptm_participation.core.transaction import use_case
from ptm_participation.procedure.models import Procedure


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What a content says. An event needs `starts_at` (an instant in UTC), a material a file."""

    title: str
    body: str
    starts_at: dt.datetime | None = None
    place: str = ""
    file_name: str = ""
    file: Kept | None = None

    def values(self) -> dict[str, Any]:
        """The columns to set; a content keeps its file where no other is given."""
        values: dict[str, Any] = {
            "title": self.title,
            "body": self.body,
            "starts_at": self.starts_at,
            "place": self.place,
        }
        if self.file is not None:
            values |= {"file_sha256": name_file(self.file), "file_name": self.file_name}
        return values


@use_case
def draft_content(
    actor: User, procedure: Procedure, kind: ContentKind, words: Words, *, token: str
) -> Content:
    """Write something that nobody outside sees yet; the same form twice makes one."""
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(Content, int(made))
    values = words.values()
    content = Content(
        procedure_id=procedure.id,
        kind=kind,
        drafted_by_id=actor.id,
        drafted_at=clock.now(),
        **values,
    )
    db.session.add(content)
    db.session.flush()
    form_tokens.made(token, content.id)
    audit.record(
        actor, "content.drafted", content, stream=procedure.stream, kind=kind, after=values
    )
    return content


@use_case
def change_content(actor: User, content: Content, words: Words, *, base_version: int) -> None:
    """Correct a content. Raises ChangedMeanwhile."""
    if content.version != base_version:
        raise ChangedMeanwhile()
    values = words.values()
    before = {name: getattr(content, name) for name in values}
    for name, value in values.items():
        setattr(content, name, value)
    content.version += 1
    audit.record(
        actor,
        "content.changed",
        content,
        stream=content.procedure.stream,
        before=before,
        after=values,
    )


@use_case
def publish_content(actor: User, content: Content) -> None:
    """Show it to everybody from now."""
    content.published_at = content.published_at or clock.now()
    audit.record(
        actor,
        "content.published",
        content,
        stream=content.procedure.stream,
        version=content.version,
    )


@use_case
def unpublish_content(actor: User, content: Content) -> None:
    """Take it back."""
    content.published_at = None
    audit.record(actor, "content.unpublished", content, stream=content.procedure.stream)
