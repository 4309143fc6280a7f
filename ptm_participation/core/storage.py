"""Files, kept once by the SHA-256 of their bytes, on the local disk or on S3.

A file is stored and synced before the transaction that speaks of it begins, so a row never
names bytes that are not there. What no record names any more is deleted by a job.
"""

import contextlib
import dataclasses
import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import unquote, urlsplit

import obstore
import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l
from obstore.exceptions import AlreadyExistsError, NotFoundError
from obstore.store import LocalStore, from_url
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.core import jobs
from ptm_participation.core.db import Base, Model, db, insert_or_ignore
from ptm_participation.core.errors import DomainError
from ptm_participation.core.jobs import Job, JobState
from ptm_participation.core.transaction import use_case

CHUNK = 256 * 1024


class StoredFile(Model):
    """Bytes that some record names, by their digest."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    media_type: Mapped[str] = mapped_column(sa.String(120))


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A file in the store, not yet named by any row."""

    sha256: str
    size: int
    media_type: str


class FileStore:
    """The place of the files: `file:///folder` or `s3://bucket/prefix`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.folder: Path | None = None
        if urlsplit(url).scheme == "file":
            self.folder = Path(unquote(urlsplit(url).path))
            self.store: Any = LocalStore(self.folder, mkdir=True)
        else:
            self.store = from_url(url)

    def keep(self, file: IO[bytes], media_type: str) -> Kept:
        """Store the bytes, once, and have them on the disk before returning."""
        digest, size = hashlib.sha256(), 0
        file.seek(0)
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
        file.seek(0)
        sha256 = digest.hexdigest()
        place = self.place(sha256)
        try:
            obstore.put(self.store, place, cast(Any, file), mode="create")
        except AlreadyExistsError:
            # The same bytes are kept once, unless a crash left them incomplete.
            if obstore.head(self.store, place)["size"] != size:
                file.seek(0)
                obstore.put(self.store, place, cast(Any, file))
        self._sync(sha256)
        return Kept(sha256, size, media_type)

    def read(self, sha256: str) -> Iterator[bytes]:
        """The bytes, in pieces. Raises FileNotFoundError."""
        try:
            result = obstore.get(self.store, self.place(sha256))
        except (NotFoundError, FileNotFoundError) as error:
            raise FileNotFoundError(sha256) from error
        return (bytes(piece) for piece in result.stream(min_chunk_size=CHUNK))

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are there."""
        try:
            obstore.head(self.store, self.place(sha256))
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    def delete(self, sha256: str) -> None:
        """Forget the bytes, if they are there."""
        with contextlib.suppress(NotFoundError, FileNotFoundError):
            obstore.delete(self.store, self.place(sha256))

    @staticmethod
    def place(sha256: str) -> str:
        return f"{sha256[:2]}/{sha256}"

    def _sync(self, sha256: str) -> None:
        """Put a local file and its folders on the disk: the store's own put does not."""
        if self.folder is None:
            return
        path = self.folder / self.place(sha256)
        for target in (path, path.parent, self.folder):
            descriptor = os.open(target, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def files() -> FileStore:
    """The running installation's store."""
    return cast(FileStore, current_app.extensions["ptm_files"])


class FileGone(DomainError):
    message = _l("The file did not arrive whole: choose it again.")


def name_file(kept: Kept) -> str:
    """Within a use case: let rows name the kept file; returns its key. Raises FileGone.

    Between the keeping and the naming the same bytes may have been forgotten, because the
    only record that named them was deleted just then.
    """
    insert_or_ignore(StoredFile, sha256=kept.sha256, size=kept.size, media_type=kept.media_type)
    if not files().holds(kept.sha256):
        raise FileGone()
    return kept.sha256


FORGET_HELD = "files.forget_held"
_HELD = "stored_file:"


@use_case
def hold(kept: Kept, time: dt.timedelta) -> None:
    """Keep a file that no record names yet for as long as somebody may still decide on it.

    The job that will forget it is what holds it until then.
    """
    name_file(kept)
    jobs.enqueue(FORGET_HELD, about=_HELD + kept.sha256, after=time)


@jobs.handles(FORGET_HELD)
def _forget_held(_job: jobs.Leased) -> None:
    forget_unnamed()


@use_case
def forget_unnamed() -> int:
    """Delete the files that no record names any more; returns how many.

    Who deletes a draft deletes its identity document too. The rows are deleted first, so
    that whoever names the same bytes waits for this to end.
    """
    naming = [
        sa.exists().where(key.parent == StoredFile.sha256)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is StoredFile.__table__
    ]
    held = sa.exists().where(
        Job.about == sa.literal(_HELD) + StoredFile.sha256, Job.state == JobState.WAITING
    )
    unnamed = db.session.scalars(sa.select(StoredFile).where(~sa.or_(*naming, held))).all()
    for row in unnamed:
        db.session.delete(row)
    db.session.flush()
    for row in unnamed:
        files().delete(row.sha256)
    return len(unnamed)
