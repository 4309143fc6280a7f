"""Reads a plan's norms from texts that are typed in plain signs: Markdown, reStructuredText.

A text in several files is read in the order that its index says.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from ptm_participation.core.uploads import BROKEN_ARCHIVE, Damaged, FileRefused, check_archive
from ptm_participation.plan.akn_xml import EmptyText, TooLargeText, UnreadableText
from ptm_participation.plan.apart import ParserStopped, run
from ptm_participation.plan.heads import Line, comma_of, head_of, letter_of
from ptm_participation.plan.kinds import SectionKind, sort_key
from ptm_participation.plan.paragraphs import DRAWN, FOOTNOTED, TABLE, Collector, Paragraph, Place
from ptm_participation.plan.reading import Doubt, Reading
from ptm_participation.plan.structure import structured

HTML = _l("It holds HTML, which is left out.")
NOT_UNDERSTOOD = _l("%(name)s, line %(line)d, is not as the format wants it: %(words)s")
ORDER = _l("The folder has no index: its files were read in this order: %(names)s.")

PROGRAMS = {"md": "markdown", "markdown": "markdown", "rst": "rst", "txt": "rst"}
MOST_BYTES = 5_000_000
MOST_FILES = 500
_SAID = {"html": HTML, "image": DRAWN, "table": TABLE}
_FIRST = re.compile(r"preambolo|premess[ae]|introduzione", re.IGNORECASE)


class NotUtf8(UnreadableText):
    message = _l("«%(name)s» is not in UTF-8: line %(line)d has signs of another encoding.")


class PlainStopped(FileRefused):
    message = _l("«%(name)s» takes too long to read: its marks are nested or repeated too often.")


class NoPlainText(FileRefused):
    message = _l("«%(name)s» holds no text in Markdown or reStructuredText.")


def read_plain(data: bytes, name: str) -> Reading:
    """Read one text in plain signs. Raises FileRefused or UnreadableText."""
    return read_plain_files({name: data})


def read_zip(data: bytes, name: str) -> Reading:
    """Read the texts of a ZIP. Raises FileRefused or UnreadableText."""
    texts: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, name)
            for entry in archive.infolist():
                if _extension(entry.filename) in PROGRAMS and not entry.is_dir():
                    with archive.open(entry) as member:
                        texts[entry.filename] = member.read(MOST_BYTES + 1)
    except BROKEN_ARCHIVE as error:
        raise Damaged(name=name) from error
    if not texts:
        raise NoPlainText(name=name)
    return read_plain_files(texts)


def read_plain_files(texts: Mapping[str, bytes]) -> Reading:
    """Read texts one after the other, as their index says or by their names."""
    if sum(map(len, texts.values())) > MOST_BYTES or len(texts) > MOST_FILES:
        raise TooLargeText
    names, has_index = ordered(texts)
    reader = _Reader()
    reader.read({name: texts[name] for name in names})
    if not reader.paragraphs:
        raise EmptyText
    if not has_index:
        shown = ", ".join(posixpath.basename(name) for name in names)
        reader.doubts.append(Doubt(1, ORDER, {"names": shown[:1000]}))
    return structured(reader.paragraphs, reader.doubts)


def ordered(texts: Mapping[str, bytes]) -> tuple[list[str], bool]:
    """The names in their order, and whether an index says it."""
    names = [name for name in texts if _extension(name) in PROGRAMS]
    indexes = [name for name in names if _stem(name) in ("index", "readme", "indice")]
    for index in indexes:
        listed = _listed(index, texts[index].decode("utf-8", "replace"), names)
        if listed:
            return listed, True
    rest = [name for name in names if name not in indexes] or names
    return sorted(rest, key=_by_name), len(rest) < 2


def _listed(index: str, text: str, names: list[str]) -> list[str]:
    """The files that an index names, in its toctree or its links."""
    trees = list(_of_toctrees(text))
    links = re.findall(r"\]\(([^()\s]{1,200})\)", text)
    folder = posixpath.dirname(index)
    found: list[str] = []
    for target in trees or links:
        path = posixpath.normpath(posixpath.join(folder, target))
        same = [name for name in names if name == path or name.rpartition(".")[0] == path]
        found += [name for name in same if name not in found and name != index]
    return found


def _of_toctrees(text: str) -> Iterator[str]:
    """The names in the toctrees of an index, with or without the titles that they are given."""
    depth = -1
    for line in text.splitlines():
        words = line.strip()[:300]
        indent = len(line) - len(line.lstrip())
        if words.startswith(".. toctree::"):
            depth = indent
        elif words and indent <= depth:
            depth = -1
        elif words and depth >= 0 and not words.startswith(":"):
            yield words.rpartition("<")[2].rstrip(">")


def _by_name(name: str) -> tuple[bool, list[str]]:
    """Preamble first, then by the numbers in the name, of either sort."""
    parts = re.findall(r"\d+|[IVXLCDM]+(?![a-z])|[^\dIVXLCDM]+|.", _stem(name, keep_case=True))
    keys = [
        sort_key(SectionKind.CHAPTER, part) if re.fullmatch(r"\d+|[IVXLCDM]+", part) else part
        for part in parts
    ]
    return not _FIRST.search(name), keys


def _stem(name: str, *, keep_case: bool = False) -> str:
    stem = posixpath.basename(name).rpartition(".")[0]
    return stem if keep_case else stem.lower()


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _program(name: str) -> str:
    return PROGRAMS.get(_extension(name), "rst")


def _parsed(program: str, texts: Sequence[tuple[str, bytes]]) -> Any:
    """What one run of a parser makes of several texts."""
    for name, data in texts:
        _check(name, data)
    try:
        return run(program, b"\0".join(data.removeprefix(b"\xef\xbb\xbf") for _name, data in texts))
    except ParserStopped as error:
        raise PlainStopped(name=texts[0][0]) from error


def _check(name: str, data: bytes) -> None:
    """Raises NotUtf8, with the line."""
    try:
        data.decode("utf-8")
        at = data.find(b"\0")
    except UnicodeDecodeError as error:
        at = error.start
    if at >= 0:
        raise NotUtf8(name=name, line=data.count(b"\n", 0, at) + 1)


class _Reader(Collector):
    """Makes paragraphs of what the parsers found."""

    def __init__(self) -> None:
        super().__init__()
        self._file = ""

    def read(self, texts: Mapping[str, bytes]) -> None:
        found: dict[str, Any] = {}
        for program in set(PROGRAMS.values()):
            own = [name for name in texts if _program(name) == program]
            if own:
                found |= zip(
                    own, _parsed(program, [(name, texts[name]) for name in own]), strict=True
                )
        for name in texts:
            self._file = posixpath.basename(name) if len(texts) > 1 else ""
            for item in found[name]:
                self._take(name, item)

    def _take(self, name: str, item: dict[str, Any]) -> None:
        said: list[object] = [_SAID[word] for word in item["said"] if word in _SAID]
        text, label = _rejoined(item["text"]), item.get("label") or ""
        notes = tuple((number, words) for number, words in item.get("notes", ()))
        if text.strip() or label:
            place = Place(name, item["depth"]) if label and item.get("depth") else None
            paragraph = Paragraph(
                0,
                text,
                label,
                item.get("level"),
                place,
                is_row=bool(item.get("row")),
                notes=notes,
                line=item["line"],
                file=self._file,
            )
            self.add(paragraph, [*said, *([FOOTNOTED] if notes else [])])
        else:
            self.say_beside(said)
        if "words" in item:
            facts = {"name": posixpath.basename(name), "line": item["line"], "words": item["words"]}
            self.doubts.append(Doubt(max(1, len(self.paragraphs)), NOT_UNDERSTOOD, facts))


def _rejoined(text: str) -> str:
    """Words whose lines were wrapped; a line that a number or a letter opens is one of its own."""
    first, *rest = text.split("\v")
    joined = [first]
    for line in rest:
        shown = Line(0, line.strip())
        opens = comma_of(shown) or letter_of(shown) or head_of(shown) or shown.is_bullet
        joined += ["\n" if opens else " ", line.strip()]
    return "".join(joined)
