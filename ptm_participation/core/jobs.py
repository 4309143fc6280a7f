"""Work that leaves the house or takes long: a row written with the change that wants it.

A row that people can see (state, tries, what went wrong), leased by a worker process. A lease
that runs out, because its worker was killed or died of the work, counts as a try that failed.
"""

import dataclasses
import datetime as dt
import enum
import logging
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.core import clock
from ptm_participation.core.db import Json, Model, db, insert_or_ignore, one_of
from ptm_participation.core.transaction import use_case

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=5)
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=1)
MOST_ATTEMPTS = 150  # about six days of tries an hour apart


class JobState(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def label(self) -> Any:
        return {
            JobState.WAITING: _l("Waiting"),
            JobState.RUNNING: _l("Under way"),
            JobState.DONE: _l("Done"),
            JobState.FAILED: _l("Failed"),
        }[self]


class Job(Model):
    """One piece of work. `about` names the record it concerns, for the pages that show it."""

    __tablename__ = "job"
    __table_args__ = (
        sa.Index("ix_job_state_run_at", "state", "run_at"),
        sa.Index("ix_job_about", "about"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    about: Mapped[str] = mapped_column(sa.String(80), default="")
    once: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    state: Mapped[JobState] = mapped_column(one_of(JobState, "state"), default=JobState.WAITING)
    payload: Mapped[Any | None] = mapped_column(Json)
    attempts: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    problem: Mapped[str | None] = mapped_column(sa.String(500))
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class TryLater(Exception):
    """A job's handler could not do its work now, for a reason outside the program."""


@dataclasses.dataclass(frozen=True, slots=True)
class Leased:
    """A job as its handler sees it."""

    id: int
    kind: str
    about: str
    payload: Any


Handler = Callable[[Leased], None]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind. It may run more than once."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


@use_case
def enqueue(
    kind: str,
    payload: Any = None,
    *,
    about: str = "",
    once: str | None = None,
    after: dt.timedelta = dt.timedelta(),
) -> None:
    """Ask for work in the transaction of the change that wants it; `once` is a unique key."""
    insert_or_ignore(
        Job,
        kind=kind,
        about=about,
        once=once,
        state=JobState.WAITING,
        payload=payload,
        attempts=0,
        run_at=clock.now() + after,
        created_at=clock.now(),
    )


@use_case
def lease_next() -> Leased | None:
    """Take the job that has been due longest, if there is one."""
    now = clock.now()
    _take_back(now)
    job = db.session.scalar(
        sa.select(Job)
        .where(Job.state == JobState.WAITING, Job.run_at <= now)
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    job.state, job.lease_until = JobState.RUNNING, now + LEASE
    job.attempts += 1
    return Leased(job.id, job.kind, job.about, job.payload)


def _take_back(now: dt.datetime) -> None:
    """Count the leases that ran out as tries that failed, when they ran out."""
    lost = (
        sa.select(Job)
        .where(Job.state == JobState.RUNNING, Job.lease_until < now)
        .with_for_update(skip_locked=True)
    )
    for job in db.session.scalars(lost).all():
        assert job.lease_until is not None
        _note_failure(
            job, _("The process that did this ended before it was done."), job.lease_until
        )
    db.session.flush()


@use_case
def _finish(job_id: int) -> None:
    job = db.session.get_one(Job, job_id)
    job.state, job.finished_at, job.lease_until = JobState.DONE, clock.now(), None
    job.problem = None
    job.payload = None  # a payload may hold a sealed secret, which is needed no more


@use_case
def _put_off(job_id: int, problem: str) -> None:
    _note_failure(db.session.get_one(Job, job_id), problem, clock.now())


def _note_failure(job: Job, problem: str, at: dt.datetime) -> None:
    """Have a try that failed at this instant repeated after a while, but not for ever."""
    job.problem, job.lease_until = problem[:500], None
    if job.attempts >= MOST_ATTEMPTS:
        job.state, job.finished_at = JobState.FAILED, at
        return
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(job.attempts - 1, 10))
    job.state, job.run_at = JobState.WAITING, at + wait


@use_case
def try_again_now(job_id: int) -> None:
    """Make a waiting or failed job due at once; how often it was tried stays known.

    One that had failed gets a single try: the next failure says at once that it failed again.
    """
    job = db.session.get(Job, job_id, with_for_update=True)
    if job is not None and job.state in {JobState.WAITING, JobState.FAILED}:
        job.state, job.run_at, job.finished_at = JobState.WAITING, clock.now(), None


def work_one() -> bool:
    """Do one due job, whatever becomes of it; says whether there was one."""
    leased = lease_next()
    if leased is None:
        return False
    try:
        _handlers[leased.kind](leased)
    except TryLater as reason:
        _put_off(leased.id, str(reason))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # A panic in a library written in Rust is no Exception; it fails the job, not the worker.
        log.exception("Job %s (%s) failed", leased.id, leased.kind)
        db.session.rollback()
        _put_off(leased.id, f"{type(error).__name__}: {error}")
    else:
        _finish(leased.id)
    return True


_ABOUT = (
    sa.select(Job)
    .where(
        Job.about == sa.bindparam("record"),
        Job.kind.in_(sa.bindparam("kinds", expanding=True)),
    )
    .order_by(Job.id.desc())
)


def about(record: str, kinds: tuple[str, ...]) -> list[Job]:
    """The jobs of these kinds that concern a record, newest first."""
    return list(db.session.scalars(_ABOUT, {"record": record, "kinds": kinds}))
