"""Every test that touches a database runs on SQLite and on a real PostgreSQL.

Each worker has one application per engine. A test that has written leaves the database dirty,
and the next one gets a fresh copy of a template that holds the reference data.
"""

import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import settings

from config import Config
from ptm_participation import create_app
from ptm_participation.accounts import service as accounts
from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import User
from ptm_participation.core import clock, schema, transaction
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.reference.loader import load_reference_data
from tests.pages import Browser
from tests.plan.office import SOFFICE
from tests.postgres import server

ENGINES = ("sqlite", "postgresql")
SERVER = "PTM_TEST_SERVER"
SAMPLES = Path(__file__).resolve().parents[1].parent / "shared" / "domain" / "samples"
# While the window of the PTM is open.
NOW = "2020-10-20T10:00"
PASSWORD = "quattro parole in fila"

# Machines are shared: a test that is slow today is not wrong.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

_stack = contextlib.ExitStack()
ON_SAMPLES = ["plan/test_akn_on_samples.py", "plan/citations/test_on_samples.py"]
collect_ignore = [] if SAMPLES.exists() else ON_SAMPLES
if not (SAMPLES.exists() and SOFFICE):
    collect_ignore = [*collect_ignore, "plan/test_samples.py"]


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for all the workers, in the process that leads them."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        os.environ[SERVER] = _stack.enter_context(server())


def pytest_unconfigure(config: pytest.Config) -> None:
    _stack.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ENGINES, scope="session")


def _tests_per_engine(reporter: Any) -> Counter[str]:
    return Counter(
        next((name for name in ENGINES if f"[{name}" in report.nodeid), "no database")
        for outcome in ("passed", "failed")
        for report in reporter.stats.get(outcome, [])
        if report.when == "call"
    )


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests ran on each engine."""
    ran = _tests_per_engine(terminalreporter)
    terminalreporter.write_sep("=", "tests run per engine")
    for name in (*ENGINES, "no database"):
        terminalreporter.write_line(f"{name}: {ran[name]}")
    if not SAMPLES.exists():
        terminalreporter.write_line(
            "The samples of ../shared are not here: the tests on them were not collected."
        )
    if not SOFFICE:
        terminalreporter.write_line(
            "LibreOffice is not here: the tests on what it saves were not collected."
        )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where a test was skipped or ran on one engine only: nothing is left out in silence."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # a worker: the process that leads them judges
        return
    ran = _tests_per_engine(reporter)
    uneven = ran[ENGINES[0]] != ran[ENGINES[1]] and not session.config.option.keyword
    if reporter.stats.get("skipped") or uneven:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Database:
    """The databases of one engine in this worker: a template, and the one that tests use."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
        self.dirty = True
        self.app: Flask | None = None

    @property
    def url(self) -> str:
        if self.engine == "sqlite":
            return f"sqlite:///{self.folder / 'test.sqlite'}"
        return self._on_server(f"ptm_{self.worker}")

    def _on_server(self, name: str) -> str:
        return sa.make_url(os.environ[SERVER]).set(database=name).render_as_string(False)

    def configuration(self, **settings: str) -> Config:
        """The configuration of the application under test."""
        values = {
            "PTM_HOME": str(self.folder),
            "PTM_DATABASE_URL": self.url,
            "PTM_SECRET_KEY": "a key for tests",
            "PTM_PUBLIC_URL": "http://localhost",
            "PTM_PASSWORD_MEMORY_KIB": "64",
            "PTM_SMTP_URL": "smtp://127.0.0.1:9",
            "PTM_MAIL_SENDER": "ptm@example.org",
            **settings,
        }
        before = {name: os.environ.get(name) for name in values}
        os.environ.update(values)
        try:
            return Config()
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})

    def make_template(self) -> None:
        config = self.configuration()
        if self.engine == "postgresql":
            self._command(f"DROP DATABASE IF EXISTS ptm_{self.worker} WITH (FORCE)")
            self._command(f"CREATE DATABASE ptm_{self.worker}")
        schema.upgrade(config.ROOT, self.url)
        self.app = create_app(config)
        self.app.testing = True
        with self.app.app_context():
            load_reference_data()
            db.session.remove()
            db.engine.dispose()
        if self.engine == "sqlite":
            _checkpoint(self.folder / "test.sqlite")
            shutil.copy(self.folder / "test.sqlite", self.folder / "template.sqlite")
        else:
            self._command(f"ALTER DATABASE ptm_{self.worker} RENAME TO template_{self.worker}")

    def renew(self) -> None:
        """Give the next test a database that nobody has written to."""
        if not self.dirty:
            return
        assert self.app is not None
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if self.engine == "sqlite":
            for path in self.folder.glob("test.sqlite*"):
                path.unlink()
            shutil.copy(self.folder / "template.sqlite", self.folder / "test.sqlite")
        else:
            self._command(f"DROP DATABASE IF EXISTS ptm_{self.worker} WITH (FORCE)")
            self._command(
                f"CREATE DATABASE ptm_{self.worker} TEMPLATE template_{self.worker} "
                "STRATEGY FILE_COPY"
            )
        self.dirty = False

    def _command(self, statement: str) -> None:
        engine = sa.create_engine(os.environ[SERVER], isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


def _checkpoint(path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


_databases: dict[str, Database] = {}


@transaction.before_commit
def _note_writing() -> None:
    for database in _databases.values():
        database.dirty = True


@pytest.fixture
def database(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Database:
    if engine not in _databases:
        made = Database(engine, tmp_path_factory.mktemp(engine))
        made.make_template()
        _databases[engine] = made
    found = _databases[engine]
    found.renew()
    return found


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    assert database.app is not None
    with database.app.app_context(), clock.at(NOW):
        yield database.app
        db.session.remove()


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app.test_client())


def _person(app: Flask, role: Role, name: str) -> Browser:
    user = accounts.add_user(SYSTEM, email=f"{name}@example.org", name=name.capitalize(), role=role)
    accounts.give_password(SYSTEM, user, PASSWORD)
    browser = Browser(app.test_client())
    browser.sign_in(f"{name}@example.org", PASSWORD)
    return browser


@pytest.fixture
def as_staff(app: Flask) -> Browser:
    return _person(app, Role.STAFF, "istruttrice")


@pytest.fixture
def as_manager(app: Flask) -> Browser:
    return _person(app, Role.MANAGER, "dirigente")


@pytest.fixture
def as_administrator(app: Flask) -> Browser:
    return _person(app, Role.ADMINISTRATOR, "amministratrice")


@pytest.fixture
def as_contributor(app: Flask) -> Browser:
    return _person(app, Role.CONTRIBUTOR, "redattore")


@pytest.fixture
def as_stakeholder(app: Flask) -> Browser:
    return _person(app, Role.STAKEHOLDER, "associazione")


@pytest.fixture
def as_other_stakeholder(app: Flask) -> Browser:
    return _person(app, Role.STAKEHOLDER, "concorrente")


@pytest.fixture
def staff(app: Flask) -> User:
    """An officer, for use cases called without a page."""
    return accounts.add_user(SYSTEM, email="ufficio@example.org", name="Ufficio", role=Role.STAFF)


@pytest.fixture
def manager(app: Flask) -> User:
    return accounts.add_user(SYSTEM, email="capo@example.org", name="Capo", role=Role.MANAGER)
