"""What was loaded, so that loading the same again costs nothing."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.core.db import Model


class ReferenceLoad(Model):
    """A state of the reference data, by its digest, that was loaded."""

    __tablename__ = "reference_load"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    loaded_at: Mapped[dt.datetime]
