"""What a reader looks for in the plan, as the address says it."""

import dataclasses
from collections.abc import Sequence

from flask import request

from ptm_participation.plan import queries as plan
from ptm_participation.plan import search
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Document, Edition, Plan, Theme

# What an address may ask of a search; links to its next page carry it on.
_ASKED = ("q", "documento", "tipo", "tema", "ed")


@dataclasses.dataclass(frozen=True, slots=True)
class Searched:
    """A question, what narrows it, and what was found."""

    words: str
    cut: bool  # the question was longer than is read
    kind: SectionKind | None
    theme: Theme | None
    document: Document | None
    titles: dict[str, str]  # of the documents, by their slug
    themes: Sequence[Theme]
    kinds: Sequence[SectionKind]
    found: search.Found
    address: dict[str, str]

    @property
    def asked(self) -> bool:
        """Whether anything was looked for."""
        return bool(self.words or self.theme)

    @property
    def narrowed(self) -> bool:
        """Whether less than the whole was looked through."""
        return bool(self.kind or (self.theme and self.words) or "documento" in self.address)


def searched(
    of: Plan, edition: Edition, documents: Sequence[Document], within: Document | None = None
) -> Searched:
    """Look for what the address asks, in one document or in all of them."""
    typed = " ".join(request.args.get("q", "").split())
    words = typed[: search.MOST_ASKED]
    themes = plan.list_themes(of)
    kind = next((k for k in search.KINDS if k.value == request.args.get("tipo")), None)
    theme = next((t for t in themes if t.code == request.args.get("tema")), None)
    slug = request.args.get("documento")
    document = within or next((d for d in documents if d.slug == slug), None)
    narrowed = search.Narrowed(document.id if document else None, kind, theme.id if theme else None)
    return Searched(
        words,
        len(typed) > len(words),
        kind,
        theme,
        document,
        {known.slug: known.title for known in documents},
        themes,
        search.KINDS,
        search.search(edition, words, narrowed, after=request.args.get("dopo", "")),
        {name: request.args[name] for name in _ASKED if request.args.get(name)},
    )
