"""Staff keeps the themes of the plan and ties sections to them."""

import pytest
from flask import Flask

from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.errors import NotFound
from ptm_participation.plan import themes
from ptm_participation.plan.themes import ThemeKnown, ThemeUnnamed
from tests import factories
from tests.pages import Browser


def test_a_theme_is_added_renamed_and_tied_on_screen(as_staff: Browser, visitor: Browser) -> None:
    page = as_staff.open("/ufficio/piano/temi")
    added = page.submit(name="Acque sotterranee")
    again = added.submit(name="acque  SOTTERRANEE")
    tied = as_staff.open("/piano/nda/art-18").follow("I suoi temi")
    theme = themes.plans_with_themes()[0][1][-1][0]
    kept = tied.submit(themes=[str(theme.id)])
    renamed = as_staff.open(f"/ufficio/piano/temi/{theme.id}").submit(name="Falda")

    assert "Tema aggiunto: Acque sotterranee." in added.text
    assert again.error_of("name") == "C’è già un tema con questo nome."
    assert kept.heading.startswith("Art. 18")
    assert renamed.rows()[-1][:2] == ["Falda", "1"]
    assert visitor.open("/piano/nda/art-18").link("Falda").endswith("tema=acque-sotterranee")


def test_a_title_s_theme_is_given_to_its_articles_and_taken_back(as_staff: Browser) -> None:
    article = factories.section("3")
    title = article.parent
    assert title is not None
    (_plan, listed), *_others = themes.plans_with_themes()
    theme = listed[0][0].id
    outside = factories.section("41")
    before = themes.theme_ids(article)
    address = f"/ufficio/piano/sezioni/{title.id}/temi"

    as_staff.open(address).submit(themes=[str(theme)], inner="y")
    given = themes.theme_ids(article), themes.theme_ids(outside)
    as_staff.open(address).submit(themes=[], inner="y")

    assert given[0] == before | {theme}
    assert theme not in given[1]
    assert themes.theme_ids(article) == before - {theme}


def test_two_who_tick_at_once_do_not_undo_each_other(as_staff: Browser) -> None:
    section = factories.section("41")
    (_plan, listed), *_others = themes.plans_with_themes()
    first, second = (str(theme.id) for theme, _count in listed[:2])
    address = f"/ufficio/piano/sezioni/{section.id}/temi"
    mine, other = as_staff.open(address), as_staff.open(address)

    mine.submit(themes=[first])
    refused = other.submit(themes=[second])

    assert "Qualcun altro" in refused.text
    assert themes.theme_ids(factories.section("41")) == {int(first)}


def test_a_theme_without_a_name_or_of_another_plan_is_refused(app: Flask) -> None:
    section = factories.section("18")

    with pytest.raises(ThemeUnnamed):
        themes.add_theme(SYSTEM, section.edition.plan, name=" «!» ")
    with pytest.raises(NotFound):
        themes.set_themes(SYSTEM, factories.section("18"), {10_000})


def test_a_name_that_was_given_on_screen_is_not_loaded_over(app: Flask) -> None:
    plan = factories.section("18").edition.plan
    (_plan, listed), *_others = themes.plans_with_themes()
    theme = listed[0][0]
    themes.rename_theme(SYSTEM, theme, name="Suolo, bene comune")

    factories.load_again()

    assert themes.get_theme(theme.id).name == "Suolo, bene comune"
    with pytest.raises(ThemeKnown):
        themes.add_theme(SYSTEM, plan, name="suolo, bene  comune")
