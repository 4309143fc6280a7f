"""Two editions of a text side by side: exactly what changed, and how."""

import json
import random
from dataclasses import replace

import sqlalchemy as sa
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.plan.editions import Synopsis, synopsis
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Document, Edition
from ptm_participation.plan.redline import Op
from ptm_participation.plan.service import import_text
from ptm_participation.plan.synopsis import Part, collate
from ptm_participation.plan.tree import Node
from tests.commands import ptm

SYLLABLES = ("ba", "co", "di", "fe", "gu", "la", "mo", "ne", "pi", "ro", "sa", "tu", "ve", "zi")
LETTERS = random.Random(11)
WORDS = ["".join(LETTERS.choices(SYLLABLES, k=3)) for _word in range(900)]


def _sentence() -> str:
    return f"{' '.join(LETTERS.choices(WORDS, k=24)).capitalize()}."


def _comma(number: int, *letters: Node) -> Node:
    return Node(SectionKind.COMMA, str(number), "", _sentence(), letters)


def _article(number: int | str, commi: int = 3) -> Node:
    letters = [Node(SectionKind.LETTER, letter, "", _sentence()) for letter in "abc"]
    first = _comma(1, *letters)
    rest = [_comma(n) for n in range(2, commi + 1)]
    heading = " ".join(LETTERS.choices(WORDS, k=4)).capitalize()
    return Node(SectionKind.ARTICLE, str(number), heading, "", (first, *rest))


class _Text:
    """A text of two chapters that a test changes in places named by their numbers."""

    def __init__(self) -> None:
        self.chapters = {
            "I": [_article(n) for n in range(1, 21)],
            "II": [_article(n) for n in range(21, 41)],
        }
        self.headings = {"I": "Disposizioni generali", "II": "Disposizioni per il territorio"}

    def tree(self) -> list[Node]:
        return [
            Node(SectionKind.CHAPTER, number, self.headings[number], "", tuple(articles))
            for number, articles in self.chapters.items()
        ]

    def place(self, article: str) -> tuple[list[Node], int]:
        for articles in self.chapters.values():
            for place, node in enumerate(articles):
                if node.number == article:
                    return articles, place
        raise LookupError(article)

    def article(self, number: str) -> Node:
        articles, place = self.place(number)
        return articles[place]

    def put(self, which: str, **values: object) -> None:
        articles, place = self.place(which)
        articles[place] = replace(articles[place], **values)  # type: ignore[arg-type]

    def commi(self, article: str) -> list[Node]:
        return list(self.article(article).children)

    def put_commi(self, article: str, commi: list[Node]) -> None:
        self.put(article, children=tuple(commi))

    def edit(self, article: str, comma: int) -> None:
        commi = self.commi(article)
        commi[comma - 1] = _reworded(commi[comma - 1])
        self.put_commi(article, commi)


def _reworded(node: Node) -> Node:
    words = node.text.split()
    words[7] = "sostituita"
    return replace(node, text=" ".join(words))


def _change(text: _Text) -> list[tuple[str, str, str]]:
    """Change a text in thirty ways, and say which."""
    expected = []
    for number in range(21, 29):
        text.edit(str(number), 2)
        expected.append(("edited", f"art. {number} c. 2", f"art. {number} c. 2"))
    text.put("3", heading="Finalità del tutto diverse")
    expected.append(("edited", "art. 3", "art. 3"))
    text.put_commi("4", [*text.commi("4"), _comma(4)])
    expected.append(("new", "", "art. 4 c. 4"))
    text.put_commi("5", text.commi("5")[:2])
    expected.append(("dropped", "art. 5 c. 3", ""))
    first, second, third = text.commi("6")
    words = second.text.split()
    halves = f"{' '.join(words[:14])}.", f"{' '.join(words[14:]).capitalize()}"
    parted = [replace(second, number=str(n), text=half) for n, half in enumerate(halves, 2)]
    text.put_commi("6", [first, *parted, replace(third, number="4")])
    expected.append(("split", "art. 6 c. 2", "art. 6 c. 2 + art. 6 c. 3"))
    expected.append(("renumbered", "art. 6 c. 3", "art. 6 c. 4"))
    first, second, third = text.commi("7")
    joined = replace(second, text=f"{second.text} {third.text}")
    text.put_commi("7", [first, joined, _comma(3)])
    expected.append(("joined", "art. 7 c. 2 + art. 7 c. 3", "art. 7 c. 2"))
    expected.append(("new", "", "art. 7 c. 3"))
    articles, place = text.place("8")
    moved = articles.pop(place)
    text.chapters["II"].append(replace(moved, number="40-bis"))
    expected.append(("moved renumbered", "art. 8", "art. 40-bis"))
    articles, place = text.place("12")
    articles.insert(place + 1, _article("12-bis"))
    expected.append(("new", "", "art. 12-bis"))
    articles, place = text.place("15")
    del articles[place]
    expected.append(("dropped", "art. 15", ""))
    for number in (16, 17):
        text.put(str(number), number=str(number - 1))
        expected.append(("renumbered", f"art. {number}", f"art. {number - 1}"))
    text.put("18", number="17", heading="Rubrica riscritta da capo")
    expected.append(("renumbered edited", "art. 18", "art. 17"))
    for article, letters, said in (
        ("30", lambda them: [_reworded(them[0]), *them[1:]], ("edited", " lett. a)", " lett. a)")),
        (
            "31",
            lambda them: [*them, replace(them[0], number="d", text=_sentence())],
            ("new", "", " lett. d)"),
        ),
        ("32", lambda them: them[:2], ("dropped", " lett. c)", "")),
    ):
        first, *rest = text.commi(article)
        text.put_commi(
            article, [replace(first, children=tuple(letters(list(first.children)))), *rest]
        )
        kind, *sides = said
        expected.append((kind, *(f"art. {article} c. 1{side}" if side else "" for side in sides)))
    *kept, leaving = text.commi("33")
    text.put_commi("33", kept)
    text.put_commi("34", [*text.commi("34"), replace(leaving, number="4")])
    expected.append(("moved renumbered", "art. 33 c. 3", "art. 34 c. 4"))
    text.headings["II"] = "Disposizioni per il territorio metropolitano"
    expected.append(("edited", "Capo II", "Capo II"))
    first, second, third = text.commi("35")
    text.put_commi("35", [first, replace(third, number="2"), replace(second, number="3")])
    expected.append(("moved renumbered", "art. 35 c. 3", "art. 35 c. 2"))
    expected.append(("renumbered", "art. 35 c. 2", "art. 35 c. 3"))
    for number in ("36", "37"):
        text.edit(number, 3)
        expected.append(("edited", f"art. {number} c. 3", f"art. {number} c. 3"))
    return expected


def _compared(before: list[Node], after: list[Node]) -> Synopsis:
    norms = db.session.scalars(sa.select(Document).filter_by(code="NDA")).one()
    import_text(SYSTEM, norms, "adottata", before, source="prova")
    import_text(SYSTEM, norms, "controdedotta", after, source="prova")
    editions = [
        db.session.scalars(sa.select(Edition).filter_by(label=label)).one()
        for label in ("controdedotta", "adottata")
    ]
    return synopsis(norms, *editions)


def test_thirty_changes_compare_to_exactly_those(app: Flask) -> None:
    text = _Text()
    before = text.tree()
    expected = _change(text)
    assert len(expected) == 30

    compared = _compared(before, text.tree())

    found = [
        (
            " ".join(kind.value for kind in entry.ordered_kinds),
            " + ".join(part.brief for part in entry.before),
            " + ".join(part.brief for part in entry.after),
        )
        for entry in compared.changes
    ]
    assert sorted(found) == sorted(expected)


def test_a_change_of_words_is_told_word_by_word(app: Flask) -> None:
    text = _Text()
    before = text.tree()
    old = text.commi("22")[1].text.split()[7]
    text.edit("22", 2)

    [entry] = _compared(before, text.tree()).changes

    marked = [piece for piece in entry.words if piece.op is not Op.SAME]
    assert marked == [(Op.TAKEN_OUT, old), (Op.PUT_IN, "sostituita")]


def test_an_edition_beside_itself_has_no_change(app: Flask) -> None:
    tree = _Text().tree()

    assert _compared(tree, tree).changes == []


@given(st.permutations(range(8)), st.sets(st.integers(0, 7)))
@settings(max_examples=200)
def test_every_part_of_either_edition_stands_once(order: list[int], gone: set[int]) -> None:
    before = [_part(id_=n, provision=n, number=n) for n in range(8)]
    after = [
        _part(id_=100 + n, provision=n, number=at) for at, n in enumerate(order) if n not in gone
    ]

    entries = collate(before, after, {})

    assert sorted(p.id for e in entries for p in e.before) == [p.id for p in before]
    shown = [p.id for e in entries for p in e.after]
    assert shown == [p.id for p in after]
    assert all((e.before and e.after) or e.kinds <= {"new", "dropped"} for e in entries)


def _part(*, id_: int, provision: int, number: int) -> Part:
    cited = f"art. {number}"
    kind = SectionKind.ARTICLE
    return Part(id_, None, id_, provision, kind, str(number), 0, cited, cited, cited, "", "")


def test_the_command_prints_what_changed(app: Flask) -> None:
    text = _Text()
    before = text.tree()
    _change(text)
    _compared(before, text.tree())

    told = ptm(app, "plan", "compare", "adottata", "controdedotta", "--document", "NDA", "--json")
    said = ptm(app, "plan", "compare", "adottata", "controdedotta", "--document", "NDA")
    unknown = ptm(app, "plan", "compare", "adottata", "mai vista", "--document", "NDA")

    report = json.loads(told.stdout)
    assert len(report["changes"]) == 30
    assert report["counts"]["split"] == 1
    assert "art. 6 c. 2 -> art. 6 c. 2 + art. 6 c. 3: split" in said.stdout
    assert said.stdout.endswith("30 changes from adottata to controdedotta.\n")
    assert unknown.exit_code == 1
    assert "choose two of" in unknown.stderr
