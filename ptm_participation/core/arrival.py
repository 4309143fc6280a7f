"""When a request arrived: the instant that counts for what it submits.

The server notes it when the whole request is in, before it waits for a free thread, so that a
crowd in the last minute of a term costs nobody the term.
"""

import datetime as dt

from flask import request

from ptm_participation.core import clock

ARRIVED = "ptm.arrived_at"


def arrived_at() -> dt.datetime:
    """The instant at which this request was complete, in UTC."""
    instant: dt.datetime | None = request.environ.get(ARRIVED)
    return instant if instant is not None else clock.now()
