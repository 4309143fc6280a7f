"""A list's filter as it stands in the address, and as people read it.

A value that means nothing is said, not guessed at: the list is shown without it.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.models import Reader
from ptm_participation.core import clock, formats
from ptm_participation.core.chips import Chip, without_paging
from ptm_participation.core.chips import chips as chips_of
from ptm_participation.observations.queries import Filter, count_views
from ptm_participation.observations.workflow import Channel, ObservationState, Regularity
from ptm_participation.plan import queries as plan
from ptm_participation.procedure import naming
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.choice import CHOICE
from ptm_participation.procedure.models import Procedure
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory import queries as territory

E = TypeVar("E", bound=enum.Enum)
NOWHERE = "fuori"


def read(arguments: Mapping[str, str]) -> tuple[Filter, list[str]]:
    """The filter of an address, and a sentence for each value that it cannot use."""
    reader = _Reader(arguments)
    filter_ = Filter(
        register=arguments.get("registro", "")[:40],
        state=reader.one_of("stato", ObservationState),
        in_time=reader.yes_no("nei-termini"),
        regularity=reader.one_of("regolarita", Regularity),
        published=reader.yes_no("pubblicata"),
        type=reader.one_of("tipo", SubjectType),
        group=reader.one_of("gruppo", SubjectGroup),
        municipality=None if arguments.get("comune") == NOWHERE else reader.number("comune"),
        without_municipality=arguments.get("comune") == NOWHERE,
        zone=reader.number("zona"),
        document=reader.number("documento"),
        provision=reader.number("articolo"),
        theme=reader.number("tema"),
        channel=reader.one_of("canale", Channel),
        since=reader.day("dal"),
        until=reader.day("al"),
        hour=reader.hour("ora"),
        words=arguments.get("q", "")[:200],
    )
    if filter_.since and filter_.until and filter_.since > filter_.until:
        reader.problems.append(_("The first day is after the last: the dates were exchanged."))
        filter_ = dataclasses.replace(filter_, since=filter_.until, until=filter_.since)
    return filter_, reader.problems


class _Reader:
    """Reads values out of an address, noting those that make no sense."""

    def __init__(self, arguments: Mapping[str, str]) -> None:
        self.arguments = arguments
        self.problems: list[str] = []

    def _read(self, name: str, convert: Callable[[str], Any]) -> Any:
        text = self.arguments.get(name, "").strip()
        if not text:
            return None
        try:
            return convert(text)
        except (ValueError, OverflowError):
            self.problems.append(
                _("«%(value)s» is not a value of this filter: it was left out.", value=text[:40])
            )
            return None

    def one_of(self, name: str, values: type[E]) -> E | None:
        found: E | None = self._read(name, values)
        return found

    def number(self, name: str) -> int | None:
        found: int | None = self._read(name, _identifier)
        return found

    def yes_no(self, name: str) -> bool | None:
        found: bool | None = self._read(name, _yes_no)
        return found

    def hour(self, name: str) -> int | None:
        found: int | None = self._read(name, _hour)
        return found

    def day(self, name: str) -> dt.date | None:
        found: dt.date | None = self._read(name, clock.parse_day)
        return found


def _identifier(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**31:
        raise ValueError(text)
    return number


def _hour(text: str) -> int:
    hour = int(text)
    if not 0 <= hour < 24:
        raise ValueError(text)
    return hour


def _yes_no(text: str) -> bool:
    if text not in {"si", "no"}:
        raise ValueError(text)
    return text == "si"


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """A saved view of the worklist: its name, its address and how many it holds."""

    key: str
    name: str
    arguments: dict[str, str]
    count: int
    current: bool = False


def views(
    procedure: Procedure, reader: Reader, current: Mapping[str, str] | None = None
) -> list[View]:
    """The office's views, with their counts from one query."""
    counts = count_views(procedure, _VIEW_FILTERS, seen_by=reader)
    now = {n: v for n, v in without_paging(current or {}).items() if n != CHOICE}
    return [
        View(key, str(name), arguments, counts[key], current=now == arguments)
        for key, (name, arguments) in _VIEWS.items()
    ]


_VIEWS: dict[str, tuple[Any, dict[str, str]]] = {
    "all": (_l("All"), {}),
    "without_protocol": (_l("Without protocol"), {"stato": "received"}),
    "to_check": (_l("To check"), {"stato": "registered"}),
    "to_regularise": (_l("To be regularised"), {"regolarita": "to-regularise"}),
    "late": (_l("Late ones"), {"nei-termini": "no"}),
    "to_publish": (_l("Not published"), {"pubblicata": "no"}),
}
_VIEW_FILTERS = {key: read(arguments)[0] for key, (_name, arguments) in _VIEWS.items()}


def chips(procedure: Procedure, arguments: Mapping[str, str]) -> list[Chip]:
    """The filter in words, each condition with the way to take it off."""
    filter_, _problems = read(arguments)
    return chips_of(_words(procedure, filter_), arguments)


def in_words(procedure: Procedure, arguments: Mapping[str, str]) -> str:
    """The filter as one line, for exports: «Tutte le osservazioni» when there is none."""
    return "; ".join(chip.words for chip in chips(procedure, arguments)) or _("All observations")


def _words(procedure: Procedure, filter_: Filter) -> dict[str, str]:
    yes_no = {True: _("yes"), False: _("no")}
    said = {
        "q": _("Words: %(value)s", value=filter_.words) if filter_.words else "",
        "registro": _("Register: %(value)s", value=filter_.register) if filter_.register else "",
    }
    labelled = (
        ("stato", filter_.state, _("State: %(value)s")),
        ("regolarita", filter_.regularity, _("Author: %(value)s")),
        ("tipo", filter_.type, _("Type: %(value)s")),
        ("gruppo", filter_.group, _("Group: %(value)s")),
        ("canale", filter_.channel, _("Way in: %(value)s")),
    )
    said |= {name: words % {"value": value.label} for name, value, words in labelled if value}
    for name, answer, words in (
        ("nei-termini", filter_.in_time, _("In time: %(value)s")),
        ("pubblicata", filter_.published, _("Published: %(value)s")),
    ):
        if answer is not None:
            said[name] = words % {"value": yes_no[answer]}
    if filter_.since:
        said["dal"] = _("From %(value)s", value=formats.day(filter_.since))
    if filter_.until:
        said["al"] = _("Until %(value)s", value=formats.day(filter_.until))
    if filter_.hour is not None:
        said["ora"] = _("Hour: %(value)s", value=formats.hour_span(filter_.hour))
    if filter_.without_municipality:
        said["comune"] = _("Comune: %(value)s", value=_("outside Città metropolitana"))
    return said | naming.say(
        procedure,
        municipality=filter_.municipality,
        zone=filter_.zone,
        document=filter_.document,
        provision=filter_.provision,
        theme=filter_.theme,
    )


def choices(procedure: Procedure) -> dict[str, list[tuple[str, str]]]:
    """What the filter's form offers."""
    return {
        "stato": formats.labels(ObservationState),
        "regolarita": formats.labels(Regularity),
        "nei-termini": [("si", _("In time")), ("no", _("Late ones"))],
        "tipo": formats.labels(SubjectType),
        "gruppo": formats.labels(SubjectGroup),
        "canale": formats.labels(Channel),
        "comune": [
            *((str(row.id), row.name) for row in territory.list_municipalities()),
            (NOWHERE, _("Outside Città metropolitana di Milano")),
        ],
        "zona": [(str(zone.id), zone.name) for zone in territory.list_zones()],
        "documento": [(str(d.id), d.title) for d in plan.list_documents(procedure.plan)],
        "tema": [(str(theme.id), theme.name) for theme in plan.list_themes(procedure.plan)],
        "registro": [
            (register.slug, str(register.kind.label))
            for register in procedures.list_registers(procedure)
        ],
        "pubblicata": [("si", _("Published")), ("no", _("Not published"))],
    }
