"""Serving: granian's workers, and the worker of jobs as a child process beside them."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError

log = logging.getLogger(__name__)

RESPAWN_SECONDS = 2.0
STOP_SECONDS = 10
MOST_STARTS = 5  # of the server within a minute


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


class AddressTaken(DomainError):
    message = _l(
        "Nothing can listen at %(address)s (%(why)s): "
        "stop what listens there, or name another address in PTM_BIND."
    )


def serve(app: Flask) -> None:
    """Serve until stopped. A killed worker is started again; what was answered is on the disk.

    Raises AddressTaken.
    """
    _try_address(app.config["BIND"])
    # The server's workers and that of jobs begin anew, from another folder, and read the
    # environment like this process did: a path in it must mean the same to them.
    os.environ.setdefault("PTM_SECRET_KEY", app.config["SECRET_KEY"])
    os.environ["PTM_HOME"] = str(app.config["HOME"])
    os.environ["PTM_HEADS_DIR"] = str(app.config["HEADS_FOLDER"])
    jobs = JobWorker(app.config["ROOT"])
    # The workers are forked: they must not inherit a connection, nor a read that stays open.
    db.session.remove()
    db.engine.dispose()
    jobs.start()
    try:
        _serve_on(app)
    finally:
        jobs.stop()


def _address(bind: str) -> tuple[str, int]:
    """Host and port of PTM_BIND. ValueError if it names no port."""
    host, _sep, port = bind.rpartition(":")
    if not 0 < int(port) < 2**16:
        raise ValueError(port)
    return host.strip("[]") or "127.0.0.1", int(port)


def _try_address(bind: str) -> None:
    """Raise AddressTaken if something else listens there.

    The server itself would not notice: its workers share their address, and would share it with
    any other server of the same account, each getting part of the requests.
    """
    try:
        host, port = _address(bind)
        family, kind, *_rest, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise AddressTaken(address=bind, why=why) from error


def _serve_on(app: Flask) -> None:
    """Serve, and begin anew where the server gives up.

    It does when a worker dies twice within seconds, as happens where memory runs out.
    """
    starts: list[float] = []
    while True:
        server = _server(app)
        starts.append(time.monotonic())
        try:
            server.serve()
        except SystemExit:
            log.warning("The server gave up on its workers")
        if server.interrupt_signal:
            return
        if len(starts) >= MOST_STARTS and starts[-1] - starts[-MOST_STARTS] < 60:
            raise SystemExit(1)  # something is wrong for good: let the system's supervisor know


def _server(app: Flask) -> Any:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    host, port = _address(app.config["BIND"])
    return Granian(
        "wsgi:gateway",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=app.config["WORKERS"],
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=STOP_SECONDS,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        working_dir=app.config["ROOT"],
    )
