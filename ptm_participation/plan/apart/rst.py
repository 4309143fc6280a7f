"""The paragraphs of a reStructuredText: bytes in, JSON out. Run by `apart.run`, never imported.

Nothing else is read: no other file, no address, no raw text of another format.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree

SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "doctitle_xform": False,
    "sectsubtitle_xform": False,
    "docinfo_xform": False,
    "smart_quotes": False,
    "report_level": 2,
    "halt_level": 5,
    "traceback": False,
    "warning_stream": False,
    "_disable_config": True,
    "line_length_limit": 1_000_000,
}
LISTS = {"arabic", "loweralpha", "upperalpha", "lowerroman", "upperroman"}
SKIPPED = (nodes.comment, nodes.substitution_definition, nodes.target, nodes.footnote)
OTHERS = (nodes.image, nodes.figure, nodes.raw, nodes.math_block, nodes.pending)


def main() -> None:
    texts = sys.stdin.buffer.read().decode("utf-8").split("\0")
    json.dump([paragraphs_of(text) for text in texts], sys.stdout)


def paragraphs_of(text: str) -> list[dict[str, Any]]:
    tree = publish_doctree(text, settings_overrides=SETTINGS)
    notes = {
        name: " ".join(note.astext().split()[1:])
        for note in tree.findall(nodes.footnote)
        for name in note["ids"]
    }
    return list(Walker(notes).walk(tree, 0, 0))


class Walker:
    """Goes through the tree in reading order."""

    def __init__(self, notes: dict[str, str]) -> None:
        self._notes = notes
        self._label = ""
        self._line = 1

    def walk(self, parent: nodes.Node, level: int, depth: int) -> Iterator[dict[str, Any]]:
        for node in parent.children:
            self._line = getattr(node, "line", None) or self._line
            if isinstance(node, nodes.section):
                yield from self.walk(node, level + 1, 0)
            elif isinstance(node, nodes.title):
                yield self._paragraph(node) | {"level": level - 1}
            elif isinstance(node, (nodes.paragraph, nodes.literal_block, nodes.term, nodes.rubric)):
                yield self._paragraph(node) | {"depth": depth}
            elif isinstance(node, nodes.line_block):
                lines = "\n".join(line.astext() for line in node.findall(nodes.line))
                yield {"text": lines, "line": self._line, "said": []}
            elif isinstance(node, (nodes.enumerated_list, nodes.bullet_list)):
                yield from self._list(node, level, depth + 1)
            elif isinstance(node, nodes.row):
                cells = [" ".join(cell.astext().split()) for cell in node.findall(nodes.entry)]
                text = " | ".join(cells)
                yield {"text": text, "row": True, "line": self._line, "said": ["table"]}
            elif isinstance(node, nodes.system_message):
                yield from self._said(node)
            elif isinstance(node, OTHERS):
                yield {"text": "", "line": self._line, "said": ["image"]}
            elif not isinstance(node, SKIPPED):
                yield from self.walk(node, level, depth)

    def _list(self, found: nodes.Element, level: int, depth: int) -> Iterator[dict[str, Any]]:
        for number, item in enumerate(found.children, found.get("start", 1)):
            self._label = label_of(found, number)
            yield from self.walk(item, level, depth)
            self._label = ""

    def _paragraph(self, node: nodes.Element) -> dict[str, Any]:
        label, self._label = self._label, ""
        line = getattr(node, "line", None) or self._line
        text = node.astext().replace("\n", "\v")
        refs = [ref.get("refid", "") for ref in node.findall(nodes.footnote_reference)]
        notes = [[str(n), self._notes[ref]] for n, ref in enumerate(refs, 1) if ref in self._notes]
        said = ["image"] if next(iter(node.findall(nodes.image)), None) is not None else []
        return {"text": text, "label": label, "line": line, "said": said, "notes": notes}

    def _said(self, node: nodes.system_message) -> Iterator[dict[str, Any]]:
        """What the parser was not sure of; the lines that it could not read are words."""
        line = node.get("line") or self._line
        if int(node.get("level", 0)) >= 2 and node.children:
            words = node.children[0].astext()
            yield {"text": "", "line": line, "said": ["rst"], "words": words[:200]}
        for block in node.findall(nodes.literal_block):
            if block.astext().startswith(".. "):  # a directive is no text
                continue
            yield {"text": block.astext().replace("\n", "\v"), "line": line, "said": []}


def label_of(found: nodes.Element, number: int) -> str:
    if isinstance(found, nodes.bullet_list):
        return "•"
    kind = found.get("enumtype", "arabic")
    written = str(number)
    if kind.endswith("alpha") and 0 < number <= 26:
        written = chr(ord("a") + number - 1)
    elif kind.endswith("roman"):
        written = roman(number)
    written = written.upper() if kind.startswith("upper") else written
    return f"{found.get('prefix', '')}{written}{found.get('suffix', '')}"


def roman(number: int) -> str:
    written = "m" * (number // 1000)
    for size, ten, five, one in ((100, "m", "d", "c"), (10, "c", "l", "x"), (1, "x", "v", "i")):
        digit = number // size % 10
        nine = {9: one + ten, 4: one + five}.get(digit)
        written += nine or five * (digit // 5) + one * (digit % 5)
    return written


if __name__ == "__main__":
    main()
