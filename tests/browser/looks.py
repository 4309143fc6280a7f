"""What is wrong with a page as it is shown: for assistive technology, or for a small screen."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_axe = Axe()


def wrong_with(page: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways; empty means nothing."""
    found = _axe.run(page).response["violations"]
    said = [
        f"{violation['id']}: {node['target'][0]} ({' '.join(node['failureSummary'].split())})"
        for violation in found
        for node in violation["nodes"]
    ]
    wide, shown = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    if wide > shown:
        said.append(f"scrolls sideways: {wide} px of {shown}")
    if not page.title().strip(" -"):
        said.append("has no title")
    if page.locator("h1").count() != 1:
        said.append(f"has {page.locator('h1').count()} first headings")
    _keep_picture(page)
    return said


def assert_good(page: Page) -> None:
    """Fail with everything that is wrong with the page."""
    wrong = wrong_with(page)
    assert wrong == [], f"{page.url}: {wrong}"


def _keep_picture(page: Page) -> None:
    """Keep what the page looks like where PTM_TEST_PICTURES says, for people to look at."""
    folder = os.environ.get("PTM_TEST_PICTURES")
    if folder:
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"] if page.viewport_size else 0
        path = re.sub(r"[0-9a-f]{32}|[A-Z2-9]{28}", "x", page.url.split("/", 3)[3]) or "home"
        name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:80]
        number = 1
        while (place / f"{name}-{number}-{width}.png").exists():
            number += 1
        page.screenshot(
            path=place / f"{name}-{number}-{width}.png", full_page=True, animations="disabled"
        )
