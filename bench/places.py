"""The installations under measure: databases with many observations, kept under build/bench/.

One for each engine and size, made by `ptm synth` and used again by the next run unless it is told
to make them afresh. How long the making took is kept beside each. PostgreSQL is the server of the
tests (`tests/postgres.py`) with data that stay and with its own settings of durability.
"""

import contextlib
import dataclasses
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from bench import FOLDER, texts
from bench.load import Side
from config import ROOT
from tests import postgres

EMAIL, PASSWORD = "bench@example.org", "quattro parole in fila"
DEMONSTRATION = 79  # as many observations as `ptm demo` makes
PATIENCE_SECONDS = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """An installation: where its files are, and its database."""

    engine: str
    observations: int
    url: str
    folder: Path = FOLDER

    @property
    def home(self) -> Path:
        return self.folder / f"{self.engine}-{self.observations}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PTM_DEMO": "1",  # made-up observations are made nowhere else
            "PTM_HOME": str(self.home),
            "PTM_DATABASE_URL": self.url,
            "PTM_SECRET_KEY": "a key for measures",
            "PTM_SMTP_URL": "smtp://127.0.0.1:9",
        }

    @property
    def _made(self) -> Path:
        return self.home / "made.json"

    @property
    def seconds_to_make(self) -> float:
        """How long `ptm synth` took when the observations were made."""
        return float(json.loads(self._made.read_text())["seconds"])

    def run(self, *arguments: str) -> None:
        """Run a module of Python on this installation. Raises what it said if it fails."""
        done = subprocess.run(  # noqa: S603 - a module of ours
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout[-2000:]}")

    @contextlib.contextmanager
    def application(self) -> Iterator[Flask]:
        """The product's application on this installation, in this process."""
        from ptm_participation.core.db import db
        from wsgi import create

        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            app = create()
        finally:
            os.environ.clear()
            os.environ.update(before)
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()

    def ready(self, *, seed: int, fresh: bool = False) -> None:
        """Make the installation unless it stands from before, and see that it can be used."""
        if fresh or not self._made.exists():
            self.empty()
            many = ("--observations", str(self.observations), "--seed", str(seed))
            start = time.monotonic()
            if self.observations == DEMONSTRATION:
                self.run("wsgi", "demo")
            else:
                self.run("wsgi", "synth", *many)
            self._made.write_text(json.dumps({"seconds": time.monotonic() - start}))
        else:
            self.run("wsgi", "init")  # it may stand at an older schema
        with self.application():
            prepare_account()
            texts.prepare_long_text()
            self._settle()

    def empty(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        if self.engine == "postgresql":
            url = sa.make_url(self.url)
            server = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
            with server.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")
                connection.exec_driver_sql(f"CREATE DATABASE {url.database}")
            server.dispose()

    def _settle(self) -> None:
        """Have PostgreSQL know its tables, as it would by itself within a minute."""
        if self.engine == "postgresql":
            server = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
            with server.connect() as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
            server.dispose()

    @contextlib.contextmanager
    def served(self) -> Iterator["Server"]:
        """Serve as `ptm serve` does, with the floors beside the pages, until the block ends."""
        port = _free_port()
        with (self.home / "server.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bench.serving"],
                cwd=ROOT,
                env={**self.environment, "PTM_BIND": f"127.0.0.1:{port}"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            server = Server(port, process.pid)
            server.wait(process)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)


def prepare_account() -> None:
    """An account that may see every page, with a password that is known here."""
    from ptm_participation.accounts import service
    from ptm_participation.accounts.access import Role
    from ptm_participation.accounts.models import User
    from ptm_participation.core.audit import SYSTEM
    from ptm_participation.core.db import db

    if db.session.scalar(sa.select(User).filter_by(email=EMAIL)) is None:
        user = service.add_user(SYSTEM, email=EMAIL, name="Bench", role=Role.ADMINISTRATOR)
        service.give_password(SYSTEM, user, PASSWORD)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A running server, and somebody who is signed in to it."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid
        self.cookie = ""

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self._ask("GET", "/accessibilita")
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("The server does not answer: see server.log.") from None
                time.sleep(0.05)
            else:
                return

    def sign_in(self) -> None:
        """Sign in through the form, as anybody does."""
        page, cookie = self._ask("GET", "/accedi")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        form = {"csrf_token": token[1], "email": EMAIL, "password": PASSWORD}
        _page, self.cookie = self._ask("POST", "/accedi", form, cookie)
        assert self.cookie, "signing in failed"

    def _ask(
        self, method: str, path: str, form: dict[str, str] | None = None, cookie: str = ""
    ) -> tuple[str, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{self.port}"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(connection):
            connection.request(method, path, urlencode(form or {}), headers)
            answer = connection.getresponse()
            given = (answer.getheader("Set-Cookie") or "").partition(";")[0]
            return answer.read().decode(), given

    def side(self, path: str, *, signed_in: bool = True, **headers: str) -> Side:
        """A page of this server, asked by whoever is signed in or by a visitor."""
        known = {"Cookie": self.cookie} if signed_in else {}
        return Side(self.port, path, {**known, **headers}, self.pid)


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The PostgreSQL server, its data kept under build/bench/; gives its URL."""
    with postgres.server(FOLDER / "postgresql", "-c max_connections=60") as url:
        yield url


def place(engine: str, observations: int, server: str = "") -> Place:
    """The installation of that engine and size; `server` is PostgreSQL's URL."""
    if engine == "sqlite":
        home = FOLDER / f"sqlite-{observations}"
        return Place(engine, observations, f"sqlite:///{home / 'ptm.sqlite'}")
    url = sa.make_url(server).set(database=f"ptm_bench_{observations}")
    return Place(engine, observations, url.render_as_string(hide_password=False))
