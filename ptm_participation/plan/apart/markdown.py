"""The paragraphs of a Markdown text: bytes in, JSON out. Run by `apart.run`, never imported."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token


def main() -> None:
    texts = sys.stdin.buffer.read().decode("utf-8").split("\0")
    parser = MarkdownIt("commonmark").enable("table")
    json.dump([list(paragraphs_of(parser.parse(text))) for text in texts], sys.stdout)


def paragraphs_of(tokens: Sequence[Token]) -> Iterator[dict[str, Any]]:
    """Headings, paragraphs, items of lists, rows of tables; what is none of them is named."""
    labels: list[str] = []  # of the lists that are open: the label of the item, until it is used
    depth, level, line = 0, None, 0
    row: list[str] | None = None
    for token in tokens:
        if token.map:
            line = token.map[0] + 1
        if token.type == "heading_open":
            level = int(token.tag[1]) - 1
        elif token.type == "heading_close":
            level = None
        elif token.type in ("ordered_list_open", "bullet_list_open"):
            depth += 1
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            depth -= 1
        elif token.type == "list_item_open":
            labels.append(f"{token.info}{token.markup}" if token.info else "•")
        elif token.type == "list_item_close":
            labels.pop()
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            yield {"text": " | ".join(row or ()), "row": True, "line": line, "said": ["table"]}
            row = None
        elif token.type == "inline":
            text, said = words_of(token.children or ())
            if row is not None:
                row.append(" ".join(text.split()))
                continue
            label = labels[-1] if labels else ""
            if labels:
                labels[-1] = ""
            found = {"text": text, "label": label, "level": level, "line": line, "said": said}
            yield found | {"depth": depth if label else 0}
        elif token.type in ("fence", "code_block"):
            yield {"text": token.content, "line": line, "said": []}
        elif token.type == "html_block":
            yield {"text": "", "line": line, "said": ["html"]}


def words_of(tokens: Sequence[Token]) -> tuple[str, list[str]]:
    words: list[str] = []
    said: list[str] = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            words.append(token.content)
        elif token.type == "softbreak":
            words.append("\v")  # the end of a line, which may be no end of words
        elif token.type == "hardbreak":
            words.append("\n")
        elif token.type == "image":
            said.append("image")
        elif token.type == "html_inline":
            said.append("html")
    return "".join(words), said


if __name__ == "__main__":
    main()
