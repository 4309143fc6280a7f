"""A reader on a slow line must not hold the database's snapshot for as long as it takes."""

import contextlib
import tempfile
import time
from collections.abc import Generator, Iterator

PATIENCE_SECONDS = 10.0
PIECE = 256 * 1024


def at_the_readers_pace(
    pieces: Iterator[bytes], patience: float = PATIENCE_SECONDS
) -> Iterator[bytes]:
    """Pass pieces on as they are made, until the reader has kept us waiting too long in all.

    Then the rest is made at once, into a file without a name, and sent from there: on SQLite a
    read that lasts keeps the write-ahead log growing, on PostgreSQL dead rows.
    """
    waited = 0.0
    with contextlib.ExitStack() as stack:
        if isinstance(pieces, Generator):
            stack.callback(pieces.close)
        for piece in pieces:
            sent_at = time.monotonic()
            yield piece
            waited += time.monotonic() - sent_at
            if waited > patience:
                break
        else:
            return
        with tempfile.TemporaryFile() as rest:
            rest.writelines(pieces)
            rest.seek(0)
            while piece := rest.read(PIECE):
                yield piece
