"""Beside a list a count stops somewhere and says so; the whole is in the summary."""

from collections.abc import Iterator

import pytest
from flask import Flask

from ptm_participation.accounts.models import User, Visitor
from ptm_participation.core.errors import NotFound
from ptm_participation.observations import lists, published, service
from ptm_participation.observations.lists import Filter
from ptm_participation.procedure import queries as procedures
from tests import factories
from tests.pages import Browser


@pytest.fixture
def few(app: Flask, staff: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Four published observations, where lists count no further than two."""
    for module in (lists, published):
        monkeypatch.setattr(module, "COUNT_CAP", 3)
    lists._count_views.cache_clear()
    service.publish(staff, [factories.protocolled(staff) for _turn in range(4)])
    yield
    lists._count_views.cache_clear()


@pytest.mark.usefixtures("few")
def test_a_long_list_says_over_how_many(visitor: Browser, as_staff: Browser) -> None:
    page = published.list_published(procedures.get_procedure(), published.PublicFilter())
    assert (page.total, len(page.rows)) == (3, 4)
    assert visitor.open("/osservazioni").heading.endswith("oltre 2")
    register = as_staff.open("/ufficio/osservazioni")
    assert "oltre 2 registrazioni" in register.heading
    assert register.items(".ptm-views .c")[0] == "oltre 2"


def test_nobody_but_staff_has_the_counts_of_the_offices_views(app: Flask) -> None:
    with pytest.raises(NotFound):
        lists.count_views(procedures.get_procedure(), {"all": Filter()}, seen_by=Visitor())
