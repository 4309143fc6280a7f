"""The real program: `ptm` commands and the server, as processes of their own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from config import ROOT
from tests.conftest import SERVER, Database

PATIENCE_SECONDS = 120
PTM = (sys.executable, str(ROOT / "wsgi.py"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def empty_database(engine: str, folder: Path, name: str) -> str:
    """The URL of a database that has nothing in it yet."""
    if engine == "sqlite":
        return f"sqlite:///{folder / 'ptm.sqlite'}"
    server = sa.create_engine(os.environ[SERVER], isolation_level="AUTOCOMMIT")
    with contextlib.closing(server.connect()) as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    server.dispose()
    return sa.make_url(os.environ[SERVER]).set(database=name).render_as_string(False)


@dataclass
class Installation:
    """A database and a folder, and the address at which they will be served."""

    home: Path
    database_url: str
    clock: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Processes start in the folder itself, so that the one they start in is never ours."""
        return {
            **os.environ,
            "PTM_HOME": str(self.home),
            "PTM_DATABASE_URL": self.database_url,
            "PTM_SECRET_KEY": "a key for tests",
            "PTM_PASSWORD_MEMORY_KIB": "64",
            "PTM_BIND": f"127.0.0.1:{self.port}",
            "PTM_SMTP_URL": "smtp://127.0.0.1:9",
            "PTM_CLOCK": self.clock,
            **self.settings,
        }

    def ptm(self, *arguments: str) -> str:
        """Run a command; its output, or a failure that shows it."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever becomes of it."""
        return subprocess.run(
            [*PTM, *arguments],
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    @contextlib.contextmanager
    def served(self, *arguments: str) -> Iterator["Served"]:
        """Serve until the block ends; `arguments` name the command if it is not `serve`."""
        process = subprocess.Popen(
            [*PTM, *(arguments or ("serve",))],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        served = Served(self.url, self.port, process)
        try:
            _wait_until_up(served)
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE_SECONDS)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@dataclass
class Served:
    """A running server: where it listens, and its process."""

    url: str
    port: int
    process: subprocess.Popen[str]

    def get(self, path: str, timeout: float = 10) -> tuple[int, bytes]:
        with urllib.request.urlopen(self.url + path, timeout=timeout) as answer:  # noqa: S310
            return answer.status, answer.read()


@contextlib.contextmanager
def serve(database: Database, **settings: str) -> Iterator[Served]:
    """Serve the test's database until the block ends."""
    database.dirty = True
    with Installation(database.folder, database.url, settings=settings).served() as served:
        yield served


def _wait_until_up(served: Served) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            served.get("/accessibilita", timeout=2)
        except OSError:
            if served.process.poll() is not None or time.monotonic() > deadline:
                served.process.kill()
                raise AssertionError(served.process.communicate()[0]) from None
            time.sleep(0.05)
        else:
            return


def worker_pids(served: Served) -> list[int]:
    """The processes of the server that answer requests."""
    parent = served.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in children if _arguments(pid)[-1:] == ["serve"]]


def _arguments(pid: str) -> list[str]:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:  # it has ended meanwhile
        return []
    return line.rstrip("\0").split("\0")
