"""The filter of consultations as it stands in the address, and as people read it."""

import datetime as dt
from collections.abc import Mapping

from flask_babel import gettext as _

from ptm_participation.consultations.models import ConsultationKind
from ptm_participation.consultations.queries import ConsultationFilter
from ptm_participation.core import clock, formats
from ptm_participation.core.chips import Chip
from ptm_participation.core.chips import chips as chips_of
from ptm_participation.core.numbers import whole
from ptm_participation.procedure import naming
from ptm_participation.procedure.models import Procedure, StepKind
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType


def read(arguments: Mapping[str, str]) -> ConsultationFilter:
    """The filter of an address; what cannot be read is left out."""

    def number(name: str) -> int | None:
        return whole(arguments.get(name))

    def day(name: str) -> dt.date | None:
        try:
            return clock.parse_day(arguments.get(name, ""))
        except ValueError:
            return None

    return ConsultationFilter(
        kind={k.value: k for k in ConsultationKind}.get(arguments.get("tipologia", "")),
        phase={p.value: p for p in StepKind}.get(arguments.get("fase", "")),
        type={t.value: t for t in SubjectType}.get(arguments.get("tipo", "")),
        group={g.value: g for g in SubjectGroup}.get(arguments.get("gruppo", "")),
        stakeholder=number("soggetto"),
        municipality=number("comune"),
        zone=number("zona"),
        document=number("documento"),
        provision=number("articolo"),
        theme=number("tema"),
        since=day("dal"),
        until=day("al"),
    )


def chips(
    procedure: Procedure, filter_: ConsultationFilter, arguments: Mapping[str, str]
) -> list[Chip]:
    """The filter in words, each condition with the way to take it off."""
    said = {
        "tipologia": _("Kind: %(value)s", value=filter_.kind.label) if filter_.kind else "",
        "fase": _("Phase: %(value)s", value=filter_.phase.label) if filter_.phase else "",
        "tipo": _("Type: %(value)s", value=filter_.type.label) if filter_.type else "",
        "gruppo": _("Group: %(value)s", value=filter_.group.label) if filter_.group else "",
        "dal": _("From %(value)s", value=formats.day(filter_.since)) if filter_.since else "",
        "al": _("Until %(value)s", value=formats.day(filter_.until)) if filter_.until else "",
    }
    return chips_of(
        said
        | naming.say(
            procedure,
            municipality=filter_.municipality,
            zone=filter_.zone,
            document=filter_.document,
            provision=filter_.provision,
            theme=filter_.theme,
        ),
        arguments,
    )
