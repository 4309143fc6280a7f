"""Reads what an officer types for sections of the plan: «18 c. 2; Tav. 6; 41.3»."""

import re

import sqlalchemy as sa

from ptm_participation.core.db import db
from ptm_participation.core.reference import fold
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Document, Edition, SectionVersion

_REFERENCE = re.compile(
    r"^(?P<kind>artt?\.?|articol[oi]|tav\.?|tavol[ae]|sttm|par\.?|parte|p\.)?\s*"
    r"(?P<number>[ivxlc]+(?![a-z])|\d+(?:\.\d+)*(?:[\s-](?:bis|ter|quater|quinquies|sexies))?)"
    r"(?:[\s,]*(?:comma|c\.?)\s*(?P<comma>\d+(?:-[a-z]+)?))?"
    r"(?:[\s,]*(?:lettera|lett\.?|l\.?)\s*(?P<letter>[a-z]+(?:-[a-z]+)?)\)?)?$"
)
_REFERENCE_KINDS = {
    "a": SectionKind.ARTICLE,
    "t": SectionKind.MAP,
    "s": SectionKind.STRATEGY,
    "p": SectionKind.HEADING,
}


def resolve_references(edition: Edition, text: str) -> tuple[list[int], list[str]]:
    """Read «18 c. 2; Tav. 6; 41.3» into section versions.

    Returns the ids found, in order and once each, and the pieces that name nothing. A bare
    number is an article; «18.2» is its second comma.
    """
    found: list[int] = []
    unknown: list[str] = []
    for piece in re.split(r"[;\n]|,(?!\s*(?:c|comma|l|lett|lettera)\b)", text):
        if not piece.strip():
            continue
        version_id = _resolve(edition, fold(piece))
        if version_id is None:
            unknown.append(piece.strip())
        elif version_id not in found:
            found.append(version_id)
    return found, unknown


def _resolve(edition: Edition, piece: str) -> int | None:
    match = _REFERENCE.match(piece)
    if match is None:
        return None
    word, number, comma = match["kind"] or "art", match["number"], match["comma"]
    kind = SectionKind.PART if word == "parte" else _REFERENCE_KINDS[word[0]]
    if kind is SectionKind.ARTICLE and comma is None and re.fullmatch(r"\d+\.\d+", number):
        number, comma = number.split(".")
    query = (
        sa.select(SectionVersion)
        .join(Document, Document.id == SectionVersion.document_id)
        .where(
            SectionVersion.edition_id == edition.id,
            SectionVersion.kind == kind,
            sa.func.lower(SectionVersion.number) == number.replace(" ", "-"),
        )
        .order_by(Document.position)
        .limit(1)
    )
    section = db.session.scalar(query)
    for child_kind, child_number in (
        (SectionKind.COMMA, comma),
        (SectionKind.LETTER, match["letter"]),
    ):
        if section is not None and child_number:
            section = db.session.scalar(
                sa.select(SectionVersion).filter_by(
                    parent_id=section.id, kind=child_kind, number=child_number
                )
            )
    return section.id if section is not None else None
