"""Words for the norms of the demonstration: invented, said to be so, in two editions that are
published."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ptm_participation.accounts.models import User
from ptm_participation.core.audit import SYSTEM, Actor
from ptm_participation.plan import queries
from ptm_participation.plan.comparison import known_tree
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.mapping import confirm
from ptm_participation.plan.mapping_queries import TieGroup, open_ties
from ptm_participation.plan.models import Edition, Plan
from ptm_participation.plan.publishing import publish_edition
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from ptm_participation.reference.loader import FOLDER

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def give_words(actor: Actor, plan: Plan) -> None:
    """Import the invented words into the adopted and the approved edition of a plan's norms."""
    with (FOLDER / "demonstration.toml").open("rb") as file:
        data = tomllib.load(file)
    norms = queries.get_document(plan, "nda")
    articles = {fact["number"]: fact for fact in data["article"]}
    editions: dict[str, Edition] = {edition.label: edition for edition in plan.editions}
    for label, words in (("adottata", "commi"), ("approvata", "approved")):
        bare = [known.node for known in known_tree(editions[label], norms)]
        tree = [_with_words(node, articles, words) for node in bare]
        import_text(actor, norms, label, tree, source=data["source"])


def publish(officer: User, plan: Plan, label: str) -> None:
    """Confirm what the sections of an edition follow, and publish it under its act."""
    (edition,) = (edition for edition in plan.editions if edition.label == label)
    for document in plan.documents:
        for group in TieGroup:
            confirm(officer, edition, open_ties(edition, document, group))
    assert edition.dated_on is not None
    publish_edition(SYSTEM, edition, kind=edition.kind, act=edition.act, dated_on=edition.dated_on)


def _with_words(node: Node, articles: Mapping[str, Mapping[str, Any]], words: str) -> Node:
    """A section with the commi that are written for it, and for what it holds."""
    fact = articles.get(node.number) if node.kind is SectionKind.ARTICLE else None
    if fact is None:
        children = tuple(_with_words(child, articles, words) for child in node.children)
        return replace(node, children=children)
    commi = fact.get(words, fact["commi"])
    return replace(
        node,
        heading=fact["heading"],
        children=tuple(_comma(number, comma) for number, comma in enumerate(commi, 1)),
    )


def _comma(number: int, said: str | Mapping[str, Any]) -> Node:
    if isinstance(said, str):
        return Node(SectionKind.COMMA, str(number), "", said)
    letters: Sequence[str] = said["letters"]
    return Node(
        SectionKind.COMMA,
        str(number),
        "",
        said["text"],
        tuple(
            Node(SectionKind.LETTER, letter, "", text)
            for letter, text in zip(LETTERS, letters, strict=False)
        ),
    )
