"""The `ptm` command, as whoever keeps the installation uses it."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation import create_app
from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.core.storage import FileStore, StoredFile, files
from ptm_participation.core.transaction import use_case
from ptm_participation.observations.models import Observation
from ptm_participation.plan.publishing import publish_edition
from ptm_participation.procedure.queries import get_procedure
from tests import factories
from tests.commands import ptm
from tests.conftest import ENGINES, PASSWORD, SERVER, Database
from tests.observations.test_submission import _as_citizen, _ask, _send, _start, _with_file
from tests.pages import Browser
from tests.plan import sheets
from tests.serving.server import Installation, empty_database


def _link(output: str) -> str:
    found = next(word for word in output.split() if "/imposta-password/" in word)
    return found.removeprefix("http://localhost")


def test_init_gives_the_administrator_a_link_until_it_is_used(app: Flask, visitor: Browser) -> None:
    first, second = ptm(app, "init"), ptm(app, "init")
    assert visitor.open(_link(first.output)).status == 404

    visitor.open(_link(second.output)).submit(password=PASSWORD, again=PASSWORD)

    assert "imposta-password" not in ptm(app, "init").output
    assert visitor.open("/ufficio/utenti").status == 200


def test_an_account_is_opened_from_the_command_line(app: Flask, visitor: Browser) -> None:
    made = ptm(app, "user", "add", "Nuova@example.org", "--role", "staff", "--name", "Nuova")

    assert made.exit_code == 0
    visitor.open(_link(made.output)).submit(password=PASSWORD, again=PASSWORD)
    assert visitor.open("/ufficio/osservazioni").status == 200
    again = ptm(app, "user", "add", "nuova@example.org", "--role", "manager")
    assert again.exit_code == 1
    assert "Traceback" not in again.output
    assert db.session.scalar(sa.select(sa.func.count(User.id))) == 1
    assert ptm(app, "user", "add", "x@example.org", "--role", "emperor").exit_code == 2


@pytest.mark.parametrize(
    ("email", "name", "sentence"),
    [
        ("", "Anna", "This e-mail address is not complete."),
        ("not an email", "Anna", "This e-mail address is not complete."),
        ("anna@example.org\nbruno@example.org", "Anna", "This e-mail address is not complete."),
        (f"{'a' * 400}@example.org", "", "This e-mail address is not complete."),
        ("anna@example.org", "A" * 121, "Write a name of 1 to 120 printable characters."),
        ("anna@example.org", "An\x07na", "Write a name of 1 to 120 printable characters."),
        ("anna@example.org", "  ", "Write a name of 1 to 120 printable characters."),
    ],
)
def test_an_account_wants_an_address_and_a_name(
    app: Flask, email: str, name: str, sentence: str
) -> None:
    done = ptm(app, "user", "add", email, "--role", "staff", "--name", name)

    assert done.exit_code == 1
    assert sentence in done.output
    assert db.session.query(User).count() == 0


def test_whoever_forgot_the_password_gets_a_new_link(app: Flask, visitor: Browser) -> None:
    first = ptm(app, "user", "add", "capo@example.org", "--role", "manager")

    second = ptm(app, "user", "link", "Capo@example.org")

    assert visitor.open(_link(first.output)).status == 404
    visitor.open(_link(second.output)).submit(password=PASSWORD, again=PASSWORD)
    assert visitor.open("/ufficio/sintesi").status == 200
    assert ptm(app, "user", "link", "nessuno@example.org").exit_code == 1


@pytest.mark.parametrize(
    "name", ["register", "municipalities", "stakeholders", "consultations", "sections", "summary"]
)
def test_every_export_is_written_whole(app: Flask, tmp_path: Path, name: str) -> None:
    factories.observation(name="Comune di Rho")
    for format_ in ("csv", "xlsx"):
        out = tmp_path / f"{name}.{format_}"

        done = ptm(app, "export", name, "--format", format_, "--out", str(out))

        assert done.exit_code == 0, done.output
        assert out.stat().st_size > 200
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.csv", f"{name}.xlsx"]


@pytest.mark.parametrize("filter_", ["comune=abc", "boh=1", "dal=ieri", "q=%00x"])
def test_an_export_whose_filter_makes_no_sense_is_not_made(
    app: Flask, tmp_path: Path, filter_: str
) -> None:
    out = tmp_path / "registro.csv"

    done = ptm(app, "export", "register", "--format", "csv", "--out", str(out), "--filter", filter_)

    assert done.exit_code == 1
    assert "Nothing was written." in done.output
    assert not out.exists()


def test_an_export_takes_a_filter_as_in_the_address(app: Flask, tmp_path: Path) -> None:
    factories.observation(name="Anna")
    factories.observation(name="Bruno", place="Magenta")
    magenta = factories.municipality("Magenta").id
    out = tmp_path / "r.csv"

    ptm(
        app,
        *("export", "register", "--format", "csv", "--out", str(out)),
        *("--filter", f"comune={magenta}"),
    )

    text = out.read_text(encoding="utf-8-sig")
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    assert "# Filtro: Comune: Magenta" in text
    assert [row["Proponente"] for row in csv.DictReader(io.StringIO("\n".join(rows)))] == ["Bruno"]


def _exports_in_the_log() -> int:
    return db.session.query(audit.AuditEntry).filter_by(action="export.made").count()


def test_an_export_that_fails_leaves_a_sentence_and_no_trace(app: Flask, tmp_path: Path) -> None:
    nowhere = tmp_path / "nonexistent" / "r.csv"

    done = ptm(app, "export", "register", "--format", "csv", "--out", str(nowhere))

    assert done.exit_code == 1
    assert f"There is no folder {nowhere.parent}." in done.output
    assert _exports_in_the_log() == 0
    assert list(tmp_path.iterdir()) == []


def test_an_export_goes_into_a_pipe_and_leaves_it_one(app: Flask, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    done = ptm(app, "export", "register", "--format", "csv", "--out", str(pipe))
    received = os.read(reader, 100)
    os.close(reader)

    assert done.exit_code == 0, done.output
    assert pipe.is_fifo()
    assert received.decode("utf-8-sig").startswith("# Registro")
    assert _exports_in_the_log() == 1


def test_heads_that_are_none_are_refused_in_a_sentence(app: Flask, tmp_path: Path) -> None:
    for number, content in enumerate(("nothing", "[]", '{"heads": [{}]}', '{"heads": {"a": 1}}')):
        file = tmp_path / f"{number}.json"
        file.write_text(content)

        done = ptm(app, "audit", "verify", "--heads", str(file))

        assert done.exit_code == 1
        assert f"{number}.json does not hold exported heads" in done.output


def test_the_log_is_verified_against_the_exported_heads(app: Flask) -> None:
    factories.observation()
    assert ptm(app, "audit", "heads").exit_code == 0
    good = ptm(app, "audit", "verify")
    assert good.exit_code == 0
    assert "intact" in good.output

    _cut_the_last_entry()

    bad = ptm(app, "audit", "verify")
    assert bad.exit_code == 1
    assert "no longer there" in bad.output


@use_case
def _cut_the_last_entry() -> None:
    """What somebody with the database could do: drop the last entry and move the head back."""
    for statement in _unprotect():
        db.session.execute(sa.text(statement))
    head = db.session.scalars(
        sa.select(audit.AuditStream).where(audit.AuditStream.key != audit.ACCOUNTS)
    ).one()
    last = db.session.scalars(
        sa.select(audit.AuditEntry).filter_by(stream_id=head.id, seq=head.seq)
    ).one()
    db.session.execute(sa.delete(audit.AuditPayload).filter_by(entry_id=last.id))
    db.session.execute(sa.delete(audit.AuditEntry).filter_by(id=last.id))
    head.seq, head.hash = head.seq - 1, json.loads(last.record)["prev"]


def _unprotect() -> list[str]:
    if db.engine.dialect.name == "postgresql":
        return ["ALTER TABLE audit_entry DISABLE TRIGGER ALL"]
    names = db.session.scalars(
        sa.text(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
        )
    )
    return [f"DROP TRIGGER {name}" for name in names]


# -- backup and restore ------------------------------------------------------------------


@pytest.fixture
def fresh(database: Database, tmp_path: Path) -> Iterator[Callable[[str], Flask]]:
    """Makes an application on an empty database of an engine, and an empty store."""
    made: list[Flask] = []

    def make(engine: str) -> Flask:
        folder = tmp_path / f"restored-{engine}"
        name = f"restored_{database.worker}"
        if engine == "postgresql":
            database._command(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            database._command(f"CREATE DATABASE {name}")
            url = sa.make_url(os.environ[SERVER]).set(database=name).render_as_string(False)
        else:
            folder.mkdir()
            url = f"sqlite:///{folder / 'ptm.sqlite'}"
        config = database.configuration(PTM_HOME=str(folder), PTM_DATABASE_URL=url)
        app = create_app(config)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _state(app: Flask) -> tuple[list[object], dict[str, bytes], list[audit.Head]]:
    """The register, the bytes of the files, and the heads of the log."""
    with app.app_context():
        register = [
            (row.number, row.title, row.counts_at, row.submission.sha256, row.protocol_number)
            for row in db.session.scalars(sa.select(Observation).order_by(Observation.number))
        ]
        stored = {
            sha256: b"".join(files().read(sha256))
            for sha256 in db.session.scalars(sa.select(StoredFile.sha256))
        }
        heads = audit.heads()
        db.session.remove()
        return register, stored, heads


def _publish() -> None:
    edition = get_procedure().edition
    publish_edition(SYSTEM, edition, kind=edition.kind, act="DCM 14/2020", dated_on=clock.today())


@pytest.mark.parametrize("target", ENGINES)
def test_a_backup_brings_back_the_same_register_files_and_log(
    app: Flask,
    visitor: Browser,
    staff: User,
    tmp_path: Path,
    fresh: Callable[[str], Flask],
    target: str,
) -> None:
    """Into an empty folder, on the same engine and on the other."""
    factories.norms_with_commi()
    _send(_as_citizen(_ask(_with_file(_start(visitor), "mappa.pdf", factories.PDF_BYTES))))
    factories.protocolled(staff, reasons="Con «accenti» e 🌳")
    sheets.sheet(staff)
    _publish()
    folder = tmp_path / "backup"

    done = ptm(app, "backup", str(folder))
    restored = fresh(target)
    back = ptm(restored, "restore", str(folder))

    assert done.exit_code == 0, done.output
    assert back.exit_code == 0, back.output
    assert _state(restored) == _state(app)
    assert ptm(restored, "audit", "verify").exit_code == 0
    assert "1 frozen editions, all of them intact" in ptm(restored, "plan", "verify").stdout
    with restored.app_context():
        factories.observation()
        numbers = db.session.scalars(sa.select(Observation.number).order_by(Observation.number))
        assert list(numbers) == [1, 2, 3]
        db.session.remove()


def test_a_backup_that_was_touched_is_refused(
    app: Flask, tmp_path: Path, fresh: Callable[[str], Flask], engine: str
) -> None:
    factories.observation()
    folder = tmp_path / "backup"
    ptm(app, "backup", str(folder))
    table = folder / "tables" / "observation.jsonl"
    table.write_text(table.read_text().replace("art. 18", "art. 19"))

    done = ptm(fresh(engine), "restore", str(folder))

    assert done.exit_code == 1
    assert "observation.jsonl is missing or was changed" in done.output


def test_nothing_is_restored_over_what_is_there(
    app: Flask, visitor: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither rows nor files."""
    _send(_as_citizen(_ask(_with_file(_start(visitor), "mappa.pdf", factories.PDF_BYTES))))
    folder = tmp_path / "backup"
    ptm(app, "backup", str(folder))
    other_store = FileStore((tmp_path / "store").as_uri())
    monkeypatch.setitem(app.extensions, "ptm_files", other_store)

    done = ptm(app, "restore", str(folder))

    assert done.exit_code == 1
    assert "The database is not empty" in done.output
    assert list((tmp_path / "store").rglob("*")) == []
    assert ptm(app, "backup", str(folder)).exit_code == 1


def test_a_backup_is_made_and_restored_by_processes_of_their_own(
    engine: str, tmp_path: Path
) -> None:
    """A command has only what it imports itself: here every table must be there."""
    worker = Database(engine, tmp_path).worker
    places = []
    for name in ("first", "second"):
        home = tmp_path / name
        home.mkdir()
        url = empty_database(engine, home, f"{name}_{worker}")
        places.append(Installation(home, url))
    first, second = places

    first.ptm("init")
    made = first.ptm("backup", str(tmp_path / "backup"))
    restored = second.ptm("restore", str(tmp_path / "backup"))

    assert made.split(" are in ")[0] == restored.split(" are restored")[0]
    assert "intact" in second.ptm("audit", "verify")
    assert "Reference data" not in second.ptm("init")


def test_what_is_kept_is_readable_by_its_account_alone(engine: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    worker = Database(engine, tmp_path).worker
    home.mkdir()
    place = Installation(home, empty_database(engine, home, f"modes_{worker}"))

    place.ptm("init")
    place.ptm("audit", "heads")
    place.ptm("backup", str(home / "backup"))

    written = [path for path in home.rglob("*") if path != home]
    assert home / "backup" / "manifest.json" in written
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_a_backup_that_cannot_be_made_says_why(
    app: Flask, visitor: Browser, tmp_path: Path
) -> None:
    _send(_as_citizen(_ask(_with_file(_start(visitor), "mappa.pdf", factories.PDF_BYTES))))
    sha256 = db.session.scalars(sa.select(StoredFile.sha256)).first()
    folder = files().folder
    assert sha256 is not None
    assert folder is not None
    (folder / files().place(sha256)).unlink()

    without_file = ptm(app, "backup", str(tmp_path / "backup"))
    nowhere = ptm(app, "backup", "/proc/backup")

    assert without_file.exit_code == nowhere.exit_code == 1
    assert f"The file {sha256} is missing from the storage." in without_file.output
    assert "/proc/backup: No such file or directory." in nowhere.output


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"revision": None}, "its manifest.json is not whole"),
        ({"sha256": []}, "its manifest.json is not whole"),
        ({"revision": "9999_tomorrow"}, "made by a newer version of the program"),
    ],
)
def test_a_backup_that_is_none_is_refused_in_a_sentence(
    app: Flask, tmp_path: Path, change: dict[str, object], sentence: str
) -> None:
    folder = tmp_path / "backup"
    ptm(app, "backup", str(folder))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | change))

    done = ptm(app, "restore", str(folder))

    assert done.exit_code == 1
    assert sentence in done.output
