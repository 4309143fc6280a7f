"""An import that one may leave and come back to: begin, edit, take back, give up, write."""

import contextlib
import dataclasses
import hashlib
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.models import Reader, User
from ptm_participation.core import audit, clock, jobs, storage
from ptm_participation.core.db import db
from ptm_participation.core.errors import ChangedMeanwhile, DomainError, NotFound
from ptm_participation.core.formats import instant
from ptm_participation.core.storage import Kept
from ptm_participation.core.transaction import use_case
from ptm_participation.plan import files, service
from ptm_participation.plan.comparison import (
    ImportReport,
    NumberTwice,
    TooLongForLaw,
    compare,
)
from ptm_participation.plan.edits import VERBS, Edited, digest_of, edited
from ptm_participation.plan.import_models import ImportState, TextImport
from ptm_participation.plan.models import Document
from ptm_participation.plan.reading import Reading

MOST_EDITS = 3000


class AlreadyThere(DomainError):
    message = _l("«%(edition)s» already holds this very text of «%(document)s»: nothing changes.")


class ImportChangedMeanwhile(ChangedMeanwhile):
    message = _l(
        "%(name)s changed this import (%(at)s) after you opened it: your change was not made. "
        "This is how it stands now."
    )


class ReadOtherwise(DomainError):
    message = _l(
        "The program reads this file otherwise than when it was edited: the edits cannot be "
        "made over it. Give this import up and choose the file again."
    )


class TooManyEdits(DomainError):
    message = _l("One import takes %(most)d edits: correct the file and choose it again.")


class AlreadyWritten(DomainError):
    message = _l("This import was written already: «%(edition)s» holds its text.")


class NoSuchEdit(DomainError):
    message = _l("This change is not one that can be made.")


@dataclasses.dataclass(frozen=True, slots=True)
class Begun:
    """The import of a file, and whether it was under way already."""

    key: int
    is_new: bool


def begin(
    actor: Reader, document: Document, label: str, *, source: str, name: str, data: bytes
) -> Begun:
    """Begin an import, or find the one of the same file. Raises AlreadyThere and what reading and
    comparing raise, and then nothing is kept."""
    reading = files.read_text(name, data)
    earlier = _written_before(document, label, hashlib.sha256(data).hexdigest())
    edits = earlier.edits if earlier and earlier.reading_sha256 == digest_of(reading) else []
    with contextlib.suppress(NumberTwice, TooLongForLaw):  # which edits may cure
        if compare(document, label, edited(reading, edits).tree).is_there:
            raise AlreadyThere(edition=label, document=document.title)
    values = {"label": label, "source": source, "file_name": name, "edits": edits}
    return _begin(actor, document, files.keep(name, data), digest_of(reading), values)


def _written_before(document: Document, label: str, sha256: str) -> TextImport | None:
    """The last import of the file that was written, whose edits hold for it again."""
    return db.session.scalar(
        sa.select(TextImport)
        .filter_by(
            document_id=document.id, label=label, file_sha256=sha256, state=ImportState.WRITTEN
        )
        .order_by(TextImport.id.desc())
        .limit(1)
    )


@use_case
def _begin(
    actor: Reader, document: Document, kept: Kept, reading_sha256: str, values: dict[str, Any]
) -> Begun:
    of_file = {
        "document_id": document.id,
        "label": values["label"],
        "file_sha256": storage.name_file(kept),
        "state": ImportState.OPEN,
    }
    # Of two who bring in one file at once, the second finds the import of the first.
    db.session.execute(sa.select(Document.id).filter_by(id=document.id).with_for_update())
    present = db.session.scalar(sa.select(TextImport).filter_by(**of_file))
    if present is not None:
        return Begun(present.id, is_new=False)
    row = TextImport(**of_file, **{k: v for k, v in values.items() if k != "label"})
    row.reading_sha256 = reading_sha256
    row.started_by_id = row.changed_by_id = actor.id
    row.started_at = row.changed_at = clock.now()
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor,
        "plan.import_started",
        row,
        document=document.code,
        edition=row.label,
        source=row.source,
        file=row.file_name,
        file_sha256=row.file_sha256,
    )
    return Begun(row.id, is_new=True)


def get(key: int) -> TextImport:
    """An import under way. Raises NotFound and AlreadyWritten."""
    return _open(db.session.get(TextImport, key))


def _open(row: TextImport | None) -> TextImport:
    if row is None:
        raise NotFound()
    if row.state is ImportState.WRITTEN:
        raise AlreadyWritten(edition=row.label)
    return row


def reading_of(row: TextImport) -> Reading:
    """What its file says. Raises ReadOtherwise if edits were made over another reading."""
    reading = files.kept_text(row.file_sha256, row.file_name)
    if row.edits and digest_of(reading) != row.reading_sha256:
        raise ReadOtherwise()
    return reading


def edited_of(row: TextImport) -> Edited:
    """What its file says, with its edits."""
    return edited(reading_of(row), row.edits)


# -- verbs -------------------------------------------------------------------------------


def change(actor: Reader, key: int, version: int, edit: dict[str, Any]) -> Edited:
    """Make one more edit. Raises ImportChangedMeanwhile and what the edit raises."""
    row = get(key)
    if edit.get("do") not in VERBS:
        raise NoSuchEdit()
    if len(row.edits) >= MOST_EDITS:
        raise TooManyEdits(most=MOST_EDITS)
    reading = reading_of(row)
    edits = [*row.edits, edit]
    found = edited(reading, edits)
    _set_edits(actor, key, version, edits, digest_of(reading))
    return found


def take_back(actor: Reader, key: int, version: int) -> None:
    """Undo the last edit. Raises ImportChangedMeanwhile."""
    row = get(key)
    _set_edits(actor, key, version, row.edits[:-1], row.reading_sha256)


@use_case
def _set_edits(
    actor: Reader, key: int, version: int, edits: list[dict[str, Any]], reading_sha256: str
) -> None:
    row = _held(key, version)
    row.edits, row.reading_sha256 = edits, reading_sha256
    row.version += 1
    row.changed_by_id, row.changed_at = actor.id, clock.now()


@use_case
def give_up(actor: Reader, key: int, version: int) -> None:
    """Delete an import and its edits; the file is forgotten if nothing else names it."""
    row = _held(key, version)
    audit.record(
        actor,
        "plan.import_discarded",
        row,
        file=row.file_name,
        file_sha256=row.file_sha256,
        edits=len(row.edits),
    )
    db.session.delete(row)
    jobs.enqueue(storage.FORGET_HELD)


def write(actor: Reader, key: int, version: int, seen: str) -> ImportReport:
    """Put the text into the edition, and close the import in the same transaction.

    Raises ImportChangedMeanwhile and what `import_text` raises.
    """
    row = get(key)
    if row.version != version:
        raise _changed(row)
    return service.import_text(
        actor,
        row.document,
        row.label,
        edited_of(row).tree,
        source=row.source,
        seen=seen,
        file_sha256=row.file_sha256,
        then=lambda: _close(actor, key, version),
    )


def _close(actor: Reader, key: int, version: int) -> None:
    row = _held(key, version)
    row.state = ImportState.WRITTEN
    row.version += 1
    row.changed_by_id, row.changed_at = actor.id, clock.now()
    audit.record(actor, "plan.import_written", row, edits=row.edits)


def _held(key: int, version: int) -> TextImport:
    """The import, for this transaction alone. Raises what `get` does and ImportChangedMeanwhile."""
    row = _open(
        db.session.scalar(
            sa.select(TextImport)
            .filter_by(id=key)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if row.version != version:
        raise _changed(row)
    return row


def _changed(row: TextImport) -> ImportChangedMeanwhile:
    name = db.session.scalar(sa.select(User.name).filter_by(id=row.changed_by_id))
    return ImportChangedMeanwhile(name=name or _l("Somebody"), at=instant(row.changed_at))
