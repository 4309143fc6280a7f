"""What can be done to the plan: take in a text, correct a section, draw an anchor."""

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import audit
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db, length_of
from ptm_participation.core.errors import ChangedMeanwhile, DomainError
from ptm_participation.core.reference import Verification
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.citation_links import link_citations, unlink_document
from ptm_participation.plan.comparison import (
    Comparison,
    ImportReport,
    SourceNotGood,
    compare,
    lay_out,
    state_of_text,
)
from ptm_participation.plan.freezing import hold_draft
from ptm_participation.plan.mapping import tie_anew, tie_what_follows
from ptm_participation.plan.matching import Pairs
from ptm_participation.plan.models import (
    Anchor,
    Document,
    Edition,
    EditionState,
    SectionVersion,
    Succession,
)
from ptm_participation.plan.quotes import Quotation, Standing, find, one_line, quote
from ptm_participation.plan.tree import Node

LONGEST_QUOTE = 2000


class WordsNotThere(DomainError):
    message = _l("These words are not in the section: choose them again on its page.")


class WordsRepeated(DomainError):
    message = _l(
        "These words are in the section more than once: choose a few more around those you mean."
    )


class TextChangedMeanwhile(ChangedMeanwhile):
    message = _l(
        "The plan's text has changed since it was compared: nothing was written. "
        "Look at the new comparison below and confirm again."
    )


def import_text(
    actor: Actor,
    document: Document,
    label: str,
    tree: Sequence[Node],
    *,
    source: str,
    seen: str | None = None,
    file_sha256: str = "",
    then: Callable[[], None] | None = None,
) -> ImportReport:
    """Put a text into an edition (a draft is made if none has that label).

    What the edition holds already is not written again. `then` is done in the same transaction.

    Sections keep the identity of those that they continue in the edition before. `seen` is
    `state_of_text` as it was when somebody decided on the import. Raises SourceNotGood,
    TextChangedMeanwhile and what `compare` raises, and then nothing is written.
    """
    most = length_of(SectionVersion.source)
    if not source.strip() or not source.isprintable() or len(source) > most:
        raise SourceNotGood(most=most)
    compared = compare(document, label, tree)
    if seen is not None and seen != compared.state:
        raise TextChangedMeanwhile()
    if not compared.is_there:
        _write_text(actor, compared, source=source, file_sha256=file_sha256, then=then)
    return compared.report


@use_case
def _write_text(
    actor: Actor,
    compared: Comparison,
    *,
    source: str,
    file_sha256: str,
    then: Callable[[], None] | None,
) -> None:
    """Write what was compared. Raises TextChangedMeanwhile."""
    document = compared.document
    if compared.state != state_of_text(document):
        raise TextChangedMeanwhile()
    edition = compared.edition
    if edition is not None:
        hold_draft(edition)
    else:
        edition = _new_edition(document, compared.label.strip())
    _clear(edition, document)
    versions = write_tree(document, edition, compared.tree, compared.pairs, source=source)
    link_citations(edition.id)
    audit.record(
        actor,
        "plan.text_imported",
        edition,
        source=source,
        sha256=_tree_digest(versions),
        file_sha256=file_sha256,
        **_in_the_log(compared.report),
    )
    if then is not None:
        then()


def _in_the_log(report: ImportReport) -> dict[str, Any]:
    """What the log says of an import: of a text that was replaced, how much changed."""
    facts = dataclasses.asdict(report)
    facts["replaced"] = {name: len(cited) for name, cited in (facts["replaced"] or {}).items()}
    return facts


def _new_edition(document: Document, label: str) -> Edition:
    plan_id = document.plan_id
    position = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.max(Edition.position), 0)).filter_by(plan_id=plan_id)
    )
    edition = Edition(
        plan_id=plan_id,
        label=label,
        title=label,
        position=(position or 0) + 1,
        state=EditionState.DRAFT,
        verification=Verification.TO_VERIFY,
    )
    db.session.add(edition)
    db.session.flush()
    return edition


def _clear(edition: Edition, document: Document) -> None:
    """Take away the draft's present sections; identities stay."""
    unlink_document(edition.id, document.id)
    ids = sa.select(SectionVersion.id).filter_by(edition_id=edition.id, document_id=document.id)
    db.session.execute(
        sa.delete(Succession).where(
            sa.or_(Succession.from_version_id.in_(ids), Succession.to_version_id.in_(ids))
        )
    )
    same = (SectionVersion.edition_id == edition.id, SectionVersion.document_id == document.id)
    # The rows point at one another: the pointers go first, so that any order of deletion does.
    db.session.execute(sa.update(SectionVersion).where(*same).values(parent_id=None, unit_id=None))
    db.session.execute(sa.delete(SectionVersion).where(*same))


def write_tree(
    document: Document,
    edition: Edition,
    tree: Sequence[Node],
    pairs: Pairs,
    *,
    source: str,
    verification: Verification = Verification.TO_VERIFY,
) -> list[SectionVersion]:
    """Give each node its version in the edition, with a new identity where it continues none."""
    versions = lay_out(document, tree, pairs, source=source, verification=verification)
    for version in versions:
        version.edition_id = edition.id
    db.session.add_all(versions)
    db.session.flush()
    tie_anew(edition, document)
    tie_what_follows(edition, document)
    return versions


def _tree_digest(versions: list[SectionVersion]) -> str:
    lines = "\n".join(f"{v.depth} {v.kind.value} {v.number} {v.sha256}" for v in versions)
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


@use_case
def draw_anchor(version: SectionVersion, quotation: Quotation | None = None) -> Anchor:
    """An anchor on a section, or on words in it. Raises WordsNotThere and WordsRepeated."""
    anchor = anchor_on(version, quotation)
    db.session.add(anchor)
    db.session.flush()
    return anchor


def anchor_on(version: SectionVersion, quotation: Quotation | None = None) -> Anchor:
    """The same anchor, not yet written: for an act that writes many at once."""
    if quotation is None or not quotation.exact:
        return Anchor(section_version_id=version.id)
    if len(quotation.exact) > LONGEST_QUOTE:
        raise WordsNotThere()
    text = one_line(version.text)
    place = find(text, quotation)
    if place.standing is Standing.ORPHANED:
        raise WordsNotThere()
    if place.standing is Standing.REPEATED:
        raise WordsRepeated()
    kept = quote(text, place.start, place.end)
    return Anchor(
        section_version_id=version.id, exact=kept.exact, prefix=kept.prefix, suffix=kept.suffix
    )
