"""A real Chromium, and a server that it talks to."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.chromium import find_chromium
from tests.conftest import SERVER, Database
from tests.serving.server import Installation

WIDE, NARROW = 1280, 390


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"],
        )
        yield browser
        browser.close()


@pytest.fixture
def someone(chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens a browser of somebody's own on a site; a page that complains fails the test."""
    open_ones: list[BrowserContext] = []
    complaints: list[str] = []

    def arrive(url: str, width: int = WIDE) -> Page:
        context = chromium.new_context(
            base_url=url, locale="it-IT", viewport={"width": width, "height": 900}
        )
        context.set_default_timeout(15_000)
        open_ones.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text)
                if said.type in {"error", "warning"} and "the server responded" not in said.text
                else None
            ),
        )
        return page

    yield arrive
    for context in open_ones:
        context.close()
    assert complaints == []


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


@pytest.fixture
def installation(engine: str, tmp_path: Path) -> Installation:
    """A new installation, as `make run` finds it: nothing is there."""
    worker = Database(engine, tmp_path).worker
    url = empty_database(engine, tmp_path, f"journey_{worker}")
    return Installation(tmp_path, url, clock="2020-10-20T10:00")
