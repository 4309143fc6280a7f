"""Facts loaded from `data/` that staff may correct.

Loading again never undoes a correction: a row that a person has touched is left alone.
"""

import datetime as dt
import enum
import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.core.db import one_of


class Verification(enum.StrEnum):
    """Whether a fact was checked against its source."""

    VERIFIED = "verified"
    TO_VERIFY = "to-verify"

    @property
    def label(self) -> Any:
        return {
            Verification.VERIFIED: _l("Verified"),
            Verification.TO_VERIFY: _l("To verify"),
        }[self]


class Sourced:
    """Columns of a fact that has a source and may have been corrected by hand."""

    verification: Mapped[Verification] = mapped_column(
        one_of(Verification, "verification"), default=Verification.TO_VERIFY
    )
    source: Mapped[str] = mapped_column(sa.String(500), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    corrected_at: Mapped[dt.datetime | None]

    @property
    def to_verify(self) -> bool:
        return self.verification is Verification.TO_VERIFY


def fold(text: str) -> str:
    """Text as it is searched and sorted: lower case, without accents, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    for mark in filter(unicodedata.combining, set(plain)):
        plain = plain.replace(mark, "")
    return " ".join(plain.replace("\u2019", "'").split())


def slugify(text: str) -> str:
    """Text as it stands in addresses and names of files: letters and digits, parted by dashes."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
