"""The names of what a filter knows by number: places, and parts of the plan."""

from flask_babel import gettext as _

from ptm_participation.core.db import db
from ptm_participation.plan import queries as plan
from ptm_participation.plan.models import Provision
from ptm_participation.procedure.models import Procedure
from ptm_participation.territory import queries as territory


def say(
    procedure: Procedure,
    *,
    municipality: int | None = None,
    zone: int | None = None,
    document: int | None = None,
    provision: int | None = None,
    theme: int | None = None,
) -> dict[str, str]:
    """The conditions in words, by their name in addresses. Each is asked for only if used."""
    said: dict[str, str] = {}
    if municipality is not None:
        names = {row.id: row.name for row in territory.list_municipalities()}
        said["comune"] = _(
            "Comune: %(value)s", value=names.get(municipality) or _unknown(municipality)
        )
    if zone is not None:
        zones = {row.id: row.name for row in territory.list_zones()}
        said["zona"] = _("Zone: %(value)s", value=zones.get(zone) or _unknown(zone))
    if document is not None:
        titles = {row.id: row.title for row in plan.list_documents(procedure.plan)}
        said["documento"] = _(
            "Document: %(value)s", value=titles.get(document) or _unknown(document)
        )
    if theme is not None:
        themes = {row.id: row.name for row in plan.list_themes(procedure.plan)}
        said["tema"] = _("Theme: %(value)s", value=themes.get(theme) or _unknown(theme))
    if provision is not None:
        found = db.session.get(Provision, provision)
        citation = plan.latest_citation(found) if found else _unknown(provision)
        said["articolo"] = _("Section: %(value)s", value=citation)
    return said


def _unknown(number: int) -> str:
    """A link that is old or mistyped: the list is empty, and this says why."""
    return _("no. %(number)s, which is not here", number=number)
