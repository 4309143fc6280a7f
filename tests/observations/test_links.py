"""An observation integrates, replaces, duplicates or withdraws an earlier one: both say so."""

import pytest
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import audit
from ptm_participation.observations import links
from ptm_participation.observations.links import LinkedAlready, NotAnEarlierOne
from ptm_participation.observations.workflow import LinkKind
from tests import factories
from tests.pages import Browser

ONE = "/ufficio/osservazioni/ptm/{}"


def test_a_link_stands_on_both_and_is_undone_with_a_reason(as_staff: Browser) -> None:
    factories.observation(subject="Prima")
    factories.observation(subject="Seconda")

    page = as_staff.open(ONE.format(2)).follow("Aggiungi")
    assert "Non c’è un’osservazione" in page.submit(kind="withdraws", number="9").text
    done = page.submit(kind="withdraws", number="1", because="Lettera del 20 ottobre 2020")

    assert "Ritira n. 1 Prima" in " ".join(done.text.split())
    first = as_staff.open(ONE.format(1))
    assert "È ritirata da n. 2 Seconda" in " ".join(first.text.split())
    assert "Lettera del 20 ottobre 2020" in first.text
    undone = first.follow("Sciogli").submit(because="Numero sbagliato")
    assert "Con nessun’altra osservazione" in undone.text
    assert "Legame sciolto" in as_staff.open(ONE.format(2) + "/cronologia").text
    assert audit.verify() == []


def test_only_an_earlier_one_can_be_named_and_once(app: Flask, staff: User) -> None:
    first, second = factories.observation(), factories.observation()

    with pytest.raises(NotAnEarlierOne):
        links.link_observations(staff, first, LinkKind.REPLACES, second, because="")
    with pytest.raises(NotAnEarlierOne):
        links.link_observations(staff, first, LinkKind.DUPLICATES, first, because="")
    link = links.link_observations(staff, second, LinkKind.REPLACES, first, because="")
    with pytest.raises(LinkedAlready):
        links.link_observations(staff, second, LinkKind.INTEGRATES, first, because="")
    links.undo_link(staff, link.id, first, because="Era un’integrazione")
    links.link_observations(staff, second, LinkKind.INTEGRATES, first, because="")

    assert [one.kind for one in links.links_of(first)] == [LinkKind.INTEGRATES]
