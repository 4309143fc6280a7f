"""The themes that run through a plan, and which of its sections belong to them."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db, length_of
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.reference import Verification, fold, slugify
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.kinds import WITHIN_A_PAGE
from ptm_participation.plan.models import Document, Plan, ProvisionTheme, SectionVersion, Theme


class ThemeUnnamed(DomainError):
    message = _l("Write the theme's name: letters or digits.")


class ThemeKnown(DomainError):
    message = _l("There is a theme of this name already.")


def get_theme(theme_id: int) -> Theme:
    """One theme. Raises NotFound."""
    row = db.session.get(Theme, theme_id)
    if row is None:
        raise NotFound()
    return row


def plans_with_themes() -> list[tuple[Plan, list[tuple[Theme, int]]]]:
    """Each plan that has documents, its themes, and how many provisions belong to each."""
    tied = (
        sa.select(sa.func.count())
        .where(ProvisionTheme.theme_id == Theme.id)
        .correlate(Theme)
        .scalar_subquery()
    )
    has_documents = sa.exists().where(Document.plan_id == Plan.id)
    rows = db.session.execute(
        sa.select(Plan, Theme, tied)
        .outerjoin(Theme, Theme.plan_id == Plan.id)
        .where(has_documents)
        .order_by(Plan.id, Theme.position)
    )
    found: dict[Plan, list[tuple[Theme, int]]] = {}
    for plan, theme, count in rows:
        found.setdefault(plan, [])
        if theme is not None:
            found[plan].append((theme, count))
    return list(found.items())


def theme_ids(section: SectionVersion) -> set[int]:
    """The themes of a section's provision."""
    return set(
        db.session.scalars(
            sa.select(ProvisionTheme.theme_id).filter_by(provision_id=section.provision_id)
        )
    )


@use_case
def add_theme(actor: Actor, plan: Plan, *, name: str) -> Theme:
    """A new theme, after the others. Raises ThemeUnnamed and ThemeKnown."""
    name, code = _named(plan, name)
    last = sa.select(sa.func.coalesce(sa.func.max(Theme.position), 0)).filter_by(plan_id=plan.id)
    theme = Theme(
        plan_id=plan.id,
        code=code,
        name=name,
        position=(db.session.scalar(last) or 0) + 1,
        verification=Verification.VERIFIED,
        corrected_at=clock.now(),
    )
    db.session.add(theme)
    db.session.flush()
    audit.record(actor, "theme.added", theme, name=name)
    return theme


@use_case
def rename_theme(actor: Actor, theme: Theme, *, name: str) -> None:
    """Another name; addresses that name the theme by its code go on. Raises ThemeUnnamed and
    ThemeKnown."""
    before = theme.name
    if " ".join(name.split()) == before:
        return
    theme.name, _code = _named(db.session.get_one(Plan, theme.plan_id), name, itself=theme)
    theme.corrected_at = clock.now()  # loading the data again leaves it alone
    audit.record(actor, "theme.renamed", theme, before=before, after=theme.name)


def _named(plan: Plan, name: str, itself: Theme | None = None) -> tuple[str, str]:
    """The name as it is kept, and its code."""
    name = " ".join(name.split())
    code = slugify(name)[: length_of(Theme.code)].strip("-")
    if not code:
        raise ThemeUnnamed()
    others = db.session.scalars(sa.select(Theme).filter_by(plan_id=plan.id)).all()
    names = {fold(other.name) for other in others if other is not itself}
    codes = {other.code for other in others if other is not itself}
    if fold(name) in names or (itself is None and code in codes):
        raise ThemeKnown()
    return name, code


@use_case
def set_themes(
    actor: Actor, section: SectionVersion, chosen: set[int], *, inner: bool = False
) -> None:
    """Say which themes a provision belongs to, in every edition. With `inner` the pages that
    stand in it get the chosen themes too, and lose those that it loses. Raises NotFound for a
    theme of another plan."""
    present = theme_ids(section)
    known = sa.select(Theme.id).filter_by(plan_id=section.edition.plan_id)
    if chosen - set(db.session.scalars(known)):
        raise NotFound()
    provisions = [section.provision_id]
    here = ProvisionTheme.provision_id == section.provision_id
    if inner:
        within = _pages_in(section)
        provisions += db.session.scalars(within)
        here |= ProvisionTheme.provision_id.in_(within)
    ties = {
        (row.provision_id, row.theme_id): row
        for row in db.session.scalars(sa.select(ProvisionTheme).where(here))
    }
    lost = [row for (_, theme_id), row in ties.items() if theme_id in present - chosen]
    gained = [
        ProvisionTheme(provision_id=provision, theme_id=theme)
        for provision in provisions
        for theme in sorted(chosen)
        if (provision, theme) not in ties
    ]
    if not lost and not gained:
        return
    for row in lost:
        db.session.delete(row)
    db.session.add_all(gained)
    audit.record(
        actor,
        "section.themes_set",
        section,
        before=sorted(present),
        after=sorted(chosen),
        provisions=len(provisions),
    )


def _pages_in(section: SectionVersion) -> sa.Select[int]:
    """The provisions that have a page of their own within a section."""
    held = sa.select(SectionVersion.id).filter_by(parent_id=section.id).cte(recursive=True)
    deeper = aliased(SectionVersion)
    held = held.union_all(sa.select(deeper.id).join(held, deeper.parent_id == held.c.id))
    return sa.select(SectionVersion.provision_id).where(
        SectionVersion.id.in_(sa.select(held.c.id)), SectionVersion.kind.not_in(WITHIN_A_PAGE)
    )
