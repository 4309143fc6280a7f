"""A plan's text as a tree, before it has a place in any edition."""

import dataclasses
from collections.abc import Iterator

from ptm_participation.plan.kinds import SectionKind


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A section as read from a file: its number and words, without an identity.

    `number` is as cited, without «Art.» or «Capo» («5-bis», «II»), empty if there is none;
    `text` is the section's own words, not those of its children.
    """

    kind: SectionKind
    number: str
    heading: str
    text: str
    children: tuple["Node", ...] = ()

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def words(self) -> str:
        """Heading and text of the node and of all below it."""
        return "\n".join(part for node in self.walk() for part in (node.heading, node.text) if part)
