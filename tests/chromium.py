"""Where the machine's Chromium is: nothing is downloaded from outside the registries."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """PTM_TEST_CHROMIUM, else the first that is installed."""
    return os.environ.get("PTM_TEST_CHROMIUM") or next(
        (found for name in NAMES if (found := shutil.which(name))), None
    )
