"""The verbs for many observations leave what the verbs for one would have left."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts import service as accounts
from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock
from ptm_participation.core import bulk as core_bulk
from ptm_participation.core.audit import SYSTEM, VISITOR
from ptm_participation.core.db import db
from ptm_participation.core.storage import Kept, files, name_file
from ptm_participation.core.transaction import use_case
from ptm_participation.core.uploads import PDF
from ptm_participation.observations import bulk, intake, service
from ptm_participation.observations.bulk import Arrival, TakenAlready
from ptm_participation.observations.intake import CountedOtherwise, NothingAsked
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.observations.received import Enclosed, Received
from ptm_participation.observations.workflow import Channel, FileClass
from ptm_participation.procedure.models import IdentityLevel, Register
from ptm_participation.stakeholders.models import Stakeholder
from tests import factories
from tests.conftest import Database

MORNING, NOON = "2020-10-19T09:00", "2020-10-19T12:00"
# Sealed anew each time.
SECRET = {("job", "payload")}


def _file() -> Kept:
    return files().keep(io.BytesIO(factories.PDF_BYTES), PDF)


def _arrivals(staff: User) -> list[Arrival]:
    """One of each sort: from the site, with files and an address, on paper, counted otherwise."""
    file = _file()
    several: list[tuple[Any, Received, dict[str, Any]]] = [
        (VISITOR, factories.received(at=MORNING, sections="18; 41; Tav. 6"), {}),
        (
            VISITOR,
            factories.received(
                at=MORNING,
                email="anna@example.org",
                level=IdentityLevel.SIGNATURE_AND_DOCUMENT,
                subject="Con allegato",
                files=(Enclosed(file.sha256, "a.pdf", FileClass.ATTACHMENT),),
            ),
            {},
        ),
        (
            staff,
            factories.received(
                at=NOON,
                channel=Channel.REGISTERED_MAIL,
                sent_on=clock.parse_day("2020-10-12"),
                name="Comune di Rho",
                sections="",
            ),
            {"protocol": Protocol("0187601", clock.parse_day("2020-10-19"))},
        ),
        (
            staff,
            factories.received(at=NOON, channel=Channel.HAND, sections="23"),
            {"counted": CountedOtherwise(clock.parse_instant(MORNING), "Consegnata in anticamera")},
        ),
    ]
    return [
        Arrival(actor, what, token=f"{place:032x}", at=what.received_at, **more)
        for place, (actor, what, more) in enumerate(several)
    ]


@use_case
def _one_by_one(arrivals: list[Arrival]) -> None:
    for arrival in arrivals:
        with clock.at(arrival.at):
            _name_files(arrival.received)
            made = intake.submit_observation(
                arrival.actor,
                factories.window(),
                arrival.received,
                token=arrival.token,
                counted=arrival.counted,
            )
            if arrival.protocol:
                service.record_protocol(arrival.actor, made, arrival.protocol)


def _name_files(received: Received) -> None:
    if received.files:
        name_file(_file())


def _numbered() -> list[Observation]:
    return list(db.session.scalars(sa.select(Observation).order_by(Observation.number)))


def _work_one_by_one(staff: User, manager: User, rho: Stakeholder) -> None:
    for turn, row in enumerate(_numbered()):
        if row.protocol_number == "":
            service.record_protocol(staff, row, Protocol(f"01880{turn}", clock.today()))
    for row in _numbered():
        service.check_observation(staff, row)
    service.tie_party(staff, _numbered()[2].submitter, rho)
    service.regularise(staff, _numbered()[0], how="Documento")
    service.write_working_text(staff, _numbered()[1], text="Sintesi.", base_version=1)
    service.publish(manager, _numbered()[:3])


def _work_in_bulk(staff: User, manager: User, rho: Stakeholder) -> None:
    keys = [row.id for row in _numbered()]
    without = {key: turn for turn, key in enumerate(keys) if turn != 2}
    bulk.record_protocols(
        staff, {key: Protocol(f"01880{turn}", clock.today()) for key, turn in without.items()}
    )
    bulk.check_observations(staff, keys)
    bulk.tie_parties(staff, {keys[2]: rho.id})
    bulk.regularise_observations(staff, {keys[0]: "Documento"})
    bulk.write_working_texts(staff, {keys[1]: ("Sintesi.", 1)})
    bulk.publish_observations(manager, keys[:3])


def _made(way: str) -> dict[str, list[dict[str, Any]]]:
    staff = accounts.add_user(SYSTEM, email="uno@example.org", name="Uno", role=Role.STAFF)
    manager = accounts.add_user(SYSTEM, email="due@example.org", name="Due", role=Role.MANAGER)
    arrivals = _arrivals(staff)
    rho = factories.stakeholder("Comune di Rho")
    if way == "one by one":
        _one_by_one(arrivals)
        _work_one_by_one(staff, manager, rho)
    else:
        bulk.submit_observations(factories.window(), arrivals, files=[_file()])
        _work_in_bulk(staff, manager, rho)
    return _all_rows()


def _all_rows() -> dict[str, list[dict[str, Any]]]:
    """Everything that the database holds, but for what is secret."""
    return {
        table.name: [
            {name: value for name, value in row.items() if (table.name, name) not in SECRET}
            for row in db.session.execute(
                sa.select(table).order_by(*table.primary_key.columns)
            ).mappings()
        ]
        for table in db.metadata.sorted_tables
    }


@pytest.mark.parametrize("many", [1, core_bulk.MANY])
def test_in_bulk_each_table_holds_what_one_by_one_would_have_put_there(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    singly = _made("one by one")
    db.session.remove()
    database.renew()
    # Few rows go as statements and many as a stream: what is written is the same.
    monkeypatch.setattr(core_bulk, "MANY", many)

    together = _made("in bulk")

    assert len(together["observation"]) == 4
    assert together.keys() == singly.keys()
    for table in sorted(together):
        assert together[table] == singly[table], table
    assert audit.verify() == []


def test_of_a_batch_all_are_registered_or_none(app: Flask, staff: User) -> None:
    factories.observation()
    wrong = Arrival(VISITOR, factories.received(reasons=" "), token="e" * 32, at=clock.now())

    with pytest.raises(NothingAsked):
        bulk.submit_observations(factories.window(), [*_arrivals(staff), wrong], files=[_file()])

    assert len(_numbered()) == 1
    assert factories.observation().number == 2
    assert audit.verify() == []


def test_a_form_that_was_sent_is_not_taken_again_with_a_batch(app: Flask, staff: User) -> None:
    arrivals = _arrivals(staff)
    bulk.submit_observations(factories.window(), arrivals[:2], files=[_file()])

    with pytest.raises(TakenAlready):
        bulk.submit_observations(factories.window(), arrivals[1:])
    with pytest.raises(TakenAlready):
        bulk.submit_observations(factories.window(), [arrivals[3], arrivals[3]])

    assert len(_numbered()) == 2
    assert db.session.scalar(sa.select(Register.next_number).filter_by(slug="ptm")) == 3
