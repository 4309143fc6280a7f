"""Articles with their commi, as an import hands them on."""

from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.tree import Node


def article(number: str, heading: str, *commi: str | Node) -> Node:
    """An article with its commi in order: words, or nodes as they are."""
    made = [
        one if isinstance(one, Node) else Node(SectionKind.COMMA, str(n), "", one)
        for n, one in enumerate(commi, 1)
    ]
    return Node(SectionKind.ARTICLE, number, heading, "", tuple(made))
