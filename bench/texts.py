"""A long text of the plan, for the pages whose cost could grow with it."""

import random
import re
from collections.abc import Callable

import sqlalchemy as sa

from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Document, Edition
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from ptm_participation.reference.service import correct

EDITION, DOCUMENT, ACT = "misura", "REP", "Un testo per le misure"
SECTIONS = 10_000
_WORDS = re.findall(
    r"\w+",
    "Comuni suolo riduzione consumo rete verde metropolitana agricolo paesaggio interventi soglia "
    "ambito insediativo acque invarianza idraulica servizi mobilità rigenerazione tutela parchi "
    "bosco margine urbano corridoio ecologico previsione criterio compensazione logistica poli",
)


def prepare_long_text(sections: int = SECTIONS, *, seed: int = 1) -> None:
    """Have an edition of its own hold a document of about so many sections, and be public."""
    if db.session.scalar(sa.select(Edition).filter_by(label=EDITION)) is not None:
        return
    document = db.session.scalars(sa.select(Document).filter_by(code=DOCUMENT)).one()
    tree = _titles(sections, random.Random(seed))  # noqa: S311 - not for secrets
    import_text(SYSTEM, document, EDITION, tree, source=ACT)
    edition = db.session.scalars(sa.select(Edition).filter_by(label=EDITION)).one()
    correct(SYSTEM, edition, {"act": ACT})


def _titles(sections: int, chance: random.Random) -> list[Node]:
    """Titles of ten chapters of 25 articles of seven commi."""

    def text(words: int) -> str:
        return f"{' '.join(chance.choices(_WORDS, k=words)).capitalize()}."

    articles = []
    for number in range(1, max(2, sections // 8) + 1):
        commi = tuple(Node(SectionKind.COMMA, str(n), "", text(40)) for n in range(1, 8))
        articles.append(Node(SectionKind.ARTICLE, str(number), text(4), "", commi))
    chapters = _divided(SectionKind.CHAPTER, articles, 25, text)
    return _divided(SectionKind.TITLE, chapters, 10, text)


def _divided(
    kind: SectionKind, held: list[Node], many: int, text: Callable[[int], str]
) -> list[Node]:
    """Divisions that hold so many each."""
    parts = [tuple(held[first : first + many]) for first in range(0, len(held), many)]
    return [Node(kind, str(number), text(5), "", part) for number, part in enumerate(parts, 1)]
