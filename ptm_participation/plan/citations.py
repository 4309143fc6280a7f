"""Recognises what an Italian text cites: its own articles, commi, letters, maps, and other acts.

«art. 18, comma 3, lett. b) delle NdA» is one citation; «artt. 5 e 7» are two, so that each can
lead to its own place; «artt. 41-43» is one that has an end. A citation says only what its words
say. «comma 3» is of the article where it stands, whichever that is; «art. 5 del medesimo
decreto» is of an act that the words do not name, so it is marked doubtful and never guessed.

Pure, and in one pass: each pattern is tried at one place and has a bound, so no text is slow.
"""

import dataclasses
from collections import deque

from ptm_participation.plan import citation_words as words
from ptm_participation.plan.citation_reading import CitationReading
from ptm_participation.plan.cited import Citation

__all__ = ["Citation", "recognise"]


def recognise(text: str, *, note: bool = False, headings: bool = True) -> list[Citation]:
    """The citations in a text, in their order; none overlaps another.

    `note` tells that the text is an editor's note, which speaks of other acts without naming
    them each time. `headings` tells that a line «Art. 5 - …» is the heading of a text's own
    article; in a letter it cites one.
    """
    foreign = deque([] if note else _notes(text))
    found: list[Citation] = []
    start = 0
    while (trigger := words.TRIGGER.search(text, start)) is not None:
        read = CitationReading(text, trigger, headings=headings)
        for citation in read.citations():
            while foreign and foreign[0][1] <= citation.start:
                foreign.popleft()
            in_note = note or (bool(foreign) and foreign[0][0] <= citation.start)
            if citation.inside and in_note:
                citation = dataclasses.replace(citation, doubtful=True)
            found.append(citation)
        start = max(read.at, trigger.end())
    return found


def _notes(text: str) -> list[tuple[int, int]]:
    """Where an editor's notes stand, in a text that prints them among the norms."""
    found = []
    end = 0
    for opened in words.NOTE.finditer(text):
        if opened.start() >= end:
            closed = words.NOTE_END.search(text, opened.end())
            end = closed.start() if closed else len(text)
            found.append((opened.start(), end))
    return found
