"""What the program costs, measured beside what it could not cost less than.

Machines differ and are shared, so almost nothing here is judged by the clock: a page is measured
against its *floor*, the same work with the least code that does it, in the same run, on the same
server, turn by turn. `python -m bench` (or `make bench`) measures everything and writes
docs/performance.md.
"""

from config import ROOT

# Databases and files that are measured: they stay from one run to the next.
FOLDER = ROOT / "build" / "bench"
