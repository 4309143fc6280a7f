"""A real Chromium, and a server that it talks to."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.chromium import find_chromium
from tests.conftest import Database
from tests.serving.server import Installation, empty_database

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

    def arrive(url: str, width: int = WIDE, **device: bool) -> Page:
        context = chromium.new_context(
            base_url=url, locale="it-IT", viewport={"width": width, "height": 900}, **device
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


@pytest.fixture
def installation(engine: str, tmp_path: Path) -> Installation:
    """A new installation, as `make run` finds it: nothing is there."""
    worker = Database(engine, tmp_path).worker
    url = empty_database(engine, tmp_path, f"journey_{worker}")
    return Installation(tmp_path, url, clock="2020-10-20T10:00")
