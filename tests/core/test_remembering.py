"""A count is remembered until something happens, and never a moment longer."""

import pytest
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core.errors import NotFound
from ptm_participation.core.remembering import MOST, Memory
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import published, service
from ptm_participation.plan import browsing
from ptm_participation.plan import queries as plan
from ptm_participation.procedure import queries as procedures
from tests import factories
from tests.test_queries_per_page import statements


def test_what_the_public_counts_follows_each_change(app: Flask, staff: User) -> None:
    procedure = procedures.get_procedure()
    section = factories.section("18")
    index = [node.row for node in browsing.index_of(section.edition, section.document).walk()]
    told = []
    for _turn in range(2):
        made = factories.protocolled(staff, sections="18; 41")
        told.append((published.totals(procedure)["received"], _count(index, section.id)))
        service.publish(staff, [made])
        told.append((published.totals(procedure)["received"], _count(index, section.id)))
    service.unpublish(staff, made, reason="Prova.")
    told.append((published.totals(procedure)["received"], _count(index, section.id)))

    assert told == [(1, 0), (1, 1), (2, 1), (2, 2), (2, 1)]


def _count(index: list[plan.SectionRow], section_id: int) -> int:
    procedure = procedures.get_procedure()
    return published.page_counts(procedure, index).get(section_id, 0)


def test_a_count_asked_again_costs_one_question(app: Flask, staff: User) -> None:
    procedure = procedures.get_procedure()
    factories.protocolled(staff)
    published.totals(procedure)

    with statements() as asked:
        published.totals(procedure)

    assert len(asked) == 1


def test_what_a_use_case_undoes_was_never_remembered(app: Flask, staff: User) -> None:
    procedure = procedures.get_procedure()
    factories.protocolled(staff)

    @use_case
    def register_and_fail() -> None:
        factories.protocolled(staff)
        assert published.totals(procedure)["received"] == 2
        raise NotFound()

    with pytest.raises(NotFound):
        register_and_fail()

    assert published.totals(procedures.get_procedure())["received"] == 1


def test_memory_is_bounded() -> None:
    memory = Memory()
    for key in range(MOST + 10):
        memory.get(key, "head", lambda: 1)

    assert memory.get(MOST + 9, "head", lambda: 2) == 1
    assert memory.get(0, "head", lambda: 2) == 2
