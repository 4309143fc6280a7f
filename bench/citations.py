"""`python -m bench.citations FILE…`: how fast citations are recognised, in MB a second.

The floor is one bare pass of the pattern that finds the words which may open a citation: the
share of it says what reading each citation to its end costs. The best of five passes each.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from ptm_participation.plan.citation_words import TRIGGER
from ptm_participation.plan.citations import recognise

PASSES = 5
LEAST_MB = 1.0


def _best(run: Callable[[], object]) -> float:
    took = []
    for _pass in range(PASSES):
        start = time.perf_counter()
        run()
        took.append(time.perf_counter() - start)
    return min(took)


def main(paths: list[str]) -> int:
    good = True
    for path in paths:
        text = Path(path).read_text(encoding="utf-8")
        megabytes = len(text.encode()) / 1e6
        ours = megabytes / _best(lambda text=text: recognise(text))  # type: ignore[misc]
        floor = megabytes / _best(lambda text=text: sum(1 for _ in TRIGGER.finditer(text)))  # type: ignore[misc]
        print(
            f"{Path(path).name}: {len(recognise(text)):,} citations, {ours:.1f} MB/s; "
            f"a bare pass {floor:.1f} MB/s, share {ours / floor:.2f}"
        )
        good &= ours >= LEAST_MB
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
