"""What a file cites: a text of any format that is read into sections, or plain text."""

import dataclasses

from ptm_participation.core.errors import DomainError
from ptm_participation.plan import kinds
from ptm_participation.plan.akn_xml import UnreadableText
from ptm_participation.plan.citations import recognise
from ptm_participation.plan.cited import Citation
from ptm_participation.plan.files import read_text
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.tree import Node


@dataclasses.dataclass(frozen=True, slots=True)
class Passage:
    """A text that was read, the section that it is of if it has one, and what it cites."""

    section: str
    text: str
    citations: list[Citation]


def passages_of(name: str, data: bytes) -> list[Passage]:
    """What a file's sections cite; a file without sections is one passage.

    Raises FileRefused or UnreadableText.
    """
    if name.lower().endswith(".txt"):
        return [_whole(data)]
    try:
        tree = read_text(name, data).tree
    except DomainError:
        # Words without sections are read as they are; what is of another format is refused.
        if data[:1] in (b"<", b"P", b"%") or b"\0" in data:
            raise
        return [_whole(data)]
    passages: list[Passage] = []
    for root in tree:
        _walk(root, "", passages)
    return passages


def _whole(data: bytes) -> Passage:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableText from error
    return Passage("", text, recognise(text))


def _walk(node: Node, within: str, passages: list[Passage]) -> None:
    cited = kinds.citation(node.kind, node.number, within)
    if node.text:
        found = recognise(node.text, note=node.kind is SectionKind.NOTE)
        passages.append(Passage(cited, node.text, found))
    for child in node.children:
        _walk(child, cited, passages)
