"""Find one form of a word by the other, and ask PostgreSQL for what it has kept

«Ente» is found by «enti», «acqua» by «acque», «edificio» by «edifici». The rule that makes the stems
stands here as it was on this day: when the program's own changes, the migration that goes with the
change writes them anew.

Revision ID: 0017
Revises: 0016
"""

import functools
import re
import unicodedata

import sqlalchemy as sa
from alembic import op
from snowballstemmer import stemmer

from ptm_participation.core import schema

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _write_stems()
    schema.make_searchable(op, "section_version", "search_text")


def _write_stems() -> None:
    section = sa.table(
        "section_version",
        *map(sa.column, ("id", "citation", "heading", "text", "search_text")),
    )
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(section.c.id, section.c.citation, section.c.heading, section.c.text)
    ).all()
    if rows:
        connection.execute(
            sa.update(section)
            .where(section.c.id == sa.bindparam("section"))
            .values(search_text=sa.bindparam("stems")),
            [{"section": row.id, "stems": _search_text(*row[1:])} for row in rows],
        )


NAMES = {"art.": "articolo", "artt.": "articoli", "Tav.": "tavola", "par.": "paragrafo"}


def _search_text(citation: str, heading: str, text: str) -> str:
    name = NAMES.get(citation.partition(" ")[0], "")
    whole = f"{name} {citation} {heading} {text}"
    stems = [
        stem
        for piece in re.findall(r"[\w\u0300-\u036f]+", whole)
        for stem in _stems(piece[:80])
    ]
    return " ".join(stems[:16_000])


@functools.cache
def _stems(piece: str) -> tuple[str, ...]:
    plain = re.sub(r"[^\x00-\x7f]", _spelled, _fold(piece))
    runs = [run[:40] for run in re.findall(r"[a-z]+|[0-9]+", plain)]
    return tuple(_stem(run) if run.isalpha() else run for run in runs)


def _stem(word: str) -> str:
    stem = stemmer("italian").stemWord(word[:-1] if word.endswith("ficio") else word)
    if stem == word and len(word) > 3:
        stem = re.sub(r"[aeio]$", "", stem)
    return re.sub(r"([cg])h$", r"\1", stem)


def _spelled(letter: re.Match[str]) -> str:
    if not letter[0].isalnum():
        return " "
    return "".join(chr(ord("a") + int(digit, 16)) for digit in f"{ord(letter[0]):x}")


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
