"""Two editions of a long text, compared.

A plan of 1,000 articles with five commi each, and the same with a comma in ten reworded, are
imported into an installation of their own, as an officer would. What is timed is the comparison
whole: both read, each part set beside what it became, the words of each change marked. It stands
beside the bare reading of both editions' rows, in the same turn.
"""

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

from bench.places import Place
from bench.results import Line, at_most
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.plan import queries
from ptm_participation.plan.editions import Synopsis, synopsis
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Document, Edition
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from ptm_participation.procedure.queries import get_procedure

ARTICLES, COMMI, WORDS = 1_000, 5, 60
REWORDED = 0.1
MOST_SECONDS = 3.0
BARE = "SELECT id, provision_id, number, heading, text FROM section_version WHERE edition_id = {}"


def measure(place: Place, rounds: int, articles: int = ARTICLES) -> Iterator[Line]:
    """The comparison of the two editions, which are imported first."""
    place.run("wsgi", "init")
    with place.application():
        document, before, after = _editions(articles)
        bare_times, times = [], []
        for _round in range(rounds):
            start = time.perf_counter()
            for edition in (before, after):
                db.session.connection().exec_driver_sql(BARE.format(edition.id)).fetchall()
            bare_times.append(time.perf_counter() - start)
            start = time.perf_counter()
            changed = _marked(synopsis(document, before, after))
            times.append(time.perf_counter() - start)
        bare = statistics.median(bare_times)
        yield Line(
            f"editions: two editions of {articles:,} articles, {changed:,} changes",
            place.engine,
            measured=f"{statistics.median(times):.2f} s, reading alone {bare:.3f} s",
            **at_most(MOST_SECONDS, statistics.median(times), " s"),
        )


def _marked(compared: Synopsis) -> int:
    """Mark the words of every change; says how many there are."""
    return sum(bool(entry.words or entry.heading) for entry in compared.changes)


def _editions(articles: int) -> tuple[Document, Edition, Edition]:
    plan = get_procedure().plan
    norms = queries.get_document(plan, "nda")
    chance = random.Random(1)  # noqa: S311 - repeatable, nothing to keep secret
    first = [_article(number, chance) for number in range(1, articles + 1)]
    second = [
        replace(article, children=tuple(_reworded(comma, chance) for comma in article.children))
        for article in first
    ]
    for label, tree in (("prima", first), ("seconda", second)):
        import_text(SYSTEM, norms, label, tree, source="bench")
    db.session.refresh(plan)
    known = {edition.label: edition for edition in plan.editions}
    return norms, known["prima"], known["seconda"]


def _article(number: int, chance: random.Random) -> Node:
    commi = (
        Node(SectionKind.COMMA, str(n), "", _sentence(chance, WORDS)) for n in range(1, COMMI + 1)
    )
    return Node(SectionKind.ARTICLE, str(number), _sentence(chance, 5), "", tuple(commi))


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(f"parola{chance.randrange(20_000)}" for _word in range(words))


def _reworded(comma: Node, chance: random.Random) -> Node:
    if chance.random() >= REWORDED:
        return comma
    words = comma.text.split()
    words[len(words) // 2] = "altrimenti"
    return replace(comma, text=" ".join(words))
