"""The process that does the jobs: messages out, and what each day wants.

It is a process of its own, never a thread of the server: what it does may take long, use much
memory or die, and pages go on being served.
"""

import logging
import signal
import threading

from flask import Flask, current_app

from ptm_participation.core import clock, heads, jobs, storage
from ptm_participation.core.db import db
from ptm_participation.core.jobs import Leased, handles
from ptm_participation.observations import drafting
from ptm_participation.observations.polling import ask_for_mail

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
DAILY = ("audit.heads", "drafts.delete_old", drafting.FORGET_FILES)


@handles("audit.heads")
def export_heads(_job: Leased) -> None:
    """Keep the audit heads of the day where PTM_HEADS_DIR says."""
    heads.export(current_app.config["HEADS_FOLDER"])


@handles("drafts.delete_old")
def delete_old_drafts(_job: Leased) -> None:
    drafting.delete_old_drafts()


@handles(drafting.FORGET_FILES)
def forget_files(_job: Leased) -> None:
    storage.forget_unnamed()


def ask_for_daily_jobs() -> None:
    """Ask once a day for what each day wants; however many workers ask, it is done once."""
    day = clock.today().isoformat()
    for kind in DAILY:
        jobs.enqueue(kind, once=f"{kind}:{day}")


def work(app: Flask, *, until_idle: bool = False) -> None:
    """Do jobs until told to stop, or until none is due."""
    stopped = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_args: stopped.set())
    day, minute = None, ""
    while not stopped.is_set():
        with app.app_context():
            try:
                if day != clock.today():
                    ask_for_daily_jobs()
                    day = clock.today()
                if minute != f"{clock.now():%H:%M}":
                    ask_for_mail()
                    minute = f"{clock.now():%H:%M}"
                busy = jobs.work_one()
            except Exception:
                # The database may be away for a while: the worker outlives that.
                log.exception("The worker could not look for work")
                busy = False
            finally:
                db.session.remove()
        if until_idle and not busy:
            return
        if not busy:
            stopped.wait(IDLE_SECONDS)
