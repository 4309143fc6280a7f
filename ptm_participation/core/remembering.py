"""Counts kept in memory for as long as nothing has happened that could change them.

Each change of a procedure is an entry of its audit stream, in the transaction that makes it: a
count made when the stream stood at some entry holds until the stream has moved on. So what is
remembered is never old, on however many servers, and asking costs one small question.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import current_app

from ptm_participation.core.audit import AuditStream
from ptm_participation.core.db import db
from ptm_participation.core.transaction import is_writing

T = TypeVar("T")
MOST = 256


class Memory:
    """What one process remembers: the latest counts, each with the head it was made at."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[str, Any]] = OrderedDict()

    def get(self, key: Hashable, head: str, count: Callable[[], T]) -> T:
        with self._lock:
            known = self._kept.get(key)
        if known is None or known[0] != head:
            known = (head, count())
            with self._lock:
                self._kept[key] = known
                self._kept.move_to_end(key)
                while len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        found: T = known[1]
        return found


_HEADS = (
    sa.select(AuditStream.hash)
    .where(AuditStream.key.in_(sa.bindparam("streams", expanding=True)))
    .order_by(AuditStream.key)
)


def remembered(stream: str, key: Hashable, count: Callable[[], T], *others: str) -> T:
    """What `count` gives, made anew only if the stream, or one of the others that it hangs on,
    has moved since it was last made.

    Head and count are read of one state of the database. Within a use case nothing is
    remembered: what it has changed has no entry before its commit, and may be undone. What is
    given is shared: it must not be changed.
    """
    if is_writing():
        return count()
    memory = current_app.extensions.setdefault("ptm_memory", Memory())
    head = " ".join(db.session.scalars(_HEADS, {"streams": [stream, *others]}))
    return memory.get((stream, key), head, count)
