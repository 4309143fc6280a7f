"""How often something may be tried, counted in the database.

A counter in memory would be one for each process, so it would let through as many tries as
there are processes.
"""

import dataclasses
import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.core import clock
from ptm_participation.core.db import Model, db, insert_or_ignore
from ptm_participation.core.transaction import use_case


class Throttle(Model):
    """Failures of one key (an address, an account) since its window began."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    since: Mapped[dt.datetime]
    failures: Mapped[int] = mapped_column(default=0)


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within so many minutes; the wait lasts until the window is over."""

    name: str
    failures: int
    minutes: int

    def left(self, key: str) -> int:
        """How many more failures are allowed now; 0 means wait."""
        row = db.session.get(Throttle, self._key(key))
        if row is None or row.since <= self._horizon():
            return self.failures
        return max(0, self.failures - row.failures)

    @use_case
    def count_failure(self, key: str) -> int:
        """Count one failure and return how many are left."""
        name = self._key(key)
        insert_or_ignore(Throttle, key=name, since=clock.now(), failures=0)
        row = db.session.scalars(
            sa.select(Throttle)
            .where(Throttle.key == name)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        if row.since <= self._horizon():
            row.since, row.failures = clock.now(), 0
        row.failures += 1
        return max(0, self.failures - row.failures)

    @use_case
    def forget(self, key: str) -> None:
        """Start again from nothing, after a success."""
        db.session.execute(sa.delete(Throttle).where(Throttle.key == self._key(key)))

    def _key(self, key: str) -> str:
        return f"{self.name}:{key}"[:200]

    def _horizon(self) -> dt.datetime:
        return clock.now() - dt.timedelta(minutes=self.minutes)
