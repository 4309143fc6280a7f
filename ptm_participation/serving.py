"""Serving: granian's workers, and the worker of jobs as a child process beside them."""

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from flask import Flask

from ptm_participation.core.db import db

log = logging.getLogger(__name__)

RESPAWN_SECONDS = 2.0
STOP_SECONDS = 10


class JobWorker:
    """The child process that does the jobs; one that dies is started again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.stopping = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.keeper = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self.keeper.start()

    def _keep(self) -> None:
        while not self.stopping.is_set():
            self.process = subprocess.Popen([sys.executable, "-m", "wsgi", "worker"], cwd=self.root)
            self.process.wait()
            if not self.stopping.wait(RESPAWN_SECONDS):
                log.warning(
                    "The worker ended with %s and is started again", self.process.returncode
                )

    def stop(self) -> None:
        self.stopping.set()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()


def serve(app: Flask) -> None:
    """Serve until stopped. A killed worker is started again; what was answered is on the disk."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    host, _sep, port = app.config["BIND"].rpartition(":")
    # The server's workers and that of jobs begin anew, from another folder, and read the
    # environment like this process did: a path in it must mean the same to them.
    os.environ.setdefault("PTM_SECRET_KEY", app.config["SECRET_KEY"])
    os.environ["PTM_HOME"] = str(app.config["HOME"])
    os.environ["PTM_HEADS_DIR"] = str(app.config["HEADS_FOLDER"])
    jobs = JobWorker(app.config["ROOT"])
    server = Granian(
        "wsgi:gateway",
        factory=True,
        address=host or "127.0.0.1",
        port=int(port),
        interface=Interfaces.RSGI,
        workers=app.config["WORKERS"],
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=STOP_SECONDS,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        working_dir=app.config["ROOT"],
    )
    # The workers are forked: they must not inherit a connection, nor a read that stays open.
    db.session.remove()
    db.engine.dispose()
    jobs.start()
    try:
        server.serve()
    finally:
        jobs.stop()
