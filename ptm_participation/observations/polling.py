"""The mailbox of the office, read by the worker: each new message is taken in once.

A message is marked as read only after it is kept: if the server or the worker dies in between,
it is fetched again and found to be here already. Nothing is deleted from the mailbox.
"""

import contextlib
import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app

from ptm_participation.core import clock, jobs
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.core.jobs import Job, JobState, Leased, TryLater, handles
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import incoming

log = logging.getLogger(__name__)

POLL = "mail.poll"
PATIENCE_SECONDS = 60
MOST_AT_ONCE = 100
LARGEST = 200 * 1024 * 1024


def ask_for_mail() -> None:
    """Have the mailbox read, once a minute, unless that waits to be done already."""
    waiting = sa.select(Job.id).where(
        Job.kind == POLL, Job.state.in_((JobState.WAITING, JobState.RUNNING))
    )
    if current_app.config["IMAP_URL"] and db.session.scalar(waiting.limit(1)) is None:
        _forget_done()
        jobs.enqueue(POLL, once=f"{POLL}:{clock.now():%Y%m%d%H%M}")


@use_case
def _forget_done() -> None:
    """Of the readings that went well the last is enough to tell when that was."""
    done = sa.select(sa.func.max(Job.id)).where(Job.kind == POLL, Job.state == JobState.DONE)
    last = db.session.scalar(done)
    db.session.execute(
        sa.delete(Job).where(Job.kind == POLL, Job.state == JobState.DONE, Job.id < (last or 0))
    )


def last_reading() -> Job | None:
    """The last time that the mailbox was read, or that this was tried; None if it never was."""
    return db.session.scalar(sa.select(Job).filter_by(kind=POLL).order_by(Job.id.desc()).limit(1))


@handles(POLL)
def poll(_job: Leased) -> None:
    """Take in what waits in the mailbox. Raises TryLater when its server is away."""
    try:
        read_mailbox(current_app.config["IMAP_URL"])
    except (OSError, imaplib.IMAP4.error) as error:
        raise TryLater(str(error)[:300]) from error


def read_mailbox(url: str) -> int:
    """Take in the unread messages of `imap[s]://user:password@host:port/FOLDER`.

    Returns how many were new. Raises OSError or imaplib.IMAP4.error when the server is away or
    dies half-way: what was kept until then stays kept.
    """
    new = 0
    with _mailbox(url) as mailbox:
        for uid in _unread(mailbox)[:MOST_AT_ONCE]:
            raw = _fetch(mailbox, uid)
            if raw is None:
                continue
            row, is_new = incoming.take_in(SYSTEM, raw)
            mailbox.uid("STORE", uid, "+FLAGS", r"(\Seen)")
            new += is_new
            log.info("Message %s of the mailbox is message n. %d", uid, row.id)
    return new


@contextlib.contextmanager
def _mailbox(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    if parts.scheme == "imaps":
        context = ssl.create_default_context()
        mailbox: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            host, parts.port or 993, ssl_context=context, timeout=PATIENCE_SECONDS
        )
    else:
        mailbox = imaplib.IMAP4(host, parts.port or 143, timeout=PATIENCE_SECONDS)
    try:
        mailbox.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.lstrip("/")) or "INBOX"
        answer, _data = mailbox.select(f'"{folder}"')
        if answer != "OK":
            raise imaplib.IMAP4.error(f"There is no folder {folder}.")
        yield mailbox
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            mailbox.logout()


def _unread(mailbox: imaplib.IMAP4) -> list[str]:
    _answer, data = mailbox.uid("SEARCH", "UNSEEN")
    return [uid.decode("ascii") for line in data if line for uid in line.split()]


def _fetch(mailbox: imaplib.IMAP4, uid: str) -> bytes | None:
    """The bytes of a message, without marking it; None for one that is too large to be taken in,
    which stays unread in the mailbox."""
    _answer, sizes = mailbox.uid("FETCH", uid, "(RFC822.SIZE)")
    said = b" ".join(part for part in sizes if isinstance(part, bytes))
    found = re.search(rb"RFC822\.SIZE (\d+)", said)
    if found is None or int(found[1]) > LARGEST:
        log.warning("Message %s of the mailbox is too large, or gone: it is left there", uid)
        return None
    _answer, data = mailbox.uid("FETCH", uid, "(BODY.PEEK[])")
    return next((part[1] for part in data if isinstance(part, tuple)), None)
