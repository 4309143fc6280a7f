"""Filters under a name, one's own and the office's."""

import pytest

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.observations import filters, saved_filters, supplements
from ptm_participation.observations.saved_filters import TooManySaved, TooManyShared
from ptm_participation.observations.workflow import Channel
from ptm_participation.procedure import queries as procedures
from ptm_participation.reference.service import correct
from tests import factories
from tests.pages import Browser, Page

LIST = "/ufficio/osservazioni"


def _views(page: Page) -> list[str]:
    return page.items(".ptm-views a")


def _save(browser: Browser, name: str, *, shared: bool = False, **filters: str) -> Page:
    form = browser.open(LIST, **filters).follow("Salva questo filtro")
    return form.submit(name=name, **({"shared": "y"} if shared else {}))


def test_a_filter_is_kept_under_a_name_with_its_count(as_staff: Browser) -> None:
    factories.observation(channel=Channel.PEC)
    factories.observation()

    page = _save(as_staff, "  Da   PEC ", canale="pec", regolarita="to-regularise")

    assert "Filtro salvato: si trova accanto alle liste." in page.text
    assert "Da PEC 1" in _views(page)
    again = as_staff.open(LIST).follow("Da PEC")
    assert again.items("[data-rows] .ptm-id") == ["1"]
    assert again.items(".ptm-views [aria-current]") == ["Da PEC 1"]


def test_an_own_filter_is_renamed_and_deleted(as_staff: Browser) -> None:
    page = _save(as_staff, "PEC", canale="pec").follow("Rinomina o elimina")

    page = page.submit(name="Certificata")
    assert "Certificata 0" in _views(page)
    page = page.follow("Rinomina o elimina").press("Elimina questo filtro")

    assert "Filtro eliminato." in page.text
    assert "Certificata 0" not in _views(page)


def test_a_shared_filter_is_everybodys_to_read_and_a_managers_to_delete(
    as_staff: Browser, as_manager: Browser, as_administrator: Browser
) -> None:
    _save(as_manager, "Solo mio", canale="pec")
    page = _save(as_manager, "Le nostre", shared=True, assegnata="io", canale="web")
    factories.observation()
    as_staff.open(f"{LIST}/ptm/1").press("Prendila tu")
    address = page.link("Rinomina o elimina")

    seen = as_staff.open(LIST)
    assert [view for view in _views(seen) if view[:4] in {"Le n", "Solo"}] == ["Le nostre 1"]
    assert "elimina" not in seen.follow("Le nostre").text
    theirs = as_staff.open(address)
    assert theirs.items("main form button") == []
    token = theirs.soup.find("input", {"name": "csrf_token"})["value"]
    assert as_staff.send(f"{address}/elimina", {"csrf_token": token}).status == 403
    assert "Le nostre 0" in _views(as_manager.open(LIST))

    as_administrator.open(LIST).follow("Le nostre").follow("Elimina").press("Elimina")
    assert "Le nostre 0" not in _views(as_manager.open(LIST))


def test_a_name_is_an_officers_only_once_and_never_empty(
    as_staff: Browser, as_manager: Browser
) -> None:
    _save(as_staff, "PEC", canale="pec")

    twice = _save(as_staff, "PEC", canale="web")
    assert twice.error_of("name") == (
        "C’è già un tuo filtro con questo nome: scegliere un altro nome."
    )
    assert twice.submit(name=" ").error_of("name") == "Scrivere il nome."
    assert "Filtro salvato" in _save(as_manager, "PEC", canale="web").text
    other = _save(as_staff, "Sito", canale="web").follow("Rinomina o elimina")
    assert other.submit(name="PEC").error_of("name") == twice.error_of("name")
    bare = as_staff.open(f"{LIST}/filtri/nuovo").submit(name="Tutto")
    assert "Prima scegliere almeno un filtro" in bare.error_of("name")


def test_a_saved_value_that_is_gone_is_said_and_left_out(as_staff: Browser) -> None:
    factories.observation(channel=Channel.PEC)
    _save(as_staff, "Vecchio", canale="pec", stato="persa")

    page = as_staff.open(LIST).follow("Vecchio")

    assert page.items(".ptm-todo") == [
        "«persa» non è un valore di questo filtro: è stato tralasciato."
    ]
    assert page.items("[data-rows] .ptm-id") == ["1"]


def test_words_are_kept_and_not_counted(as_staff: Browser) -> None:
    factories.observation(name="Anna Bianchi")

    page = _save(as_staff, "Bianchi", q="bianchi")

    assert "Bianchi" in _views(page)
    assert page.items("[data-rows] .ptm-id") == ["1"]


def test_there_is_room_for_thirty(app: object, staff: User, manager: User) -> None:
    procedure = procedures.get_procedure()

    def save(by: User, turn: int, *, shared: bool) -> None:
        saved_filters.save_filter(
            by, procedure, name=f"Filtro {turn}", arguments={"canale": "pec"}, shared=shared
        )

    for turn in range(saved_filters.MOST):
        save(staff, turn, shared=True)

    with pytest.raises(TooManySaved):
        save(staff, 30, shared=False)
    with pytest.raises(TooManyShared):
        save(manager, 0, shared=True)
    save(manager, 0, shared=False)
    assert len(saved_filters.list_saved(procedure, manager)) == 31


def test_a_remembered_count_follows_each_change(as_staff: Browser, staff: User) -> None:
    rho, magenta = factories.municipality("Rho"), factories.municipality("Magenta")
    page = _save(as_staff, "Zona", zona=str(rho.zone_id))
    assert "Zona 0" in _views(page)

    factories.observation(place="Rho")
    assert "Zona 1" in _views(as_staff.open(LIST))
    correct(staff, rho, {"zone_id": magenta.zone_id})
    assert "Zona 0" in _views(as_staff.open(LIST))


def test_a_filter_that_means_today_means_the_day_on_which_it_is_read(
    app: object, staff: User
) -> None:
    made = factories.observation()
    supplements.ask_to_regularise(staff, made, days=10, words="")
    procedure = procedures.get_procedure()
    arguments = {"regolarizzazione": filters.OVERDUE}
    saved_filters.save_filter(staff, procedure, name="Scadute", arguments=arguments, shared=False)

    def count() -> list[int | None]:
        saved = saved_filters.list_saved(procedure, staff)
        return [view.count for view in filters.views(procedure, staff, {}, saved) if view.saved]

    assert count() == [0]
    with clock.at("2020-11-05T10:00"):
        assert count() == [1]
