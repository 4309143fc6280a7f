"""`make test`: every check of the house, one after the other, and what each of them took.

With `--checks`, only those that need neither a database nor a browser.
"""

import subprocess
import sys
import time
from pathlib import Path

from tests.chromium import find_chromium

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

CHECKS = (
    ("Style", [BIN / "ruff", "check", "--quiet", "."]),
    ("Layout", [BIN / "ruff", "format", "--quiet", "--check", "."]),
    ("Types", [BIN / "mypy"]),
    ("Directions of imports", [BIN / "lint-imports", "--no-logo"]),
)
TESTS = ("Tests on both engines and in the browser", [BIN / "pytest", "-q", "-n", "2"])


def run(title: str, command: list[str | Path]) -> bool:
    """Run one check, its output left to be read; says how it ended."""
    print(f"\n== {title}", flush=True)
    start = time.monotonic()
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    ending = "passed" if done.returncode == 0 else "FAILED"
    print(f"== {title}: {ending} in {time.monotonic() - start:.0f} s", flush=True)
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    """Run all, also after a failure, so that one run shows everything; 0 if all passed."""
    steps = list(CHECKS)
    if "--checks" not in arguments:
        if find_chromium() is None:
            print("Chromium is missing: install it (on Debian: apt-get install chromium).")
            return 1
        steps.append(TESTS)
    failed = [title for title, command in steps if not run(title, command)]
    print(f"\n{'Failed: ' + ', '.join(failed) if failed else 'Everything passed.'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
